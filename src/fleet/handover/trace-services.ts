import type { HistoryEntry } from '../../model/client.js';
import { type LookState, MOST_LOOKS, type ServiceHistory } from '../../model/handover.js';
import type { ReportData } from '../../model/report.js';
import { SERVICES } from '../../model/service.js';
import { isConclusive } from '../changes/determined.js';

/**
 * What the looks of one slot saw of each service, oldest first; at most {@link MOST_LOOKS}, the newest. What was not
 * looked at, or not for certain, is `unknown`: a service is closed or silent only by a look that came to a verdict.
 * @param entries newest first; those that another look had to confirm are left out
 */
export function traceServices(entries: readonly HistoryEntry[]): ServiceHistory {
  const looks = entries
    .filter(({ final }) => final)
    .slice(0, MOST_LOOKS)
    .reverse();
  const seen = new Set(looks.flatMap(({ report }) => report.observations.flatMap(({ service }) => service ?? [])));
  const known = SERVICES.map(({ id }): string => id);
  const services = [...known.filter((id) => seen.has(id)), ...[...seen].filter((id) => !known.includes(id)).sort()];
  return {
    looks: looks.map(({ at, verdict }) => ({ at, verdict })),
    services: services.map((service) => ({
      service,
      states: looks.map(({ report }) => judgeService(report, service)),
    })),
  };
}

/** The most telling state of a service's endpoints in one look. */
function judgeService(report: ReportData, service: string): LookState {
  const here = report.observations.filter((observation) => observation.service === service);
  const endpoints = new Set(here.map(({ endpoint }) => endpoint));
  const exposed = report.findings.some(
    ({ about, effect, endpoint }) =>
      about === 'exposure' && effect === 'violation' && endpoint !== null && endpoints.has(endpoint),
  );
  if (exposed) return 'exposed';
  const states = new Set(here.map(({ state }) => state));
  if (states.has('open')) return 'open';
  const doubtful = report.undetermined.some(
    ({ blocking, endpoint }) => blocking && (endpoint === null || endpoints.has(endpoint)),
  );
  if (here.length === 0 || states.has('error') || doubtful || !isConclusive(report)) return 'unknown';
  return states.has('filtered') || states.has('open|filtered') ? 'silent' : 'closed';
}
