import type { Client } from '../model/client.js';
import { listIssues } from './check-schema.js';
import { throwErrors } from './combine-errors.js';
import { openCsv, type CsvDocument, type CsvRow, type Delimiter } from './csv-document.js';
import { buildClient, DEFAULT_TIME_ZONE, type InventoryContext, type Layer } from './inventory-client.js';
import { COLUMNS, type Column } from './inventory-columns.js';
import { clientEntrySchema, type ClientEntry } from './inventory-schema.js';
import type { InventoryContent } from './inventory.js';
import { InputError } from './input-error.js';
import { quote } from './quote.js';
import { suggest } from './suggest.js';
import type { KeyPath } from './yaml-document.js';

const REQUIRED = ['id', 'address'];

/** The columns of one file, in its order. */
interface Header {
  readonly columns: readonly Column[];
  readonly delimiter: Delimiter;
}

/**
 * Reads a CSV inventory, one client a row. Problems of rows go to those of the context.
 * @throws InputError for a file that can not be read as CSV, or whose header is wrong
 */
export async function readCsvInventory(context: InventoryContext): Promise<InventoryContent> {
  const { file } = context;
  const document = await openCsv(file);
  const header = await readHeader(document, file);
  const clients: Client[] = [];
  const groups = new Set<string>();
  for await (const row of document.rows) {
    const layer = readRow(row, header, context);
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
  const names = COLUMNS.map(({ name }) => name);
  const errors: InputError[] = [];
  const columns = cells.flatMap((cell, index) => {
    const column = COLUMNS.find(({ name }) => name === cell.toLowerCase());
    if (!column) errors.push(new InputError(`unknown column ${quote(cell)}${suggest(cell, names)}`, place(index)));
    else if (cells.findIndex((other) => other.toLowerCase() === column.name) < index) {
      errors.push(new InputError(`column ${quote(column.name)} is given twice`, place(index)));
    }
    return column ?? [];
  });
  for (const name of REQUIRED) {
    if (columns.every((column) => column.name !== name)) {
      errors.push(new InputError(`column ${quote(name)} is missing`, place(0)));
    }
  }
  throwErrors(errors);
  return { columns, delimiter };
}

/** Reads a row as an entry; undefined where it can't be, which the problems then tell. */
function readRow(row: CsvRow, header: Header, { problems }: InventoryContext): Layer<ClientEntry> | undefined {
  const { columns, delimiter } = header;
  const { cells } = row;
  if (cells.length !== columns.length) {
    const problem = `row of ${cells.length} cells, but the header has ${columns.length}`;
    const advice = cells.length > columns.length ? `; a cell with "${delimiter}" in it needs quotation marks` : '';
    const index = Math.min(cells.length, columns.length);
    problems.add(() => ({ place: row.place(index), label: '' }), problem + advice);
    return undefined;
  }
  const locate = (path: KeyPath) => locateColumn(row, header, path);
  const values: Record<string, unknown> = {};
  let readable = true;
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]!;
    if (cell === '') continue;
    const [key, inner] = column.path;
    try {
      const value = column.read(cell, delimiter);
      if (inner === undefined) values[key] = value;
      else values[key] = { ...(values[key] as object), [inner]: value };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.add(() => ({ place: row.place(index), label: column.name }), error.problem);
      readable = false;
    }
  }
  const result = clientEntrySchema.safeParse(values);
  if (result.success) return readable ? { values: result.data, locate } : undefined;
  for (const issue of listIssues(result.error.issues)) {
    const { label } = locate(issue.path);
    const missing = cells[columns.findIndex(({ name }) => name === label)] ? issue.message : 'is missing';
    problems.add(() => locate(issue.path), missing);
  }
  return undefined;
}

function locateColumn(row: CsvRow, { columns }: Header, [key, inner]: KeyPath) {
  const { name } = COLUMNS.find(({ path }) => path[0] === key && (path[1] === undefined || path[1] === inner))!;
  const index = columns.findIndex((column) => column.name === name);
  return { place: row.place(Math.max(index, 0)), label: name };
}
