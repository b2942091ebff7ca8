import { createHash } from 'node:crypto';
import { dirname, join, parse } from 'node:path';
import { readBytes } from '../text/read-text.js';
import { replaceFile } from '../text/replace-file.js';
import { type Inventory, type InventoryFormat, inventoryFormat, loadInventory } from './inventory.js';
import { renderInventoryCsv, renderInventoryYaml } from './inventory-text.js';
import { MAX_INVENTORY_BYTES } from './inventory-yaml.js';

/** An inventory as it is written, and what tells one version of it from another. */
export interface InventoryText {
  readonly text: Buffer;
  readonly format: InventoryFormat;
  readonly digest: string;
}

/** Reads an inventory as it is. */
export async function readInventoryText(file: string): Promise<InventoryText> {
  const text = await readBytes(file, MAX_INVENTORY_BYTES);
  return { text, format: inventoryFormat(file), digest: digestOf(text) };
}

/** A whole inventory to be put in the place of another. */
export interface GivenInventory {
  readonly text: string;
  readonly format: InventoryFormat;
  /** Columns and keys that are the user's own. */
  readonly ignore: readonly string[] | undefined;
}

/**
 * Reads an inventory as if it were in the place of a file already: what it names is found from there.
 * @throws InputError with a part for each mistake
 */
export function readGivenInventory(file: string, { text, format, ignore }: GivenInventory): Promise<Inventory> {
  const { dir, name } = parse(file);
  const place = inventoryFormat(file) === format ? file : join(dir, `${name}.${format}`);
  return loadInventory(place, ignore, text.replace(/^\uFEFF/, ''));
}

/**
 * Puts an inventory in the place of a file, in the file's own format, all of it at once.
 * @param isExpected asked for the digest of what is there when nothing else can change it any more
 * @returns the digest of what is there now; null if what was there is not what was expected
 * @throws InputError if it cannot be written, or someone else is writing it
 */
export async function replaceInventory(
  file: string,
  { text, format }: GivenInventory,
  inventory: Inventory,
  isExpected: (digest: string) => boolean,
): Promise<string | null> {
  const own = inventoryFormat(file);
  const directory = dirname(file);
  const render =
    own === 'yaml'
      ? () => renderInventoryYaml(inventory, directory)
      : () => renderInventoryCsv(inventory.clients, directory);
  const written = own === format ? text : render();
  let isReplaced = true;
  await replaceFile(file, false, async (target) => {
    isReplaced = isExpected(digestOf(await readBytes(target, MAX_INVENTORY_BYTES)));
    return isReplaced ? written : null;
  });
  return isReplaced ? digestOf(Buffer.from(written)) : null;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url');
}
