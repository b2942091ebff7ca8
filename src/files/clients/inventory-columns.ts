import type * as z from 'zod';
import type { Client } from '../../model/client.js';
import { listIssues } from '../text/check-schema.js';
import type { Delimiter } from '../text/csv-document.js';
import { InputError } from '../text/input-error.js';
import { authorizationSchema, clientEntrySchema, silenceSchema } from './inventory-schema.js';
import { readCellDay, readCellSwitch } from './spreadsheet-cells.js';
import { parseServiceOverrides } from '../profiles/profile-overrides.js';
import { quoteInput } from '../../words/input.js';

/** The format of one column. */
export interface ColumnFormat {
  readonly name: string;
  /** Where its value stands in an entry of the inventory. */
  readonly path: readonly [key: string, inner?: string];
  /** @throws InputError if the cell cannot be read; what it means is checked elsewhere */
  readonly read: (cell: string, delimiter: Delimiter) => unknown;
  readonly write: (client: Client) => string;
}

/** What a cell says, or what is wrong with it. */
type CellResult = { readonly value: unknown } | { readonly value?: undefined; readonly problem: string };

/** One column of one file. */
export interface Column extends Pick<ColumnFormat, 'name' | 'path'> {
  /** Reads a cell that is not empty and checks it against the schema of an entry. Equal cells share their value. */
  readonly read: (cell: string) => CellResult;
}

/** At most this many different cells of a column are remembered: most columns have few. */
const MAX_KNOWN = 2048;

/** Gets ready to read a column. */
export function openColumn({ name, path, read }: ColumnFormat, delimiter: Delimiter): Column {
  const known = new Map<string, CellResult>();
  const schema = findSchema(path);
  return {
    name,
    path,
    read: (cell) => {
      const before = known.get(cell);
      if (before) return before;
      const result = readCell(() => schema.safeParse(read(cell, delimiter)));
      if (known.size < MAX_KNOWN) known.set(cell, result);
      return result;
    },
  };
}

function findSchema([key, inner]: ColumnFormat['path']): z.ZodType {
  const inners: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
    authorization: authorizationSchema.shape,
    silence: silenceSchema.shape,
  };
  const shape = inner === undefined ? clientEntrySchema.shape : inners[key]!;
  return (shape as Readonly<Record<string, z.ZodType>>)[inner ?? key]!;
}

function readCell(parse: () => z.ZodSafeParseResult<unknown>): CellResult {
  try {
    const result = parse();
    if (result.success) return { value: result.data };
    return { problem: listIssues(result.error.issues)[0]!.message };
  } catch (error) {
    if (error instanceof InputError) return { problem: error.problem };
    throw error;
  }
}

const readText = (cell: string) => cell;
const joinValues = (values: readonly (string | number)[]) => values.join('|');

/** The columns of a CSV inventory, in the order in which they are written. */
export const COLUMNS: readonly ColumnFormat[] = [
  { name: 'id', path: ['id'], read: readText, write: ({ id }) => id },
  { name: 'name', path: ['name'], read: readText, write: ({ name }) => name },
  { name: 'address', path: ['address'], read: splitValues, write: ({ addresses }) => joinValues(addresses) },
  { name: 'network', path: ['network'], read: splitValues, write: ({ network }) => joinValues(network) },
  { name: 'profile', path: ['profile'], read: readText, write: ({ profile }) => profile },
  { name: 'services', path: ['services'], read: readServices, write: ({ services }) => joinPairs(services) },
  { name: 'sources', path: ['sources'], read: readSources, write: ({ sources }) => joinPairs(sources) },
  { name: 'source', path: ['source'], read: readText, write: ({ source }) => source ?? '' },
  { name: 'alive', path: ['alive'], read: readText, write: ({ alive }) => alive ?? '' },
  { name: 'silence_by', path: ['silence', 'by'], read: readText, write: ({ silence }) => silence?.by ?? '' },
  {
    name: 'silence_until',
    path: ['silence', 'until'],
    read: readCellDay,
    write: ({ silence }) => silence?.until ?? '',
  },
  { name: 'group', path: ['group'], read: readText, write: ({ group }) => group ?? '' },
  { name: 'schedule', path: ['schedule'], read: readText, write: ({ schedule }) => schedule ?? '' },
  { name: 'time_zone', path: ['timeZone'], read: readText, write: ({ timeZone }) => timeZone },
  {
    name: 'authorized_by',
    path: ['authorization', 'by'],
    read: readText,
    write: ({ authorization }) => authorization?.by ?? '',
  },
  {
    name: 'authorization_reference',
    path: ['authorization', 'reference'],
    read: readText,
    write: ({ authorization }) => authorization?.reference ?? '',
  },
  {
    name: 'authorized_until',
    path: ['authorization', 'until'],
    read: readCellDay,
    write: ({ authorization }) => authorization?.until ?? '',
  },
  { name: 'contacts', path: ['contacts'], read: splitValues, write: ({ contacts }) => joinValues(contacts) },
  { name: 'tags', path: ['tags'], read: splitValues, write: ({ tags }) => joinValues(tags) },
  { name: 'paused', path: ['paused'], read: readCellSwitch, write: ({ paused }) => (paused ? 'yes' : 'no') },
  { name: 'notes', path: ['notes'], read: readText, write: ({ notes }) => notes },
];

/** Several values in one cell stand between `|`, and between `;` where that does not separate the columns. */
function splitValues(cell: string, delimiter: Delimiter): string[] {
  const values = cell.split(delimiter === ';' ? '|' : /[|;]/).map((value) => value.trim());
  return values.filter((value) => value !== '');
}

function joinPairs(record: Readonly<Record<string, readonly (string | number)[]>>): string {
  return joinValues(Object.entries(record).map(([id, values]) => `${id}=${values.join(',')}`));
}

function readServices(cell: string, delimiter: Delimiter): unknown {
  return parseServiceOverrides(splitValues(cell, delimiter));
}

function readSources(cell: string, delimiter: Delimiter): unknown {
  const sources = new Map<string, string[]>();
  for (const pair of splitValues(cell, delimiter)) {
    const [, id = '', list = ''] = /^([^=\s]+)\s*=(.+)$/.exec(pair) ?? [];
    if (!id) throw new InputError(`bad source ${quoteInput(pair)}: expected a form such as provider=192.0.2.0/24`);
    if (sources.has(id)) throw new InputError(`source ${quoteInput(id)} is given twice; write ${id}=NETWORK,NETWORK`);
    sources.set(
      id,
      list.split(',').map((cidr) => cidr.trim()),
    );
  }
  return Object.fromEntries(sources);
}
