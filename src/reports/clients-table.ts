import type { SaidSlotState } from '../model/change.js';
import { SEVERITIES } from '../model/severity.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutWords, padText } from '../words/layout.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { paintVerdict, SEVERITY_MARKS, type Paint } from './paint.js';

/** How a slot of a client stands. */
export interface ClientRow {
  readonly client: { readonly id: string };
  readonly slot: string;
  readonly state: SaidSlotState;
  /** Since when; ISO 8601. */
  readonly at: string;
}

const VERDICT_COLUMNS = 14;
const SINCE_COLUMNS = 10;
const GAPS = 4;

function shareColumns(width: number): { id: number; slot: number; worst: number } {
  const rest = width - VERDICT_COLUMNS - SINCE_COLUMNS - GAPS;
  const id = Math.floor(rest * 0.25);
  const slot = Math.floor(rest * 0.3);
  return { id, slot, worst: rest - id - slot };
}

/** What stands above the rows. */
export function renderClientsHead(width: number): string {
  if (width < LEAST_FOR_COLUMNS) return '';
  const { id, slot, worst } = shareColumns(width);
  const titles = ['VERDICT'.padEnd(VERDICT_COLUMNS), 'SINCE'.padEnd(SINCE_COLUMNS)];
  const columns = [padText('CLIENT', id), padText('ADDRESS', slot), padText('WORST THAT STANDS', worst)];
  return `${[...titles, ...columns].join(' ').trimEnd()}\n${'─'.repeat(width)}\n`;
}

/** One slot of a client: how it stands, since when, and the worst that nobody accepted. */
export function renderClient({ client, slot, state, at }: ClientRow, width: number, paint: Paint): string {
  const where = state.address === null || state.address === slot ? slot : `${slot} ${state.address}`;
  if (width < LEAST_FOR_COLUMNS) {
    const names = forTerminalLine(`${client.id} ${where}`, width - VERDICT_COLUMNS - 1);
    const worst = cutWords(`since ${at.slice(0, SINCE_COLUMNS)}: ${describeWorst(state)}`, width - 4);
    return `${paintVerdict(paint, state.verdict, VERDICT_COLUMNS)} ${names}\n    ${worst}\n`;
  }
  const columns = shareColumns(width);
  const row = [
    paintVerdict(paint, state.verdict, VERDICT_COLUMNS),
    at.slice(0, SINCE_COLUMNS),
    padText(forTerminal(client.id), columns.id),
    padText(forTerminal(where), columns.slot),
    padText(describeWorst(state), columns.worst),
  ];
  return `${row.join(' ').trimEnd()}\n`;
}

function describeWorst({ issues }: SaidSlotState): string {
  const all = Object.values(issues);
  const standing = all.filter(({ waived }) => !waived);
  const accepted = all.length - standing.length;
  const rank = ({ severity }: { severity: (typeof SEVERITIES)[number] }) => SEVERITIES.indexOf(severity);
  const [worst] = standing.sort((a, b) => rank(a) - rank(b));
  if (!worst) return accepted > 0 ? `${accepted} accepted` : '–';
  const place = worst.endpoint === null ? '' : `${worst.endpoint} `;
  const more = standing.length > 1 ? `+${standing.length - 1} ` : '';
  return `${SEVERITY_MARKS[worst.severity].label} ${more}${place}${forTerminal(worst.title)}`;
}
