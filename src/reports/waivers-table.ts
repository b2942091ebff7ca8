import type { Waiver } from '../model/change.js';
import { forTerminal } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { renderWaiver } from './findings-table.js';

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
