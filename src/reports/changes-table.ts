import type { SaidChange, StoredChange } from '../model/change.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { paintSeverity, type Paint } from './paint.js';

const INDENT = 2;
const SEVERITY_COLUMNS = 8;
const KIND_COLUMNS = 20;
const ENDPOINT_COLUMNS = 9;
const TEXT_COLUMN = INDENT + SEVERITY_COLUMNS + KIND_COLUMNS + ENDPOINT_COLUMNS + 3 * 2;
/** More changes of one look than this are counted, not shown. */
const SHOWN_CHANGES = 40;

/** Changes a line or two each: how bad, what kind, where, and what. */
export function renderChanges(
  changes: readonly (SaidChange | SaidChange<StoredChange>)[],
  width: number,
  paint: Paint,
): string[] {
  const lines = changes.slice(0, SHOWN_CHANGES).flatMap((change) => renderChange(change, width, paint));
  const rest = changes.length - SHOWN_CHANGES;
  return rest > 0 ? [...lines, `  and ${rest} more: --format json lists them all`] : lines;
}

function renderChange(change: SaidChange | SaidChange<StoredChange>, width: number, paint: Paint): string[] {
  const { severity, kind, endpoint, title } = change;
  const held = 'alerted' in change && !change.alerted ? ' (it keeps changing: not alerted)' : '';
  const left = [
    ' '.repeat(INDENT) + paintSeverity(paint, severity, SEVERITY_COLUMNS),
    kind.replaceAll('-', ' ').padEnd(KIND_COLUMNS),
    (endpoint ?? '').padEnd(ENDPOINT_COLUMNS),
  ].join('  ');
  const isNarrow = width < LEAST_FOR_COLUMNS;
  const column = isNarrow ? 2 * INDENT : TEXT_COLUMN;
  const lines = [
    ...wrapText(forTerminal(title) + held, width - column),
    ...describeStep(change).map((step) => forTerminalLine(step, width - column)),
  ].map((line) => ' '.repeat(column) + line);
  return isNarrow ? [left.trimEnd(), ...lines] : [`${left}  ${lines[0]?.trimStart() ?? ''}`, ...lines.slice(1)];
}

/** What was there before and what is now, where the title does not tell. */
function describeStep({ kind, before, after }: SaidChange): string[] {
  if (kind === 'identity-changed' || kind === 'address-changed')
    return [`before: ${before ?? 'unknown'}`, `now: ${after ?? 'unknown'}`];
  return kind === 'no-longer-determined' && after !== null ? [after] : [];
}
