import type { Handover } from '../../model/handover.js';
import type { Verdict } from '../../model/report.js';
import type { SiteChanges } from '../../model/site-change.js';
import type { ReportedFinding } from '../../model/finding.js';
import type { SiteReport } from '../../model/site.js';
import { renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { describeMapping, listGatewayFacts } from '../site-gateways.js';
import { CAUSE_WORDS, describeNothing, explain, listReachable, namePlaces } from '../site-reachable.js';
import { describeNetwork, describeOutside, listMeasurements } from '../site-words.js';
import { describeAddress } from './address-blocks.js';
import { isCurrent, listAges, listUnchecked, siteVerdict } from './address-verdict.js';
import { listChecklistTodo, tellNotDone } from './checklist-blocks.js';
import { detailFindings, listDoubts, listErrors, listTodo, tellFindings, tellTodo } from './finding-blocks.js';
import type { Block } from './report-document.js';
import { FITNESS_WORDS, STANDING_WORDS, TEXTS } from './strings.js';

/** More rows than these are counted. */
const MOST_ROWS = 100;

/** A site that was looked at from inside, or from inside and outside: the first page, then the evidence. */
export function describeSite(site: SiteReport, handover: Handover): Block[] {
  const { lan, outside } = site.evidence;
  const notDone = tellNotDone(handover.checklist);
  return [
    tellVerdict(site, siteVerdict(site, handover)),
    ...[...listAges(handover), ...listUnchecked(handover)].map((text) => ({ kind: 'text', text }) as const),
    ...tellFindings([site], isCurrent(handover), notDone.length === 0),
    ...notDone,
    ...tellTodo([...listTodo([site]), ...listChecklistTodo(handover.checklist, listTold(site))]),
    ...tellChecked(site),
    ...listDoubts([{ ...site, name: '' }]),
    { kind: 'break' },
    { kind: 'heading', level: 2, text: TEXTS.evidence },
    ...tellReachable(site),
    ...lan.gateways.flatMap((gateway) => tellGateway(gateway)),
    ...tellMeasured(site),
    ...(site.findings.length > 0 ? [{ kind: 'heading', level: 3, text: TEXTS.findings } as const] : []),
    ...detailFindings(site, 4),
    ...listErrors(site),
    ...(outside?.check ? describeAddress({ slot: null, report: outside.check, unseen: [], history: null }, true) : []),
  ];
}

function tellVerdict(site: SiteReport, verdict: Verdict): Block {
  const label = site.kind === 'lan' ? STANDING_WORDS[verdict].label : FITNESS_WORDS[verdict];
  return { kind: 'verdict', standing: verdict, label, text: sayVerdict(site, verdict) };
}

/** The verdict in a sentence or two, without the endpoints that the summary for a technician has. */
function sayVerdict(site: SiteReport, verdict: Verdict): string {
  if (verdict !== site.verdict) return TEXTS.siteOld;
  if (verdict === 'compliant') return site.summary;
  if (verdict === 'inconclusive') return site.kind === 'lan' ? TEXTS.lanUnknown : TEXTS.siteUnknown;
  const count = site.findings.filter(({ effect }) => effect === 'violation').length;
  return count === 1 ? TEXTS.oneToChange : `${count} ${TEXTS.manyToChange}`;
}

/** The items of the checklist that are among the findings. */
function listTold({ findings }: SiteReport): ReadonlySet<unknown> {
  return new Set(findings.filter(({ rule }) => rule === 'checklist-open').map(({ data }) => data['item']));
}

function tellChecked(site: SiteReport): Block[] {
  const { client, evidence, profile, startedAt, interrupted } = site;
  const { lan, outside, pbxAddress } = evidence;
  const rows: [string, string][] = [
    ['Site', client ?? ''],
    ['Inside', describeNetwork(lan)],
    ['Outside', outside ? describeOutside(outside) : TEXTS.insideOnly],
    ['Phone system', pbxAddress ? `is or will be at ${pbxAddress}` : ''],
    ['When', renderTime(startedAt) + (interrupted ? `, ${TEXTS.cutOff}` : '')],
    ['Agreed', `what may be reachable: profile "${profile.name}"`],
  ];
  return [
    { kind: 'heading', level: 2, text: TEXTS.checked },
    { kind: 'facts', rows: rows.filter(([, text]) => text !== '') },
  ];
}

function tellReachable(site: SiteReport): Block[] {
  const groups = listReachable(site);
  const heading: Block = { kind: 'heading', level: 3, text: TEXTS.reachable };
  if (groups.length === 0) return [heading, { kind: 'text', text: describeNothing(site) }];
  const rows = groups.slice(0, MOST_ROWS).map((group) => {
    const [first] = group;
    return first ? [namePlaces(group), first.service ?? '', CAUSE_WORDS[first.cause], explain(first)] : [];
  });
  return [
    heading,
    { kind: 'table', caption: TEXTS.reachable, columns: TEXTS.reachableColumns, rows },
    ...countRest(groups.length, 'row'),
  ];
}

function tellGateway(gateway: SiteReport['evidence']['lan']['gateways'][number]): Block[] {
  const mappings = gateway.connections.flatMap((connection) => connection.mappings);
  const title = gateway.isDefault ? TEXTS.router : TEXTS.otherGateway;
  const table: Block = {
    ...{ kind: 'table', caption: TEXTS.mappings, columns: TEXTS.mappingsColumns },
    rows: mappings.slice(0, MOST_ROWS).map(describeMapping),
  };
  return [
    { kind: 'heading', level: 3, text: `${title}: ${gateway.address}` },
    { kind: 'facts', rows: listGatewayFacts(gateway) },
    ...(mappings.length > 0 ? [table, ...countRest(mappings.length, 'mapping')] : []),
  ];
}

function tellMeasured(site: SiteReport): Block[] {
  const rows = listMeasurements(site);
  return rows.length > 0
    ? [
        { kind: 'heading', level: 3, text: TEXTS.measured },
        { kind: 'facts', rows },
      ]
    : [];
}

function countRest(all: number, noun: string): Block[] {
  return all > MOST_ROWS ? [{ kind: 'text', text: `${renderCount(all - MOST_ROWS, `more ${noun}`)}.` }] : [];
}

/** What changed since an earlier run at the site. */
export function describeSiteChanges({
  from,
  to,
  sameSite,
  findings,
  endpoints,
}: SiteChanges<ReportedFinding>): Block[] {
  const list = (title: string, items: readonly string[]): Block[] =>
    items.length === 0
      ? []
      : [
          { kind: 'text', text: title },
          { kind: 'list', ordered: false, items: items.slice(0, MOST_ROWS) },
        ];
  const name = ({ title, endpoint }: ReportedFinding) =>
    endpoint === null || title.includes(endpoint) ? title : `${title} (${endpoint})`;
  return [
    { kind: 'heading', level: 2, text: `${TEXTS.changes}, ${renderTime(from)} to ${renderTime(to)}` },
    ...(sameSite ? [] : [{ kind: 'text', text: TEXTS.otherSite } as const]),
    ...list(TEXTS.gone, findings.gone.map(name)),
    ...list(TEXTS.new, findings.new.map(name)),
    ...list(TEXTS.still, findings.still.map(name)),
    ...list(TEXTS.notKnown, findings.notKnown.map(name)),
    ...list(
      TEXTS.reachChanges,
      endpoints.map(({ endpoint, kind }) => `${endpoint}: ${TEXTS.reachKinds[kind]}`),
    ),
  ];
}
