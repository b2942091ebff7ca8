import type { Change, StoredChange } from '../model/change.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { paintSeverity, type Paint } from './paint.js';

const INDENT = 2;
const SEVERITY_COLUMNS = 8;
const KIND_COLUMNS = 20;
const ENDPOINT_COLUMNS = 9;
const TEXT_COLUMN = INDENT + SEVERITY_COLUMNS + KIND_COLUMNS + ENDPOINT_COLUMNS + 3 * 2;
/** More changes of one look than this are counted, not shown. */
const SHOWN_CHANGES = 40;

/** Changes a line or two each: how bad, what kind, where, and what. */
export function renderChanges(changes: readonly (Change | StoredChange)[], width: number, paint: Paint): string[] {
  const lines = changes.slice(0, SHOWN_CHANGES).flatMap((change) => renderChange(change, width, paint));
  const rest = changes.length - SHOWN_CHANGES;
  return rest > 0 ? [...lines, `  and ${rest} more: --format json tells them all`] : lines;
}

function renderChange(change: Change | StoredChange, width: number, paint: Paint): string[] {
  const { severity, kind, endpoint, title } = change;
  const held = 'alerted' in change && !change.alerted ? ' (it changes to and fro: not alerted)' : '';
  const left = [
    ' '.repeat(INDENT) + paintSeverity(paint, severity, SEVERITY_COLUMNS),
    kind.replaceAll('-', ' ').padEnd(KIND_COLUMNS),
    (endpoint ?? '').padEnd(ENDPOINT_COLUMNS),
  ].join('  ');
  const space = Math.max(20, width - TEXT_COLUMN);
  const [first = '', ...rest] = [
    ...wrapText(forTerminal(title) + held, space),
    ...describeStep(change).map((step) => forTerminalLine(step, space)),
  ];
  return [`${left}  ${first}`, ...rest.map((line) => ' '.repeat(TEXT_COLUMN) + line)];
}

/** What was there before and what is now, where the title does not tell. */
function describeStep({ kind, before, after }: Change): string[] {
  if (kind === 'identity-changed' || kind === 'address-changed')
    return [`before: ${before ?? 'unknown'}`, `now: ${after ?? 'unknown'}`];
  return kind === 'no-longer-determined' && after !== null ? [after] : [];
}
