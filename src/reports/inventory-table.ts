import type { Waiver } from '../model/change.js';
import type { Client } from '../model/client.js';
import { forTerminal } from '../words/escape.js';
import { padText, wrapText } from '../words/layout.js';
import { renderHanging } from './blocks.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { renderWaiver } from './findings-table.js';

const GAPS = 4;

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
