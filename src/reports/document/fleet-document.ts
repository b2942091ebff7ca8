import { CHANGE_KINDS } from '../../model/change.js';
import type { FleetReport } from '../../model/fleet-report.js';
import { STANDINGS, WORST_FIRST } from '../../model/standing.js';
import { renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { renderJson } from '../json.js';
import type { Block, Cell, ReportDocument, VerdictBlock } from './report-document.js';
import { CHANGE_WORDS, STANDING_WORDS, TEXTS } from './strings.js';

/** Changes on the page; the rest is in the attached data. */
const SHOWN_CHANGES = 50;

/** The report of all clients: counts, worst first, who was not checked, trend, changes. Pure. */
export function describeFleet(fleet: FleetReport): ReportDocument {
  const { groups, tags, madeAt } = fleet;
  const chosen = [...(groups ?? []).map((name) => `group ${name}`), ...(tags ?? []).map((name) => `tag ${name}`)];
  return {
    title: TEXTS.fleetTitle,
    subject: chosen.length > 0 ? chosen.join(', ') : TEXTS.allClients,
    madeAt,
    blocks: [
      judgeFleet(fleet),
      ...tellCounts(fleet),
      ...tellWorst(fleet),
      ...tellNotChecked(fleet),
      ...tellTrend(fleet),
      ...tellChanges(fleet),
    ],
    attachment: { name: 'sallyport-fleet.json', json: renderJson(fleet) },
  };
}

/** How all clients stand, in a word and a sentence: never "as agreed" while some are not checked. */
export function judgeFleet({ standings, unknownCount, clients }: FleetReport): VerdictBlock {
  const worst = WORST_FIRST.find((standing) => (standings[standing] ?? 0) > 0) ?? 'inconclusive';
  const counts = WORST_FIRST.filter((standing) => standings[standing] > 0).map(
    (standing) => `${standings[standing]} ${STANDING_WORDS[standing].label.toLowerCase()}`,
  );
  const rest = unknownCount > 0 ? [`${unknownCount} not checked`] : [];
  const unknown = worst === 'compliant' && unknownCount > 0;
  const standing = unknown ? 'inconclusive' : worst;
  const told = [...counts, ...rest].join(', ') || 'nothing was checked';
  const text = `${renderCount(clients, 'client')}; by address: ${told}.`;
  return { kind: 'verdict', standing, label: STANDING_WORDS[standing].label, text };
}

function tellCounts({ standings, unknownCount }: FleetReport): Block[] {
  const rows = STANDINGS.map((standing): Cell[] => [
    { standing, label: STANDING_WORDS[standing].label },
    String(standings[standing]),
  ]);
  const unknown = unknownCount > 0 ? [[TEXTS.notChecked, String(unknownCount)]] : [];
  return [
    { kind: 'heading', level: 2, text: TEXTS.total },
    { kind: 'table', caption: TEXTS.total, columns: TEXTS.totalColumns, rows: [...rows, ...unknown] },
  ];
}

function tellWorst({ rows: all, standings }: FleetReport): Block[] {
  const listed = all.filter(({ standing }) => standing !== 'compliant');
  const heading: Block = { kind: 'heading', level: 2, text: TEXTS.worst };
  if (listed.length === 0) return [heading, { kind: 'text', text: TEXTS.nothingWorse }];
  const rows = listed.map(({ client, slot, standing, worst, more, since, seenAt }): Cell[] => [
    client.name,
    slot,
    { standing, label: STANDING_WORDS[standing].label },
    worst ? `${worst.title}${more > 0 ? ` (and ${more} more)` : ''}` : TEXTS.noWorst[standing],
    since.slice(0, 10),
    seenAt?.slice(0, 10) ?? '',
  ]);
  const total = STANDINGS.reduce((sum, one) => sum + (one === 'compliant' ? 0 : standings[one]), 0);
  return [
    heading,
    { kind: 'table', caption: TEXTS.worst, columns: TEXTS.worstColumns, rows },
    ...countRest(total - rows.length),
  ];
}

function tellNotChecked({ notChecked, notCheckedCount, unknownCount }: FleetReport): Block[] {
  if (notCheckedCount === 0) return [];
  const rows = notChecked.map(({ client, slot, reason }) => [client.name, slot ?? '', reason]);
  return [
    { kind: 'heading', level: 2, text: `${TEXTS.notChecked}: ${sayNotChecked(notCheckedCount, unknownCount)}` },
    { kind: 'table', caption: TEXTS.notChecked, columns: TEXTS.notCheckedColumns, rows },
    ...countRest(notCheckedCount - rows.length),
  ];
}

/** How many are not checked; what is, and where something stands from before, counts as that above. */
export function sayNotChecked(count: number, unknown: number): string {
  const stands = count - unknown;
  return `${count}${stands > 0 ? `, ${stands} of them counted above` : ''}`;
}

function tellTrend({ trend }: FleetReport): Block[] {
  if (trend.length === 0) return [];
  const rows = trend.map(({ at, clients, verdicts }) => [
    renderTime(at),
    String(clients),
    ...(['violation', 'inconclusive', 'compliant'] as const).map((verdict) => String(verdicts[verdict])),
  ]);
  return [
    { kind: 'heading', level: 2, text: TEXTS.trend },
    { kind: 'table', caption: TEXTS.trend, columns: TEXTS.trendColumns, rows },
  ];
}

function tellChanges({ since, changes, changeCounts }: FleetReport): Block[] {
  const heading: Block = { kind: 'heading', level: 2, text: `${TEXTS.changes} since ${renderTime(since)}` };
  const counts = CHANGE_KINDS.flatMap((kind) =>
    changeCounts[kind] ? [`${changeCounts[kind]} ${CHANGE_WORDS[kind]}`] : [],
  );
  if (counts.length === 0) return [heading, { kind: 'text', text: TEXTS.noChanges }];
  const rows = changes
    .slice(0, SHOWN_CHANGES)
    .map(({ at, client, slot, title, severity }): Cell[] => [
      renderTime(at),
      `${client.name}, ${slot}`,
      title,
      { severity },
    ]);
  const total = Object.values(changeCounts).reduce((sum, one) => sum + one, 0);
  return [
    heading,
    { kind: 'text', text: `${counts.join(', ')}.` },
    { kind: 'table', caption: TEXTS.changesCaption, columns: TEXTS.fleetChangesColumns, rows },
    ...countRest(total - rows.length),
  ];
}

function countRest(count: number): Block[] {
  return count > 0 ? [{ kind: 'text', text: `${renderCount(count, 'more')}.` }] : [];
}
