import { isCanary } from '../model/canary.js';
import { compareEndpointIds, type EndpointId } from '../model/endpoint.js';
import { isMovedPlace } from '../model/moved-place.js';
import type { Report, ReportedObservation, State } from '../model/report.js';
import { forTerminal } from '../words/escape.js';
import { cutColumns } from '../words/layout.js';
import { renderCount } from '../words/sentence.js';
import { describeAnswerer } from './address-words.js';
import { indent, type Page, renderHanging } from './blocks.js';
import { type Column, layOut, type Row } from './columns.js';

/** Endpoints alike and unknown to the profile are shown one by one up to this number, else counted. */
const ALIKE_SHOWN = 10;
const SHOWN_ROWS = 200;
/** Lines of what answers. */
const SHOWN_GROUPS = 40;
/** Columns of what a target says that it is. */
const MOST_OF_ANSWERER = 100;

const COLUMNS: readonly Column[] = [
  { title: 'ENDPOINT', most: 9 },
  { title: 'STATE', most: 13 },
  { title: 'RTT', most: 7 },
  { title: 'SERVICE', most: 13 },
  { title: 'WHO ANSWERED', most: Infinity },
];
const REASON_COLUMNS: readonly Column[] = [
  { title: 'ENDPOINT', most: 9 },
  { title: 'STATE', most: 13 },
  { title: 'REASON', most: 18 },
  { title: 'TRIES', most: 5 },
  { title: 'RTT', most: 7 },
  { title: 'SERVICE, ANSWER', most: Infinity },
];

/** What the states mean, in the order in which they are shown. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  open: 'something answers',
  error: 'we could not check it',
  closed: 'refused, nothing there',
  filtered: 'blocked or silent',
  'open|filtered': 'silent, which over UDP can mean open or blocked',
};
const STATES = Object.keys(STATE_WORDS) as State[];

/**
 * The endpoints: what answers, each with who answers there, and the others by state. With reasons, or in full, a table
 * of them all.
 */
export function renderEndpoints(report: Report, reasons: boolean, page: Page): string[] {
  const { width, paint, full } = page;
  const title = ['', paint('bold', 'ENDPOINTS')];
  if (report.observations.length === 0) return [...title, '  No endpoint was checked.'];
  if (!full && !reasons) return [...title, ...listByState(report, width)];
  const lines = layOut(reasons ? REASON_COLUMNS : COLUMNS, listRows(report, reasons), width - 2);
  const present = STATES.filter((state) => report.observations.some((observation) => observation.state === state));
  const legend = indent(present.map((state) => `${state}: ${STATE_WORDS[state]}`).join('; '), width);
  return [...title, ...lines.map((line) => `  ${line}`), '', ...legend.map((line) => paint('dim', line))];
}

/** The endpoints by state: each that answers, or that we could not check; of the others, their services. */
function listByState({ observations, unlisted }: Report, width: number): string[] {
  const present = STATES.flatMap((state) => {
    const texts = describeState(state, observations, unlisted);
    return texts.length > 0 ? [{ state, texts }] : [];
  });
  const columns = Math.max(...present.map(({ state }) => state.length)) + 2;
  return present.flatMap(({ state, texts }) =>
    texts.flatMap((text, index) =>
      renderHanging(`  ${(index === 0 ? state : '').padEnd(columns)}`, 2 + columns, text, width),
    ),
  );
}

function describeState(
  state: State,
  observations: readonly ReportedObservation[],
  unlisted: Report['unlisted'],
): string[] {
  const here = observations.filter((observation) => observation.state === state);
  const named = here.filter((observation) => !isCanary(observation));
  const isTold = ({ identity }: ReportedObservation) => state === 'open' || state === 'error' || identity !== null;
  const told = groupBy(named.filter(isTold), (one) => `${one.service} ${describeAnswerer(one)}`);
  const uncounted = told.length - SHOWN_GROUPS;
  const random = here.length - named.length;
  const counted = Object.entries(unlisted)
    .filter(([key]) => key.startsWith(`${state}/`))
    .reduce((sum, [, count]) => sum + count, 0);
  const untold = named.filter((observation) => !isTold(observation));
  const places = untold.filter(isMovedPlace).length;
  const others = [
    ...(uncounted > 0 ? [`${told.slice(SHOWN_GROUPS).flat().length} more (--full lists them)`] : []),
    ...listServices(
      untold.filter((observation) => !isMovedPlace(observation)),
      observations,
    ),
    ...listUnnamed(places, random),
    ...(counted > 0 ? [`${renderCount(counted, 'endpoint')} only counted`] : []),
  ];
  const meaning = state === 'filtered' || state === 'open|filtered' ? `${STATE_WORDS[state]}: ` : '';
  return [
    ...told.slice(0, SHOWN_GROUPS).map(describeTold),
    ...(others.length > 0 ? [meaning + others.join(', ')] : []),
  ];
}

/** `tcp/5060, udp/5060  sip-trunk: NEC SIP, SL2100`. */
function describeTold(group: readonly [ReportedObservation, ...ReportedObservation[]]): string {
  const [first] = group;
  const places = listPlaces(group.map(({ endpoint }) => endpoint));
  const answerer = cutColumns(forTerminal(describeAnswerer(first)), MOST_OF_ANSWERER);
  return `${places.join(', ')}${first.service === null ? '' : ` (${first.service})`}: ${answerer}`;
}

/** The services of endpoints, with the endpoints where others of the service are in another state; the rest by itself. */
function listServices(here: readonly ReportedObservation[], all: readonly ReportedObservation[]): string[] {
  const byService = groupBy(
    here.filter(({ service }) => service !== null),
    ({ service }) => service,
  );
  const sizes = new Map<string | null, number>();
  for (const { service } of all) sizes.set(service, (sizes.get(service) ?? 0) + 1);
  const services = byService.map((group) => {
    const { service } = group[0];
    return group.length === sizes.get(service)
      ? `${service}`
      : `${service} (${listPlaces(group.map(({ endpoint }) => endpoint)).join(', ')})`;
  });
  return [...services, ...listPlaces(here.flatMap(({ service, endpoint }) => (service === null ? [endpoint] : [])))];
}

/** Moved places and canaries, which are counted. */
function listUnnamed(places: number, random: number): string[] {
  if (places > 0 && random > 0) return [`${places} likely and ${renderCount(random, 'random port')}`];
  if (places > 0) return [renderCount(places, 'likely other port')];
  return random > 0 ? [`${renderCount(random, 'random port')} for comparison`] : [];
}

/** Endpoints by name where they are few, else by number. */
function listPlaces(endpoints: readonly EndpointId[]): string[] {
  return groupBy(endpoints, (endpoint) => endpoint.slice(0, 3)).flatMap((group) =>
    group.length <= ALIKE_SHOWN ? group : [`${group.length} ${group[0].slice(0, 3).toUpperCase()} ports`],
  );
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => unknown): (readonly [T, ...T[]])[] {
  const groups = new Map<unknown, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

function renderEndpoint(observation: ReportedObservation, reasons: boolean): Row {
  const { endpoint, state, reason, tries, rttMs } = observation;
  const rtt = rttMs === null ? '' : `${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`;
  const service = observation.service ?? '';
  const answerer = describeAnswerer(observation);
  return reasons
    ? [endpoint, state, reason, String(tries), rtt, [service, answerer].filter(Boolean).join(': ')]
    : [endpoint, state, rtt, service, answerer];
}

function countStates(group: readonly ReportedObservation[]): [State, number][] {
  const counts = new Map<State, number>();
  for (const { state } of group) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts];
}

function renderGroup(endpoint: string, note: string, group: readonly ReportedObservation[], reasons: boolean): Row {
  const states = countStates(group);
  const state = states.length === 1 ? (states[0]?.[0] ?? '') : 'mixed';
  const counts = states.map(([each, count]) => `${count} ${each}`).join(', ');
  const text = states.length === 1 ? note : `${note}: ${counts}`;
  return reasons ? [endpoint, state, group[0]?.reason ?? '', '', '', text] : [endpoint, state, '', '', text];
}

function renderNote(endpoint: string, note: string, reasons: boolean): Row {
  return reasons ? [endpoint, '', '', '', '', note] : [endpoint, '', '', '', note];
}

/** What the report itself only counts, by `state/reason`. */
function renderUnlisted(unlisted: Report['unlisted'], reasons: boolean): Row[] {
  const counts = new Map<string, number>();
  for (const [key, count] of Object.entries(unlisted)) {
    const group = reasons ? key : key.slice(0, key.lastIndexOf('/'));
    counts.set(group, (counts.get(group) ?? 0) + count);
  }
  return [...counts].map(([group, count]) => {
    const [state = '', reason = ''] = group.split('/');
    const note = `${renderCount(count, 'endpoint')}, only counted`;
    return reasons ? ['others', state, reason, '', '', note] : ['others', state, '', '', note];
  });
}

/** Endpoints that can be told together: of no service, unidentified, of one transport, state and reason. */
function groupAlike(observations: readonly ReportedObservation[]) {
  return groupBy(observations, ({ endpoint, probe, state, reason, service, identity }) =>
    service !== null || identity !== null ? `${endpoint} ${probe}` : `${endpoint.slice(0, 3)} ${state} ${reason}`,
  );
}

function listRows({ observations, unlisted }: Report, reasons: boolean): Row[] {
  const canaries = reasons ? [] : observations.filter(isCanary);
  const others = reasons ? observations : observations.filter((observation) => !isCanary(observation));
  const groups = groupAlike(others);
  const single = groups.filter((group) => group.length <= ALIKE_SHOWN).flat();
  const rows = single
    .sort(
      (a, b) => Number(b.state === 'open') - Number(a.state === 'open') || compareEndpointIds(a.endpoint, b.endpoint),
    )
    .map((observation) => renderEndpoint(observation, reasons));
  const counted = groups
    .filter((group) => group.length > ALIKE_SHOWN)
    .map((group) =>
      renderGroup(
        `other ${group[0].endpoint.slice(0, 3)}`,
        `${renderCount(group.length, 'port')} alike`,
        group,
        reasons,
      ),
    );
  if (canaries.length > 0) counted.push(renderGroup('random', 'ports for comparison', canaries, reasons));
  const rest = rows.length - SHOWN_ROWS;
  if (rest > 0)
    counted.push(renderNote('more', `${renderCount(rest, 'endpoint')}: --format json lists them all`, reasons));
  return [...rows.slice(0, SHOWN_ROWS), ...counted, ...renderUnlisted(unlisted, reasons)];
}
