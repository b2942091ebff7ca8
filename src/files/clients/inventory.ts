import { extname, resolve } from 'node:path';
import { createAddressBook } from './inventory-addresses.js';
import type { InventoryContext } from './inventory-client.js';
import { createInventoryProfiles } from './inventory-profiles.js';
import { createProblemList, InputError, showPlace, type Spot, throwErrors } from '../text/input-error.js';
import type { Client, InventoryContent } from '../../model/client.js';
import { quoteInput, suggest } from '../../words/input.js';

/** All clients of a dealer. */
export interface Inventory extends InventoryContent {
  /** Absolute path. */
  readonly file: string;
  readonly format: InventoryFormat;
  /** How the file was understood where it is not written as it should be, a line each: the first 20. */
  readonly notes: readonly string[];
}

const MAX_NOTES = 20;

export type InventoryFormat = 'yaml' | 'csv';

/**
 * The format of an inventory file, by its ending.
 * @throws InputError for any other ending
 */
export function inventoryFormat(file: string): InventoryFormat {
  const ending = extname(file).toLowerCase();
  if (ending === '.csv') return 'csv';
  if (ending === '.yaml' || ending === '.yml') return 'yaml';
  throw new InputError('an inventory ends in .yaml or .csv', { file });
}

/**
 * Loads an inventory and checks all of it: addresses, profiles, schedules, and what is given twice.
 * @param ignore columns of a CSV file, and keys of clients in YAML, that are the user's own
 * @param text what the file is to say, which is checked in place of what it says
 * @throws InputError with a line, as `file:line:column: key: problem`, for each of the first 100 problems
 */
export async function loadInventory(file: string, ignore: readonly string[] = [], text?: string): Promise<Inventory> {
  const format = inventoryFormat(file);
  const problems = createProblemList(file);
  const notes: string[] = [];
  const note = ({ place, label }: Spot, text: string) => {
    if (notes.length < MAX_NOTES) notes.push(showPlace(place, label ? `${label}: ${text}` : text));
  };
  const addresses = createAddressBook(problems, note);
  const context: InventoryContext = {
    file,
    text,
    problems,
    note,
    ignored: new Set(ignore.map((name) => name.toLowerCase())),
    addresses,
    profiles: createInventoryProfiles(problems),
    ids: new Map(),
    schedules: new Map(),
  };
  const content = await readContent(format, context).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    problems.addError(error);
    return { clients: [], groups: [] };
  });
  addresses.findDuplicates();
  problems.throwAny();
  return { file: resolve(file), format, notes, ...content };
}

async function readContent(format: InventoryFormat, context: InventoryContext): Promise<InventoryContent> {
  if (format === 'yaml') return (await loadYamlReader()).readYamlInventory(context);
  return (await loadCsvReader()).readCsvInventory(context);
}

const importYamlReader = () => import('./inventory-yaml.js');
const importCsvReader = () => import('./inventory-csv.js');
let yamlReader: ReturnType<typeof importYamlReader> | undefined;
let csvReader: ReturnType<typeof importCsvReader> | undefined;

/** Loads what reads inventories in YAML. */
export function loadYamlReader(): ReturnType<typeof importYamlReader> {
  return (yamlReader ??= importYamlReader());
}

/** Loads what reads inventories in CSV. */
export function loadCsvReader(): ReturnType<typeof importCsvReader> {
  return (csvReader ??= importCsvReader());
}

/** Which clients are meant; what is left out does not narrow the choice. */
export interface ClientFilter {
  readonly groups?: readonly string[] | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** At most so many, the first of the inventory. */
  readonly limit?: number | undefined;
}

/**
 * The clients of any of the groups, with any of the ids and with any of the tags, in the inventory's order.
 * @throws InputError with a line for each group, id and tag that the inventory does not have
 */
export function selectClients({ clients, groups }: InventoryContent, filter: ClientFilter): readonly Client[] {
  const known = (list: Iterable<string>) => new Set(list);
  throwErrors([
    ...findUnknown('group', filter.groups, () => known(groups.map(({ id }) => id))),
    ...findUnknown('client', filter.ids, () => known(clients.map(({ id }) => id))),
    ...findUnknown('tag', filter.tags, () => known(clients.flatMap(({ tags }) => tags))),
  ]);
  const [inGroups, inIds, inTags] = [filter.groups, filter.ids, filter.tags].map((list) =>
    list && list.length > 0 ? new Set(list) : null,
  );
  const selected = clients.filter(
    ({ id, group, tags }) =>
      (!inGroups || (group !== null && inGroups.has(group))) &&
      (!inIds || inIds.has(id)) &&
      (!inTags || tags.some((tag) => inTags.has(tag))),
  );
  return filter.limit === undefined ? selected : selected.slice(0, filter.limit);
}

function findUnknown(kind: string, wanted: readonly string[] = [], list: () => ReadonlySet<string>): InputError[] {
  if (wanted.length === 0) return [];
  const known = list();
  const unknown = wanted.filter((word) => !known.has(word));
  return unknown.map(
    (word) => new InputError(`the inventory has no ${kind} ${quoteInput(word)}${suggest(word, known)}`),
  );
}
