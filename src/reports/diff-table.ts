import type { SaidChange } from '../model/change.js';
import { renderChanges } from './changes-table.js';
import { forTerminal } from '../words/escape.js';
import type { Paint } from './paint.js';
import { renderTime } from '../words/time.js';

/** What changed at a slot of a client between two looks. */
export interface DiffRow {
  readonly clientId: string;
  readonly slot: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly changes: readonly SaidChange[];
}

/** A slot with its changes; the times of the looks where `times` is set. */
export function renderDiff(
  { clientId, slot, from, to, changes }: DiffRow,
  times: boolean,
  width: number,
  paint: Paint,
) {
  const tell = (at: string | null) => (at === null ? 'no look' : renderTime(at));
  const when = times ? `: ${tell(from)} → ${tell(to)}` : '';
  const head = paint('bold', forTerminal(`${clientId}  ${slot}`)) + when;
  const nothing = changes.length === 0 ? ['  nothing changed'] : [];
  return `${[head, ...nothing, ...renderChanges(changes, width, paint)].join('\n')}\n`;
}
