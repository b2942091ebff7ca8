import { dirname, resolve } from 'node:path';
import type { AddressBook } from './inventory-addresses.js';
import type { InventoryProfiles } from './inventory-profiles.js';
import type { ClientEntry, Layer, LayerValues } from './inventory-schema.js';
import { parseSchedule } from './schedule.js';
import { isFile } from '../shipped.js';
import { DEFAULT_PROFILE } from '../profiles/profile.js';
import { InputError, type ProblemList, type Spot } from '../text/input-error.js';
import type { KeyPath } from '../text/yaml-document.js';
import type { Authorization, Client } from '../../model/client.js';
import { OUTSIDER } from '../../model/profile.js';

/** The time zone of clients for whom none is given. */
export const DEFAULT_TIME_ZONE = 'UTC';

/** What all clients of one inventory are checked with. */
export interface InventoryContext {
  /** As the user gave it. */
  readonly file: string;
  /** Read in place of the file. */
  readonly text?: string | undefined;
  readonly problems: ProblemList;
  /** Takes how something was understood that is not written as it should be. */
  readonly note: (spot: Spot, text: string) => void;
  /** Columns of the user's own, in lower case. */
  readonly ignored: ReadonlySet<string>;
  readonly profiles: InventoryProfiles;
  readonly addresses: AddressBook;
  /** Lines of the ids so far. */
  readonly ids: Map<string, number | undefined>;
  /** What is wrong with schedules so far, by time zone and schedule. */
  readonly schedules: Map<string, string | null>;
}

/** What a client has after inheritance; of groups and defaults too. */
type Inherited = Pick<
  Client,
  | 'profile'
  | 'services'
  | 'sources'
  | 'source'
  | 'schedule'
  | 'timeZone'
  | 'alive'
  | 'authorization'
  | 'contacts'
  | 'tags'
>;

const NOTHING: readonly never[] = Object.freeze([]);
const NO_ENTRIES = Object.freeze({});

/**
 * Makes a client of its entry and of what it inherits, and adds all that is wrong with it to the problems.
 * @param above the layers that it inherits from, the most general first
 */
export async function buildClient(
  context: InventoryContext,
  own: Layer<ClientEntry>,
  above: readonly Layer[],
): Promise<Client> {
  const { id, name = id, address, network, group = null, silence, paused = false, notes = '' } = own.values;
  const layers = [...above, own];
  const inherited = mergeLayers(context, layers);
  checkId(context, own);
  checkSchedule(context, layers, inherited);
  for (const { path, problem } of await context.profiles.judge(inherited)) {
    context.problems.add(() => locateValue(layers, path), problem);
  }
  const addresses = toList(address);
  context.addresses.add(addresses, toList(network), own);
  return {
    id,
    name,
    addresses,
    network: toList(network),
    group,
    ...inherited,
    ...(silence && { silence }),
    paused,
    notes,
  };
}

/** Checks what a group or the defaults say by themselves: they may have no client. */
export async function checkLayers(context: InventoryContext, layers: readonly Layer[]): Promise<Inherited> {
  const inherited = mergeLayers(context, layers);
  checkSchedule(context, layers, inherited);
  const alone = { ...inherited, services: NO_ENTRIES, sources: NO_ENTRIES, source: null };
  for (const { path, problem } of await context.profiles.judge(alone)) {
    context.problems.add(() => locateValue(layers, path), problem);
  }
  return inherited;
}

/** The profile that the lowest of these layers names: a shipped one's name, or an absolute path. */
export function chooseProfile(layers: readonly Layer[], file: string): string {
  const given = layers.findLast(({ values }) => values.profile !== undefined)?.values.profile ?? DEFAULT_PROFILE;
  return isFile(given) ? resolve(dirname(file), given) : given;
}

function mergeLayers({ file }: InventoryContext, layers: readonly Layer[]): Inherited {
  // What a layer does not say is not among its keys.
  const said = Object.assign({}, ...layers.map(({ values }) => values)) as LayerValues;
  const { source = null } = said;
  return {
    profile: chooseProfile(layers, file),
    services: joinRecords(layers.map(({ values }) => values.services)),
    sources: joinRecords(layers.map(({ values }) => values.sources)),
    source: source === OUTSIDER ? null : source,
    ...(said.alive && { alive: said.alive }),
    schedule: said.schedule ?? null,
    timeZone: said.timeZone ?? DEFAULT_TIME_ZONE,
    authorization: toAuthorization(said.authorization),
    contacts: toList(said.contacts),
    tags: joinLists(layers.map(({ values }) => values.tags)),
  };
}

function toAuthorization(given: LayerValues['authorization']): Authorization | null {
  return given ? { by: given.by, reference: given.reference, until: given.until ?? null } : null;
}

function toList<T extends string | number>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return NOTHING;
  const list = typeof given === 'object' ? given : [given];
  return list.length > 0 ? list : NOTHING;
}

function joinLists(given: readonly (string | readonly string[] | undefined)[]): readonly string[] {
  const lists = given.map((list) => toList(list)).filter((list) => list.length > 0);
  return lists.length > 1 ? [...new Set(lists.flat())] : (lists[0] ?? NOTHING);
}

function joinRecords<T extends string | number>(
  given: readonly (Readonly<Record<string, T | readonly T[]>> | undefined)[],
): Readonly<Record<string, readonly T[]>> {
  const records = given.filter((record) => record !== undefined);
  if (records.length === 0) return NO_ENTRIES;
  const [first] = records;
  // Clients that say the same share what they say.
  if (first && records.length === 1 && hasLists(first)) return first;
  const entries = records.flatMap((record) => Object.entries(record));
  return Object.fromEntries(entries.map(([id, items]) => [id, toList<T>(items)]));
}

function hasLists<T>(
  record: Readonly<Record<string, T | readonly T[]>>,
): record is Readonly<Record<string, readonly T[]>> {
  return Object.values(record).every((items) => Array.isArray(items));
}

function checkId({ ids, problems }: InventoryContext, { values: { id }, locate }: Layer<ClientEntry>): void {
  if (!ids.has(id)) ids.set(id, locate(['id']).place.line);
  else problems.add(() => locate(['id']), `"${id}" is given twice, first in line ${ids.get(id)}`);
}

function checkSchedule({ schedules, problems }: InventoryContext, layers: readonly Layer[], client: Inherited): void {
  const { schedule, timeZone } = client;
  if (schedule === null) return;
  const key = `${timeZone} ${schedule}`;
  let problem = schedules.get(key);
  if (problem === undefined) schedules.set(key, (problem = describeBadSchedule(schedule, timeZone)));
  if (problem !== null) problems.add(() => locateValue(layers, ['schedule']), problem);
}

function describeBadSchedule(schedule: string, timeZone: string): string | null {
  try {
    parseSchedule(schedule, timeZone);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.problem;
    throw error;
  }
}

/** Where a value stands: in the lowest layer that gives it, or at the client itself where it is no one's. */
function locateValue(layers: readonly Layer[], path: KeyPath): Spot {
  const [key, entry] = path.map(String) as [keyof LayerValues, string | undefined];
  const gives = ({ values }: Layer) => {
    const value: unknown = values[key];
    return entry === undefined ? value !== undefined : typeof value === 'object' && Object.hasOwn(value ?? {}, entry);
  };
  const giver = layers.findLast(gives);
  return giver ? giver.locate(path) : layers.at(-1)!.locate([key]);
}
