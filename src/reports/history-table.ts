import type { SaidChange, StoredChange } from '../model/change.js';
import type { HistoryEntry } from '../model/client.js';
import { renderChanges } from './changes-table.js';
import { forTerminal } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { paintVerdict, type Paint } from './paint.js';
import { renderTime } from '../words/time.js';

/** One look at a slot of a client, with the changes that it brought. */
export interface HistoryRow extends Omit<HistoryEntry, 'resultId' | 'report'> {
  /** The report's sentence. */
  readonly summary: string;
  /** By which version what an older one stored was judged again. */
  readonly again?: HistoryEntry['report']['again'];
  readonly changes: readonly SaidChange<StoredChange>[];
}

/** A look: when, the verdict, and what changed since the look before. */
export function renderLook(look: HistoryRow, width: number, paint: Paint): string {
  const { at, sweepId, slot, address, verdict, summary, final, again, changes } = look;
  const where = address === null || address === slot ? slot : `${slot} (${address})`;
  const doubt = final ? '' : '  not confirmed yet';
  const lines = [
    `${renderTime(at)}  ${paintVerdict(paint, verdict, 14)}  ${forTerminal(where)}  sweep ${sweepId}${doubt}`,
    ...wrapText(forTerminal(summary), width - 2).map((line) => paint('dim', `  ${line}`)),
    ...(again
      ? [
          paint(
            'dim',
            forTerminal(`  (stored by an older version, judged again from its observations by ${again.version})`),
          ),
        ]
      : []),
    ...renderChanges(changes, width, paint),
  ];
  return `${lines.join('\n')}\n`;
}
