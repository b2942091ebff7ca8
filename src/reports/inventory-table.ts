import type { Client } from '../model/client.js';
import { forTerminal } from '../words/escape.js';
import { padText } from '../words/layout.js';
import { renderHanging } from './blocks.js';
import { LEAST_FOR_COLUMNS } from './columns.js';

const GAPS = 4;

function shareColumns(width: number): readonly number[] {
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
  const columns = shareColumns(width);
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
 */
export function renderInventoryClient(client: Client, problem: string | null, width: number): string {
  const { id, name, addresses, profile, group, schedule } = client;
  const where = group === null ? '' : `${group}, `;
  const standing = problem ?? `${where}${schedule ?? 'no schedule'}`;
  const file = profile.split(/[/\\]/).at(-1) ?? profile;
  return renderRow([id, name, addresses.join(' '), file, standing], width);
}
