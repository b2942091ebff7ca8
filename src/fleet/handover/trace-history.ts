import type { HistoryEntry } from '../../model/client.js';
import { isCanary } from '../../model/canary.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import {
  type AddressHistory,
  type EndpointHistory,
  LOOK_STATES,
  type LookState,
  MOST_LOOKS,
  MOST_TRACED,
} from '../../model/handover.js';
import type { ReportData, ReportedObservation } from '../../model/report.js';
import { SERVICES } from '../../model/service.js';
import { isConclusive } from '../changes/determined.js';

/**
 * What the looks of one slot saw of each service and endpoint, oldest first; at most {@link MOST_LOOKS}, the newest. What
 * was not looked at, or not for certain, is `unknown`: closed or silent is only what a look says that came to a verdict.
 * @param entries newest first; those that another look had to confirm are left out
 */
export function traceHistory(entries: readonly HistoryEntry[]): AddressHistory {
  const looks = entries
    .filter(({ final }) => final)
    .slice(0, MOST_LOOKS)
    .reverse();
  const reports = looks.map(({ report }) => report);
  const seen = new Set(reports.flatMap(({ observations }) => observations.flatMap(({ service }) => service ?? [])));
  return {
    looks: looks.map(({ at, verdict }) => ({ at, verdict })),
    services: [...seen].sort(compareServices).map((service) => ({
      service,
      states: reports.map((report) =>
        judgePlaces(
          report,
          report.observations.filter((one) => one.service === service),
        ),
      ),
    })),
    ...traceEndpoints(reports),
  };
}

/**
 * The endpoints: first what was ever open or found, then the services', of both at most {@link MOST_TRACED}; the others
 * are counted. Ports that no one uses are left out, for each look has others.
 */
function traceEndpoints(reports: readonly ReportData[]): Required<Pick<AddressHistory, 'endpoints' | 'others'>> {
  const looks = reports.map(({ observations }) => groupByEndpoint(observations));
  const found = new Set(reports.flatMap(({ findings }) => findings.map(({ endpoint }) => endpoint)));
  const traced = [...new Set(looks.flatMap((look) => [...look.keys()]))].map((endpoint) => {
    const states = reports.map((report, index) => judgePlaces(report, looks[index]!.get(endpoint) ?? []));
    const seen = looks.flatMap((look) => look.get(endpoint) ?? []);
    const service = seen.findLast((one) => one.service !== null)?.service ?? null;
    const answerer = seen.findLast(({ identity }) => identity !== null)?.identity?.label ?? null;
    const isTold = found.has(endpoint) || seen.some(({ state }) => state === 'open');
    return { endpoint, service, answerer, states, worst: worstOf(states), isTold };
  });
  const byWeight = traced.sort(
    (a, b) =>
      Number(b.isTold) - Number(a.isTold) ||
      (a.isTold
        ? LOOK_STATES.indexOf(a.worst) - LOOK_STATES.indexOf(b.worst)
        : compareServices(a.service, b.service)) ||
      compareEndpointIds(a.endpoint, b.endpoint),
  );
  const shown = byWeight.filter(({ isTold, service }) => isTold || service !== null).slice(0, MOST_TRACED);
  const others: Partial<Record<LookState, number>> = {};
  for (const one of byWeight) if (!shown.includes(one)) others[one.worst] = (others[one.worst] ?? 0) + 1;
  return {
    endpoints: shown.map(({ worst: _worst, isTold: _told, ...one }): EndpointHistory => one),
    others,
  };
}

function groupByEndpoint(observations: readonly ReportedObservation[]): Map<EndpointId, ReportedObservation[]> {
  const groups = new Map<EndpointId, ReportedObservation[]>();
  for (const seen of observations) {
    if (isCanary(seen)) continue;
    const group = groups.get(seen.endpoint);
    if (group) group.push(seen);
    else groups.set(seen.endpoint, [seen]);
  }
  return groups;
}

/** Services in the order of the registry, then those that only a profile knows, then none. */
function compareServices(a: string | null, b: string | null): number {
  const rank = (id: string | null) => {
    const index = SERVICES.findIndex((service) => service.id === id);
    return index >= 0 ? index : SERVICES.length + Number(id === null);
  };
  return rank(a) - rank(b) || (a ?? '').localeCompare(b ?? '', 'en');
}

/** What tells most of all that was seen over time; what is not known says more than that it was not open. */
function worstOf(states: readonly LookState[]): LookState {
  return (['exposed', 'open', 'unknown', 'silent'] as const).find((state) => states.includes(state)) ?? 'closed';
}

/** The most telling state of some endpoints in one look. Open as agreed is only what no doubt keeps from being so. */
function judgePlaces(report: ReportData, here: readonly ReportedObservation[]): LookState {
  const endpoints = new Set(here.map(({ endpoint }) => endpoint));
  const concerns = (endpoint: EndpointId | null) => endpoint !== null && endpoints.has(endpoint);
  const exposed = report.findings.some(
    ({ about, effect, endpoint }) => about === 'exposure' && effect === 'violation' && concerns(endpoint),
  );
  if (exposed) return 'exposed';
  const states = new Set(here.map(({ state }) => state));
  const isDoubtful = report.undetermined.some(
    ({ blocking, endpoint }) => blocking && (endpoint === null || concerns(endpoint)),
  );
  if (states.has('open')) return isDoubtful ? 'unknown' : 'open';
  if (here.length === 0 || states.has('error') || isDoubtful || !isConclusive(report)) return 'unknown';
  return states.has('filtered') || states.has('open|filtered') ? 'silent' : 'closed';
}
