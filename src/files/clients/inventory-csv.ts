import { buildClient, DEFAULT_TIME_ZONE, type InventoryContext } from './inventory-client.js';
import { type Column, COLUMNS, openColumn } from './inventory-columns.js';
import type { ClientEntry, Layer } from './inventory-schema.js';
import { type CsvDocument, type CsvRow, type Delimiter, openCsv } from '../text/csv-document.js';
import { InputError, type ProblemList, throwErrors } from '../text/input-error.js';
import type { KeyPath } from '../text/yaml-document.js';
import type { Client, InventoryContent } from '../../model/client.js';
import { quoteInput, suggest } from '../../words/input.js';

const REQUIRED = ['id', 'address'];
/** What an authorisation needs, if there is any of it. */
const REQUIRED_OF_AUTHORIZATION = ['authorized_by', 'authorization_reference'];

/** The columns of one file, in its order. */
interface Header {
  readonly columns: readonly Column[];
  /** Indexes of columns by name, and by the key that they fill. */
  readonly indexes: ReadonlyMap<string, number>;
  readonly delimiter: Delimiter;
}

/**
 * Reads a CSV inventory, one client a row. Problems of rows go to those of the context.
 * @throws InputError for a file that cannot be read as CSV, or whose header is wrong
 */
export async function readCsvInventory(context: InventoryContext): Promise<InventoryContent> {
  const document = await openCsv(context.file);
  const header = await readHeader(document, context.file);
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

async function readHeader({ rows, delimiter }: CsvDocument, file: string): Promise<Header> {
  const first = await rows.next();
  if (first.done) throw new InputError('is empty: expected a header row; see sallyport inventory template', { file });
  const { cells, place } = first.value;
  const errors: InputError[] = [];
  const columns: Column[] = [];
  const indexes = new Map<string, number>();
  for (const [index, cell] of cells.entries()) {
    const format = COLUMNS.find(({ name }) => name === cell.toLowerCase());
    if (!format) errors.push(new InputError(describeUnknown(cell), place(index)));
    else if (indexes.has(format.name))
      errors.push(new InputError(`column ${quoteInput(cell)} is given twice`, place(index)));
    else {
      columns.push(openColumn(format, delimiter));
      indexes.set(format.name, index).set(format.path.join('.'), index);
    }
  }
  for (const name of REQUIRED) {
    if (!indexes.has(name)) errors.push(new InputError(`column ${quoteInput(name)} is missing`, place(0)));
  }
  throwErrors(errors);
  return { columns, indexes, delimiter };
}

function describeUnknown(column: string): string {
  const names = COLUMNS.map(({ name }) => name);
  return `unknown column ${quoteInput(column)}${suggest(column, names) || `; there are ${names.join(', ')}`}`;
}

/** Reads a row as an entry, without cells that are wrong: the problems tell those; undefined if too little is left. */
function readRow(row: CsvRow, header: Header, problems: ProblemList): Layer<ClientEntry> | undefined {
  const { cells } = row;
  const { columns } = header;
  if (cells.length !== columns.length) {
    const index = Math.min(cells.length, columns.length);
    problems.add(() => ({ place: row.place(index), label: '' }), describeLength(cells, header));
    return undefined;
  }
  const values: Record<string, unknown> = {};
  let authorization: Record<string, unknown> | undefined;
  const refuse = (index: number, label: string, problem: string) => {
    problems.add(() => ({ place: row.place(Math.max(index, 0)), label }), problem);
  };
  for (let index = 0; index < columns.length; index++) {
    const cell = cells[index]!;
    if (cell === '') continue;
    const { name, path, read } = columns[index]!;
    const result = read(cell);
    if ('problem' in result) refuse(index, name, result.problem);
    else if (path[1] !== undefined) (authorization ??= {})[path[1]] = result.value;
    else values[path[0]] = result.value;
  }
  if (authorization) values['authorization'] = authorization;
  for (const name of authorization ? [...REQUIRED, ...REQUIRED_OF_AUTHORIZATION] : REQUIRED) {
    const index = header.indexes.get(name) ?? -1;
    if (index === -1 || cells[index] === '') refuse(index, name, 'is missing');
  }
  if (REQUIRED.some((name) => values[name] === undefined)) return undefined;
  // Every value passed the part of the schema that belongs to its column.
  return { values: values as ClientEntry, locate: (path) => locateCell(row, header, path) };
}

function describeLength(cells: readonly string[], { columns, delimiter }: Header): string {
  const advice = cells.length > columns.length ? `; a cell with "${delimiter}" in it needs quotation marks` : '';
  return `row of ${cells.length} cells, but the header has ${columns.length}${advice}`;
}

function locateCell(row: CsvRow, { columns, indexes }: Header, path: KeyPath) {
  const index = indexes.get(String(path[0])) ?? indexes.get(path.join('.'));
  return { place: row.place(index ?? 0), label: index === undefined ? String(path[0]) : columns[index]!.name };
}
