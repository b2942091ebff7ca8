import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { Client } from '../../model/client.js';
import { InputError } from '../text/input-error.js';
import { readBytes } from '../text/read-text.js';
import { replaceFile } from '../text/replace-file.js';
import { findCsvEntry, replaceCsvEntry } from './edit-csv.js';
import { findYamlEntry, replaceYamlEntry } from './edit-yaml.js';
import { inventoryFormat, loadInventory } from './inventory.js';

/** Some 400,000 clients. */
const MAX_EDITED_BYTES = 64 << 20;

/** The entry of one client in an inventory file, to be edited: a text of YAML, or the cells of a CSV row. */
export interface EditableEntry {
  readonly format: 'yaml' | 'csv';
  readonly parts: readonly { readonly label: string; readonly value: string }[];
  /** The line of the file in which it begins. */
  readonly line: number;
  /** Another one whenever the entry is written in another way. */
  readonly version: string;
}

/** What came of an edit. */
export type EditOutcome =
  | { readonly kind: 'done' }
  /** The entry is not what it was when the edit began; null if it is not there any more. */
  | { readonly kind: 'conflict'; readonly now: EditableEntry | null };

/** An edit of one entry. */
export interface EntryEdit {
  readonly id: string;
  /** Of the entry that the edit began with. */
  readonly version: string;
  /** The new values of its parts, in their order. */
  readonly values: readonly string[];
}

/** An entry, and how its text is replaced within that of the file. */
interface Located {
  readonly entry: EditableEntry;
  readonly replace: (values: readonly string[]) => string;
}

/**
 * Reads the entry of a client; null if the inventory does not have it.
 * @throws InputError if the file cannot be read, or is not UTF-8: that cannot be written back as it is
 */
export async function readEntry(file: string, id: string): Promise<EditableEntry | null> {
  return locateEntry(await readExactly(file), file, id)?.entry ?? null;
}

/**
 * Edits the entry of a client. The whole inventory has to be right with it, or nothing is written; whatever else stands
 * in the file stays, character for character.
 * @param ignore columns and keys of the user's own, as {@link loadInventory} takes them
 * @throws InputError with a line for each problem
 */
export async function editEntry(
  file: string,
  { id, version, values }: EntryEdit,
  ignore: readonly string[] = [],
): Promise<EditOutcome> {
  let outcome: EditOutcome = { kind: 'done' };
  await replaceFile(file, false, async (target) => {
    const text = await readExactly(target);
    const located = locateEntry(text, file, id);
    if (located?.entry.version !== version) {
      outcome = { kind: 'conflict', now: located?.entry ?? null };
      return null;
    }
    const edited = located.replace(values);
    if (edited === text) return null;
    const after = await loadInventory(file, ignore, withoutMark(edited));
    // A file that has a mistake may be put right by this very edit.
    const before = await loadInventory(file, ignore, withoutMark(text)).catch(skipMistakes);
    requireSame(before?.clients ?? null, after.clients, id, file);
    if (before?.format === 'yaml') requireSameFrame(text, edited, file);
    return edited;
  });
  return outcome;
}

function skipMistakes(error: unknown): null {
  if (error instanceof InputError) return null;
  throw error;
}

/** With its byte order mark, which is written back. */
async function readExactly(file: string): Promise<string> {
  const bytes = await readBytes(file, MAX_EDITED_BYTES);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError('is not UTF-8 text: save it as UTF-8 to edit it here', { file });
  }
}

const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

function locateEntry(text: string, file: string, id: string): Located | null {
  const bare = withoutMark(text);
  const mark = text.slice(0, text.length - bare.length);
  const describe = (start: number, end: number) => ({
    line: bare.slice(0, start).split(/\r\n|[\r\n]/).length,
    version: createHash('sha256').update(bare.slice(start, end)).digest('hex'),
  });
  if (inventoryFormat(file) === 'csv') {
    const row = findCsvEntry(bare, id);
    if (!row) return null;
    const parts = row.fields.map(({ column, value }) => ({ label: column, value }));
    return {
      entry: { format: 'csv', parts, ...describe(row.start, row.end) },
      replace: (values) => mark + replaceCsvEntry(bare, row, values),
    };
  }
  const found = findYamlEntry(bare, id);
  if (!found) return null;
  return {
    entry: { format: 'yaml', parts: [{ label: 'Entry', value: found.text }], ...describe(found.start, found.end) },
    replace: ([edited = '']) => mark + replaceYamlEntry(bare, found, edited),
  };
}

/** An edit is of one client: it adds none, takes none away, and leaves the others as they are. */
function requireSame(before: readonly Client[] | null, after: readonly Client[], id: string, file: string): void {
  const others = (clients: readonly Client[]) => clients.filter((client) => client.id !== id);
  if (!after.some((client) => client.id === id))
    throw new InputError(`the id has to stay "${id}": "sallyport client rename" gives a client another one`, { file });
  if (before && (before.length !== after.length || !isDeepStrictEqual(others(before), others(after))))
    throw new InputError('this would change other clients as well: keep to the entry of one', { file });
}

/** What stands above the clients stays too. */
function requireSameFrame(before: string, after: string, file: string): void {
  const [one, other] = [before, after].map((text) => ({ ...(parse(text) as object), clients: null }));
  if (!isDeepStrictEqual(one, other))
    throw new InputError('this would change what stands beside the clients: keep to the entry of one', { file });
}
