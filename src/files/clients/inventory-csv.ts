import { buildClient, DEFAULT_TIME_ZONE, type InventoryContext } from './inventory-client.js';
import { type Column, COLUMNS, openColumn } from './inventory-columns.js';
import type { ClientEntry, Layer } from './inventory-schema.js';
import { ADDRESS_COLUMNS } from '../targets/target-file.js';
import { type CsvDocument, type CsvRow, type Delimiter, openCsv } from '../text/csv-document.js';
import { InputError, type ProblemList, throwErrors } from '../text/input-error.js';
import type { EncodingNote } from '../text/utf8-stream.js';
import type { KeyPath } from '../text/yaml-document.js';
import type { Client, InventoryContent } from '../../model/client.js';
import { quoteInput, suggest } from '../../words/input.js';

const REQUIRED = ['id', 'address'];
/** What a value of several columns needs, if there is any of it, by its key. */
const REQUIRED_OF: Readonly<Record<string, readonly string[]>> = {
  authorization: ['authorized_by', 'authorization_reference'],
  silence: ['silence_by', 'silence_until'],
};

/** A column whose cells are not read: with a name of the user's own, or without one, and then its cells must be empty. */
type Unread = 'own' | 'nameless';

/** The columns of one file, in its order. */
interface Header {
  readonly columns: readonly (Column | Unread)[];
  /** Indexes of columns by name, and by the key that they fill. */
  readonly indexes: ReadonlyMap<string, number>;
  readonly delimiter: Delimiter;
}

/**
 * Reads a CSV inventory, one client a row. Problems of rows go to those of the context.
 * @throws InputError for a file that cannot be read as CSV, or whose header is wrong
 */
export async function readCsvInventory(context: InventoryContext): Promise<InventoryContent> {
  const note: EncodingNote = (place, text) => context.note({ place, label: '' }, text);
  const document = await openCsv(context.file, note, context.text);
  const header = await readHeader(document, context);
  const clients: Client[] = [];
  const groups = new Set<string>();
  for await (const row of document.rows) {
    const layer = readRow(row, header, context.problems);
    if (!layer) continue;
    const client = await buildClient(context, layer, []);
    clients.push(client);
    if (client.group !== null) groups.add(client.group);
  }
  const describeGroup = (id: string) => ({ id, title: id, schedule: null, timeZone: DEFAULT_TIME_ZONE });
  return { clients, groups: [...groups].map(describeGroup) };
}

async function readHeader({ rows, delimiter }: CsvDocument, { file, ignored }: InventoryContext): Promise<Header> {
  const first = await rows.next();
  if (first.done) throw new InputError('is empty: expected a header row; see sallyport inventory template', { file });
  const { cells, place } = first.value;
  const errors: InputError[] = [];
  const columns: (Column | Unread)[] = [];
  const indexes = new Map<string, number>();
  for (const [index, cell] of cells.entries()) {
    const name = cell.toLowerCase();
    const format = COLUMNS.find((column) => column.name === name || (column.name === 'address' && isAddress(name)));
    if (ignored.has(name) || name.startsWith('x-')) columns[index] = 'own';
    else if (name === '') columns[index] = 'nameless';
    else if (!format) errors.push(new InputError(describeUnknown(cell), place(index)));
    else if (indexes.has(format.name)) {
      const meaning = format.name === name ? '' : `: it means ${quoteInput(format.name)}`;
      errors.push(new InputError(`column ${quoteInput(cell)} is given twice${meaning}`, place(index)));
    } else {
      columns[index] = openColumn(format, delimiter);
      indexes.set(format.name, index).set(format.path.join('.'), index);
    }
  }
  for (const name of REQUIRED) {
    if (!indexes.has(name)) errors.push(new InputError(`column ${quoteInput(name)} is missing`, place(0)));
  }
  throwErrors(errors);
  return { columns, indexes, delimiter };
}

const isAddress = (name: string) => ADDRESS_COLUMNS.has(name);

function describeUnknown(column: string): string {
  const names = COLUMNS.map(({ name }) => name);
  const advice = `; call it ${quoteInput(`x-${column}`)} or give --ignore ${quoteInput(column)} to leave it out`;
  return `unknown column ${quoteInput(column)}${suggest(column, names)}${advice}`;
}

/** Reads a row as an entry, without cells that are wrong: the problems tell those; undefined if too little is left. */
function readRow(row: CsvRow, header: Header, problems: ProblemList): Layer<ClientEntry> | undefined {
  const { cells } = row;
  const { columns } = header;
  const surplus = cells.findIndex((cell, index) => cell !== '' && (columns[index] ?? 'nameless') === 'nameless');
  if (surplus !== -1) {
    problems.add(() => ({ place: row.place(surplus), label: '' }), describeSurplus(cells[surplus]!, surplus, header));
    return undefined;
  }
  const values: Record<string, unknown> = {};
  const joined = new Map<string, Record<string, unknown>>();
  const refuse = (index: number, label: string, problem: string) => {
    problems.add(() => ({ place: row.place(Math.max(index, 0)), label }), problem);
  };
  for (let index = 0; index < columns.length; index++) {
    // Spreadsheets leave out cells at the end of a row that are empty.
    const cell = cells[index] ?? '';
    const column = columns[index]!;
    if (cell === '' || typeof column === 'string') continue;
    const { name, path, read } = column;
    const result = read(cell);
    if ('problem' in result) refuse(index, name, result.problem);
    else if (path[1] !== undefined) joined.set(path[0], { ...joined.get(path[0]), [path[1]]: result.value });
    else values[path[0]] = result.value;
  }
  Object.assign(values, Object.fromEntries(joined));
  for (const name of [...REQUIRED, ...[...joined.keys()].flatMap((key) => REQUIRED_OF[key] ?? [])]) {
    const index = header.indexes.get(name) ?? -1;
    if (index === -1 || !cells[index]) refuse(index, name, 'is missing');
  }
  if (REQUIRED.some((name) => values[name] === undefined)) return undefined;
  // Every value passed the part of the schema that belongs to its column.
  return { values: values as ClientEntry, locate: (path) => locateCell(row, header, path) };
}

function describeSurplus(cell: string, index: number, { columns, delimiter }: Header): string {
  const shown = delimiter === '\t' ? 'a tab' : `"${delimiter}"`;
  if (index < columns.length) return `${quoteInput(cell)} is in a column without a name`;
  return `${quoteInput(cell)} is beyond the last column of the header; a cell with ${shown} in it needs quotation marks`;
}

function locateCell(row: CsvRow, { columns, indexes }: Header, path: KeyPath) {
  const index = indexes.get(String(path[0])) ?? indexes.get(path.join('.'));
  const column = index === undefined ? 'own' : columns[index]!;
  return { place: row.place(index ?? 0), label: typeof column === 'string' ? String(path[0]) : column.name };
}
