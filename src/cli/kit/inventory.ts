import type { Inventory } from '../../files/clients/inventory.js';
import { tell } from './ending.js';
import type { Options, Values } from './option.js';

/** How an inventory is read. */
export const READING = {
  ignore: { list: true, value: 'COLUMN', describe: 'A column of your own in the inventory, which is left out' },
} as const satisfies Options;

/** How an inventory is read, and who is told how it was understood. */
interface ReadOptions extends Values<typeof READING> {
  readonly quiet?: boolean | undefined;
  readonly note?: (line: string) => void;
}

/**
 * Loads an inventory and tells how it was understood where it is not written as it should be.
 * @throws InputError with a line for each mistake
 */
export async function readInventory(
  file: string,
  { ignore, quiet = false, note = tell }: ReadOptions,
): Promise<Inventory> {
  const { loadInventory } = await import('../../files/clients/inventory.js');
  const inventory = await loadInventory(file, ignore);
  if (!quiet) for (const line of inventory.notes) note(line);
  return inventory;
}
