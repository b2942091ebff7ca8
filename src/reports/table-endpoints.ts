import { isCanary } from '../model/canary.js';
import { compareEndpointIds } from '../model/endpoint.js';
import type { Report, ReportedObservation, State } from '../model/report.js';
import { wrapText } from '../words/layout.js';
import type { Paint } from './paint.js';
import { type Column, layOut, type Row } from './table-columns.js';
import { renderCount } from '../words/sentence.js';

/** Endpoints alike and unknown to the profile are shown one by one up to this number, else counted. */
const ALIKE_SHOWN = 10;
const SHOWN_ROWS = 200;

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

function describeAnswerer({ identity, state, reason }: ReportedObservation): string {
  if (state === 'error') return `not looked at: ${reason}`;
  if (identity) return identity.label + (identity.confidence === 'certain' ? '' : ` (${identity.confidence})`);
  return state === 'open' ? 'not identified' : '';
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
function groupAlike(observations: readonly ReportedObservation[]): ReportedObservation[][] {
  const groups = new Map<string, ReportedObservation[]>();
  for (const observation of observations) {
    const { endpoint, state, reason, service, identity } = observation;
    const alone = service !== null || identity !== null;
    const key = alone ? `${endpoint} ${observation.probe}` : `${endpoint.slice(0, 3)} ${state} ${reason}`;
    const group = groups.get(key);
    if (group) group.push(observation);
    else groups.set(key, [observation]);
  }
  return [...groups.values()];
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
    .map((group) => {
      const transport = group[0]?.endpoint.slice(0, 3) ?? '';
      return renderGroup(`other ${transport}`, `${renderCount(group.length, 'port')} alike`, group, reasons);
    });
  if (canaries.length > 0) counted.push(renderGroup('random', 'ports picked to compare with', canaries, reasons));
  const rest = rows.length - SHOWN_ROWS;
  if (rest > 0)
    counted.push(renderNote('more', `${renderCount(rest, 'endpoint')}: --format json tells them all`, reasons));
  return [...rows.slice(0, SHOWN_ROWS), ...counted, ...renderUnlisted(unlisted, reasons)];
}

/** What the states mean, for those that occur. */
const STATE_WORDS: Readonly<Record<State, string>> = {
  open: 'something answers',
  closed: 'refused, nothing there',
  filtered: 'blocked or silent',
  'open|filtered': 'silent, and over UDP that can mean either',
  error: 'we could not look',
};

function renderLegend({ observations }: Report, width: number): string[] {
  const present = new Set(observations.map(({ state }) => state));
  const words = (Object.keys(STATE_WORDS) as State[])
    .filter((state) => present.has(state))
    .map((state) => `${state}: ${STATE_WORDS[state]}`);
  return wrapText(words.join('; '), width - 2).map((line) => `  ${line}`);
}

/** The table of endpoints: what answers first, then by port. */
export function renderEndpoints(report: Report, width: number, reasons: boolean, paint: Paint): string[] {
  const title = ['', paint('bold', 'ENDPOINTS')];
  if (report.observations.length === 0) return [...title, '  None was looked at.'];
  const lines = layOut(reasons ? REASON_COLUMNS : COLUMNS, listRows(report, reasons), width - 2);
  return [
    ...title,
    ...lines.map((line) => `  ${line}`),
    '',
    ...renderLegend(report, width).map((line) => paint('dim', line)),
  ];
}
