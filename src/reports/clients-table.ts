import type { SaidSlotState, Waiver } from '../model/change.js';
import type { Client } from '../model/client.js';
import { type Standing, standingOfSlot } from '../model/standing.js';
import { renderHanging } from './blocks.js';
import { rankIssues } from './client-issues.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { createCsvWriter, type CsvSeparator } from './csv-rows.js';
import { renderWaiver } from './findings-table.js';
import { createPaint, type Paint, paintStanding, SEVERITY_MARKS } from './paint.js';
import type { ClientsWriter, ClientStanding, ReportStyle } from './reporter.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutWords, padText, wrapText } from '../words/layout.js';
import { renderCount } from '../words/sentence.js';

/** A standing as a row of the table. */
type ClientRow = Omit<ClientStanding, 'client' | 'seenAt'> & { readonly client: { readonly id: string } };

const VERDICT_COLUMNS = 14;

const SINCE_COLUMNS = 10;

const GAPS = 4;

function shareColumns(width: number): { id: number; slot: number; worst: number } {
  const rest = width - VERDICT_COLUMNS - SINCE_COLUMNS - GAPS;
  const id = Math.floor(rest * 0.25);
  const slot = Math.floor(rest * 0.3);
  return { id, slot, worst: rest - id - slot };
}

/** How clients stand, for people. */
export function createClientsTable({ width, color }: Pick<ReportStyle, 'width' | 'color'>): ClientsWriter {
  const paint = createPaint(color);
  const counts = new Map<Standing, number>();
  const clients = new Set<string>();
  return {
    begin: () => renderClientsHead(width),
    client(row): string {
      const standing = standingOfSlot(row.state);
      counts.set(standing, (counts.get(standing) ?? 0) + 1);
      clients.add(row.client.id);
      return renderClient(row, width, paint);
    },
    end: () => renderClientsEnd(counts, clients.size),
  };
}

/** What stands above the rows. */
function renderClientsHead(width: number): string {
  if (width < LEAST_FOR_COLUMNS) return '';
  const { id, slot, worst } = shareColumns(width);
  const titles = ['VERDICT'.padEnd(VERDICT_COLUMNS), 'SINCE'.padEnd(SINCE_COLUMNS)];
  const columns = [padText('CLIENT', id), padText('ADDRESS', slot), padText('WORST FINDING', worst)];
  return `${[...titles, ...columns].join(' ').trimEnd()}\n${'─'.repeat(width)}\n`;
}

/** What stands below the rows: counts, and where more is said. */
function renderClientsEnd(counts: ReadonlyMap<Standing, number>, clients: number): string {
  if (clients === 0) return 'no client in the store stands so\n';
  const sum = [...counts.values()].reduce((a, b) => a + b, 0);
  const order: readonly Standing[] = ['violation', 'inconclusive', 'no-answer', 'compliant'];
  const verdicts = order.flatMap((standing) =>
    counts.has(standing) ? [`${counts.get(standing)} ${standing.replace('-', ' ')}`] : [],
  );
  const all = `${renderCount(sum, 'address', 'addresses')} of ${renderCount(clients, 'client')}`;
  return `\n${all}: ${verdicts.join(', ')}\nMore on one: sallyport show CLIENT\n`;
}

/** One slot of a client: how it stands, since when, and the worst that no one accepted. */
export function renderClient({ client, slot, state, at, problem }: ClientRow, width: number, paint: Paint): string {
  const where = state.address === null || state.address === slot ? slot : `${slot} ${state.address}`;
  if (width < LEAST_FOR_COLUMNS) {
    const names = forTerminalLine(`${client.id} ${where}`, width - VERDICT_COLUMNS - 1);
    const worst = cutWords(`since ${at.slice(0, SINCE_COLUMNS)}: ${describeWorst(state, problem)}`, width - 4);
    return `${paintStanding(paint, standingOfSlot(state), VERDICT_COLUMNS)} ${names}\n    ${worst}\n`;
  }
  const columns = shareColumns(width);
  const row = [
    paintStanding(paint, standingOfSlot(state), VERDICT_COLUMNS),
    at.slice(0, SINCE_COLUMNS),
    padText(forTerminal(client.id), columns.id),
    padText(forTerminal(where), columns.slot),
    padText(describeWorst(state, problem), columns.worst),
  ];
  return `${row.join(' ').trimEnd()}\n`;
}

/** Names and order stay; new ones come last. */
const CSV_COLUMNS = [
  ...(['client_id', 'client', 'group', 'tags', 'address', 'current_address', 'verdict', 'since'] as const),
  ...(['severity', 'rule', 'endpoint', 'worst_finding', 'findings', 'accepted', 'not_checked'] as const),
] as const;

/** Writes how slots of clients stand as rows for spreadsheets. */
export function createClientRows(separator?: CsvSeparator) {
  const { begin, row } = createCsvWriter(CSV_COLUMNS, separator);
  return {
    begin,
    client: ({ client, slot, state, at, problem }: ClientStanding): string => {
      const { worst, standing, accepted } = rankIssues(state);
      return row({
        ...{ client_id: client.id, client: client.name, group: client.group, tags: client.tags.join(' ') },
        ...{ address: slot, current_address: state.address, verdict: standingOfSlot(state), since: at },
        ...{ severity: worst?.severity ?? null, rule: worst?.rule ?? null, endpoint: worst?.endpoint ?? null },
        ...{ worst_finding: worst?.title ?? null, findings: standing.length, accepted, not_checked: problem },
      });
    },
  };
}

function describeWorst(state: SaidSlotState, problem: string | null): string {
  const { worst, standing, accepted } = rankIssues(state);
  if (!worst && problem !== null) return `not checked: ${forTerminal(problem)}`;
  if (!worst && standingOfSlot(state) === 'no-answer') return 'nothing answers, and nothing vouches for the line';
  if (!worst && state.verdict === 'inconclusive') return 'could not be determined';
  if (!worst) return accepted > 0 ? `${accepted} accepted` : '–';
  const place = worst.endpoint === null ? '' : `${worst.endpoint} `;
  const more = standing.length > 1 ? `+${standing.length - 1} ` : '';
  return `${SEVERITY_MARKS[worst.severity].label} ${more}${place}${forTerminal(worst.title)}`;
}

function shareInventoryColumns(width: number): readonly number[] {
  const rest = width - GAPS;
  const [id, name, addresses, profile] = [0.18, 0.25, 0.22, 0.15].map((share) => Math.floor(rest * share)) as [
    number,
    number,
    number,
    number,
  ];
  return [id, name, addresses, profile, rest - id - name - addresses - profile];
}

function renderRow(cells: readonly string[], width: number): string {
  if (width < LEAST_FOR_COLUMNS) return `${renderHanging('', 2, cells.filter(Boolean).join(', '), width).join('\n')}\n`;
  const columns = shareInventoryColumns(width);
  return `${cells
    .map((cell, i) => padText(forTerminal(cell), columns[i]!))
    .join(' ')
    .trimEnd()}\n`;
}

/** What stands above the clients of an inventory. */
export function renderInventoryHead(width: number): string {
  return `${renderRow(['CLIENT', 'NAME', 'ADDRESS', 'PROFILE', 'STANDING'], width)}${'─'.repeat(width)}\n`;
}

/**
 * One client of an inventory.
 * @param problem why it is not checked, if it is not
 * @param today `YYYY-MM-DD`, UTC
 */
export function renderInventoryClient(client: Client, problem: string | null, width: number, today: string): string {
  const { id, name, addresses, profile, group, schedule, silence } = client;
  const where = group === null ? '' : `${group}, `;
  const ended = silence && silence.until < today;
  const accepted = silence ? `, silence ${ended ? 'no longer accepted since' : 'accepted until'} ${silence.until}` : '';
  const standing = (problem ?? `${where}${schedule ?? 'no schedule'}`) + accepted;
  const file = profile.split(/[/\\]/).at(-1) ?? profile;
  return renderRow([id, name, addresses.join(' '), file, standing], width);
}

/** A waiver in two lines or more; `today` (`YYYY-MM-DD`, UTC) tells whether it is still valid. */
export function renderWaiverEntry(waiver: Waiver, width: number, today: string): string {
  const { id, clientId, rule, endpoint, severity, identity, until } = waiver;
  const place = endpoint ?? 'anywhere';
  const limits = [
    ...(severity === null ? [] : [`valid up to ${severity}`]),
    ...(identity === null ? [] : [`valid only for "${identity}"`]),
  ];
  const head = `${id}  ${clientId}  ${rule}  ${place}${until < today ? '  EXPIRED' : ''}`;
  const body = [renderWaiver(waiver), ...limits].flatMap((text) => wrapText(forTerminal(text), width - 4));
  return `${[forTerminal(head), ...body.map((line) => `    ${line}`)].join('\n')}\n`;
}
