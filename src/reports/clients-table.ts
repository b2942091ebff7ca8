import { NOT_CHECKED, type NotChecked } from '../model/not-checked.js';
import { type ClientStanding, type Listed, listedAs } from '../model/standing.js';
import { renderHanging } from './blocks.js';
import { describePlace, describeProblem, describeWorst } from './client-words.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { createPaint, type Paint, paintStanding } from './paint.js';
import type { ClientsWriter, ReportStyle } from './reporter.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutWords, displayWidth, padText } from '../words/layout.js';
import { listNames, renderCount } from '../words/sentence.js';

const VERDICT_COLUMNS = 14;
const DAY_COLUMNS = 10;
/** From so many columns on there is room for when it was last seen, and for names; where ids are short, sooner. */
const COLUMNS_FOR = { seen: 100, name: 120 };
/** So much of a finding is left where a name is shown sooner. */
const LEAST_FOR_FINDING = 30;
const INDENT = 4;

/** Widths of the columns of a row; 0 for one that there is no room for. */
interface Columns {
  readonly id: number;
  readonly name: number;
  readonly address: number;
  readonly seen: number;
  readonly worst: number;
}

/** Shares what verdict and day leave: ids and addresses get what they need, up to a bound, and the finding the rest. */
function shareColumns(width: number, longest = { id: Infinity, address: Infinity }): Columns {
  const seen = width < COLUMNS_FOR.seen ? 0 : DAY_COLUMNS;
  // With a gap for a name, whether there is one or not.
  const rest = width - VERDICT_COLUMNS - DAY_COLUMNS - seen - 5 - Number(seen > 0);
  const id = Math.max('CLIENT'.length, Math.min(longest.id, Math.floor(rest * 0.25)));
  const address = Math.max('ADDRESS'.length, Math.min(longest.address, Math.floor(rest * 0.3)));
  const name = Math.floor(rest * 0.2);
  const worst = rest - id - address - name;
  return width >= COLUMNS_FOR.name || worst >= LEAST_FOR_FINDING
    ? { id, name, address, seen, worst }
    : { id, name: 0, address, seen, worst: worst + name + 1 };
}

/** How clients stand, for people: a row for each address, why it is not checked below it, and counts at the end. */
export function createClientsTable({
  width,
  color,
  longest,
}: Pick<ReportStyle, 'width' | 'color' | 'longest'>): ClientsWriter {
  const paint = createPaint(color);
  const columns = width < LEAST_FOR_COLUMNS ? null : shareColumns(width, longest);
  const standings = new Map<Listed, number>();
  const reasons = new Map<NotChecked['why'], number>();
  const clients = new Set<string>();
  const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);
  return {
    begin: () => (columns ? renderHead(columns, width) : ''),
    client(row): string {
      count(standings, listedAs(row));
      if (row.why !== null) count(reasons, row.why);
      clients.add(row.client.id);
      return columns ? renderRow(row, columns, width, paint) : renderEntry(row, width, paint);
    },
    end: () => [renderEnd({ standings, reasons, clients: clients.size }, width)],
  };
}

function paintListed(paint: Paint, listed: Listed): string {
  if (listed === 'not-checked') return paint(['bold', 'yellow'], '– NOT CHECKED'.padEnd(VERDICT_COLUMNS));
  return paintStanding(paint, listed, VERDICT_COLUMNS);
}

function renderHead(columns: Columns, width: number): string {
  const cells = layOut(columns, {
    ...{ verdict: 'VERDICT'.padEnd(VERDICT_COLUMNS), since: 'SINCE', id: 'CLIENT', name: 'NAME', address: 'ADDRESS' },
    ...{ seen: 'LAST SEEN', worst: 'WORST FINDING' },
  });
  return `${cells}\n${'─'.repeat(width)}\n`;
}

/** Joins the cells of a row, which are safe to show; the verdict has its columns already. */
function layOut(
  { id, name, address, seen, worst }: Columns,
  cells: Readonly<Record<'verdict' | 'since' | keyof Columns, string>>,
): string {
  const row = [
    cells.verdict,
    cells.since.padEnd(DAY_COLUMNS),
    padText(cells.id, id),
    ...(name > 0 ? [padText(cells.name, name)] : []),
    padText(cells.address, address),
    ...(seen > 0 ? [cells.seen.padEnd(seen)] : []),
    padText(cells.worst, worst),
  ];
  return row.join(' ').trimEnd();
}

const renderDay = (at: string | null): string => at?.slice(0, DAY_COLUMNS) ?? '–';

/** One slot of a client: how it stands, since when, and the worst that no one accepted. */
function renderRow(row: ClientStanding, columns: Columns, width: number, paint: Paint): string {
  const { client, at, seenAt } = row;
  const worst = describeWorst(row);
  const problem = describeProblem(row);
  const isBelow = problem !== null && (worst !== null || displayWidth(problem) > columns.worst);
  const cells = layOut(columns, {
    ...{ verdict: paintListed(paint, listedAs(row)), since: renderDay(at), id: forTerminal(client.id) },
    ...{ name: forTerminal(client.name), address: forTerminal(describePlace(row)), seen: renderDay(seenAt) },
    worst: worst ?? (isBelow ? 'see below' : (problem ?? '–')),
  });
  return `${cells}\n${isBelow ? renderProblem(problem, width) : ''}`;
}

/** On a narrow terminal: the verdict and the client, and below them the rest. */
function renderEntry(row: ClientStanding, width: number, paint: Paint): string {
  const names = forTerminalLine(`${row.client.id} ${describePlace(row)}`, width - VERDICT_COLUMNS - 1);
  const worst = describeWorst(row);
  const problem = describeProblem(row);
  const said = cutWords(`since ${renderDay(row.at)}: ${worst ?? problem ?? '–'}`, width - INDENT);
  const below = worst !== null && problem !== null ? renderProblem(problem, width) : '';
  return `${paintListed(paint, listedAs(row))} ${names}\n${' '.repeat(INDENT)}${said}\n${below}`;
}

function renderProblem(problem: string, width: number): string {
  return `${renderHanging(' '.repeat(INDENT), INDENT, problem, width).join('\n')}\n`;
}

/** What a reason comes to, after how many it keeps from being checked. */
const REASONS: Readonly<Record<NotChecked['why'], string>> = {
  unauthorised: 'without a valid authorisation',
  paused: 'paused',
  gone: 'in no inventory any more',
  retired: 'retired, but in the inventory',
  new: 'not swept yet',
  uncounted: 'without a check that counts',
  stale: 'not swept for long',
  failed: 'that could not be',
};

interface Counts {
  readonly standings: ReadonlyMap<Listed, number>;
  readonly reasons: ReadonlyMap<NotChecked['why'], number>;
  readonly clients: number;
}

/** What stands below the rows: where more is said, why some are not checked, and at the very end what all come to. */
function renderEnd({ standings, reasons, clients }: Counts, width: number): string {
  if (clients === 0) return 'no client stands so\n';
  const sum = [...standings.values()].reduce((a, b) => a + b, 0);
  const order: readonly Listed[] = ['violation', 'inconclusive', 'no-answer', 'not-checked', 'compliant'];
  const verdicts = order.flatMap((one) =>
    standings.has(one) ? [`${standings.get(one)} ${one.replace('-', ' ')}`] : [],
  );
  const unchecked = NOT_CHECKED.flatMap((why) => (reasons.has(why) ? [`${reasons.get(why)} ${REASONS[why]}`] : []));
  const all = `${renderCount(sum, 'address', 'addresses')} of ${renderCount(clients, 'client')}`;
  const lines = [
    'More on one: sallyport show CLIENT',
    ...(reasons.has('gone')
      ? ['To list no longer what is in no inventory: sallyport client retire CLIENT [ADDRESS]']
      : []),
    ...(unchecked.length > 0 ? [`Not checked: ${listNames(unchecked, unchecked.length)}`] : []),
    `${all}: ${verdicts.join(', ')}`,
  ];
  return `\n${lines.flatMap((line) => renderHanging('', 2, line, width)).join('\n')}\n`;
}
