import { isCanary } from '../../model/canary.js';
import { type AddressHistory, type EndpointHistory, type Handover, LOOK_STATES } from '../../model/handover.js';
import type { Report, ReportedObservation, State } from '../../model/report.js';
import { SERVICES } from '../../model/service.js';
import { cutText, renderCount, upperFirst } from '../../words/sentence.js';
import { describeAnswerer, describeVantage } from '../address-words.js';
import { STATE_WORDS } from '../endpoints-table.js';
import { detailFindings, listErrors } from './finding-blocks.js';
import type { Block, StripBlock } from './report-document.js';
import { OTHERS_WORDS, TEXTS } from './strings.js';
import { tellVantages } from './vantage-blocks.js';

/** More endpoints than these are counted. */
const MOST_ROWS = 200;

/** The evidence of one address: findings in detail, what answered, what did not, history. */
export function describeAddress({ report, history }: Handover['addresses'][number], many: boolean): Block[] {
  const { target, findings, summary, vantage, vantages } = report;
  const name = target.name !== null && target.name !== target.address ? ` (${target.name})` : '';
  const heading: Block[] = many
    ? [{ kind: 'heading', level: 2, text: `${TEXTS.evidence}: ${target.address ?? target.input}${name}` }]
    : [];
  return [
    ...heading,
    { kind: 'text', text: summary },
    ...(vantages ? [] : [{ kind: 'facts', rows: [['Checked from', describeVantage(vantage)]] } as const]),
    ...(findings.length > 0 ? [{ kind: 'heading', level: 3, text: TEXTS.findings } as const] : []),
    ...detailFindings(report, 4),
    ...tellVantages(report),
    { kind: 'heading', level: 3, text: TEXTS.answers },
    ...tableAnswers(report),
    ...listErrors(report),
    ...(history && history.looks.length > 0
      ? tellHistory(history, many ? (target.address ?? target.input) : null)
      : []),
  ];
}

function tableAnswers({ observations, unlisted }: Report): Block[] {
  const told = observations.filter(({ state, identity }) => state === 'open' || state === 'error' || identity !== null);
  const rows = told
    .slice(0, MOST_ROWS)
    .map((seen) => [seen.endpoint, nameService(seen.service), seen.state, describeAnswerer(seen)]);
  const counts = new Map<string, number>();
  for (const { state } of observations.filter((seen) => !told.includes(seen))) count(counts, state, 1);
  for (const [key, number] of Object.entries(unlisted)) count(counts, key.slice(0, key.lastIndexOf('/')), number);
  if (told.length > MOST_ROWS) count(counts, 'open or failed, not listed here', told.length - MOST_ROWS);
  const rest = [...counts].map(([state, number]) => `${number} ${state}${sayState(state)}`).join(', ');
  const canaries = observations.filter(isCanary).length;
  const compared = canaries > 0 ? ` ${renderCount(canaries, 'random port')} among them, to compare with.` : '';
  return [
    told.length > 0
      ? { kind: 'table', caption: TEXTS.answersCaption, columns: TEXTS.answersColumns, rows }
      : {
          kind: 'text',
          text: observations.some(({ state }) => state === 'closed') ? TEXTS.nothingOpen : TEXTS.noAnswers,
        },
    ...(rest === '' ? [] : [{ kind: 'text', text: `${TEXTS.others}: ${rest}.${compared}` } as const]),
  ];
}

/** What a state means, in brackets; nothing for what is no state. */
function sayState(state: string): string {
  return Object.hasOwn(STATE_WORDS, state) ? ` (${STATE_WORDS[state as State]})` : '';
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** What a service is called; an id of a profile's own as it is. */
function nameService(id: ReportedObservation['service']): string {
  if (id === null) return '';
  return upperFirst(SERVICES.find((service) => service.id === id)?.title ?? id);
}

/** A band for each endpoint; for each service where an old report has no more. `subject` is one address of many. */
function tellHistory({ looks, services, endpoints, others = {} }: AddressHistory, subject: string | null): Block[] {
  const rows = endpoints
    ? endpoints.map((one) => ({ label: nameEndpoint(one), states: one.states }))
    : services.map(({ service, states }) => ({ label: nameService(service), states }));
  const strip: StripBlock = {
    kind: 'strip',
    caption:
      (subject === null ? '' : `${subject}: `) + (endpoints ? TEXTS.historyCaption : TEXTS.serviceHistoryCaption),
    times: looks.map(({ at }) => at),
    rows,
  };
  const rest = sayOthers(others, rows.length > 0);
  return [
    { kind: 'heading', level: 3, text: TEXTS.history },
    ...(rows.length > 0 ? [strip] : []),
    ...(rest === null ? [] : [{ kind: 'text', text: rest } as const]),
  ];
}

/** Longest name of an endpoint beside its band. */
const MOST_NAME = 60;

function nameEndpoint({ endpoint, service, answerer }: EndpointHistory): string {
  const name = service === null ? answerer : nameService(service);
  return name === null ? endpoint : `${endpoint}: ${cutText(name, MOST_NAME)}`;
}

/** `40 more endpoints: 38 closed in every check, 2 silent at least once, otherwise closed`. */
function sayOthers(others: NonNullable<AddressHistory['others']>, more: boolean): string | null {
  const kinds = LOOK_STATES.flatMap((state) => (others[state] ? [`${others[state]} ${OTHERS_WORDS[state]}`] : []));
  const total = LOOK_STATES.reduce((sum, state) => sum + (others[state] ?? 0), 0);
  return total === 0 ? null : `${renderCount(total, more ? 'more endpoint' : 'endpoint')}: ${kinds.join('; ')}.`;
}
