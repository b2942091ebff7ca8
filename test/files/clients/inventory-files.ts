import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { InputError } from '../../../src/files/text/input-error.js';
import { loadInventory, type Inventory } from '../../../src/files/clients/inventory.js';

/** A directory of the test file's own for inventories. */
export function createInventories() {
  const directory = mkdtempSync(join(tmpdir(), 'inventory-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(directory, name);
    writeFileSync(file, content);
    return file;
  };
  return {
    directory,
    write,
    load: (name: string, content: string | Uint8Array, ignore?: readonly string[]): Promise<Inventory> =>
      loadInventory(write(name, content), ignore),
    /** The problems of a file, one a line, without the directory. */
    async problems(name: string, content: string | Uint8Array): Promise<string[]> {
      try {
        await loadInventory(write(name, content));
        return [];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return error.message.replaceAll(`${directory}/`, '').split('\n');
      }
    },
  };
}
