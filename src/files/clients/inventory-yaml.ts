import { buildClient, checkLayers, chooseProfile, type InventoryContext } from './inventory-client.js';
import type * as z from 'zod';
import {
  type ClientEntry,
  clientEntrySchema,
  type InventoryFile,
  inventoryFileSchema,
  type Layer,
} from './inventory-schema.js';
import type { Spot } from '../text/input-error.js';
import { describeIssues } from '../text/check-schema.js';
import type { EncodingNote } from '../text/utf8-stream.js';
import { type KeyPath, parseYaml, readYaml, type YamlDocument } from '../text/yaml-document.js';
import type { Client, ClientGroup, InventoryContent } from '../../model/client.js';
import type { Profile } from '../../model/profile.js';
import { quoteInput, suggest } from '../../words/input.js';

/** Largest YAML inventory that is read: some 40,000 clients, which take a long time; CSV has no such limit. */
export const MAX_INVENTORY_BYTES = 16 << 20;

/**
 * Reads a YAML inventory. What is wrong with it goes to the problems of the context.
 * @throws InputError if the file cannot be read as YAML
 */
export async function readYamlInventory(context: InventoryContext): Promise<InventoryContent> {
  const { file } = context;
  const note: EncodingNote = (place, text) => context.note({ place, label: '' }, text);
  const document =
    context.text === undefined ? await readYaml(file, MAX_INVENTORY_BYTES, note) : parseYaml(context.text, file);
  const { data, entries } = readEntries(document, context);
  const defaults = data.defaults ? [createLayer(document, ['defaults'], data.defaults)] : [];
  await checkLayers(context, defaults);
  const groups: ClientGroup[] = [];
  const above = new Map<string, readonly Layer[]>();
  for (const [id, group] of Object.entries(data.groups)) {
    const layers = [...defaults, createLayer(document, ['groups', id], group)];
    above.set(id, layers);
    const { schedule, timeZone } = await checkLayers(context, layers);
    groups.push({ id, title: group.title ?? id, schedule, timeZone });
  }
  const heirs = createHeirs(context);
  const clients: Client[] = [];
  for (const [index, entry] of entries) {
    const layer = createLayer(document, ['clients', index], entry);
    const { group } = entry;
    const layers = group === undefined ? defaults : above.get(group);
    if (!layers && group !== undefined) {
      const problem = `there is no group ${quoteInput(group)}${suggest(group, above.keys())}`;
      context.problems.add(() => layer.locate(['group']), problem);
    }
    clients.push(await buildClient(context, layer, await heirs.fit(layers ?? defaults, layer)));
  }
  heirs.findUnused();
  return { clients, groups };
}

/** The file and its clients by their position: those that have the right format, where some have not. */
function readEntries(
  document: YamlDocument,
  { problems, ignored }: InventoryContext,
): { data: InventoryFile; entries: (readonly [number, ClientEntry])[] } {
  const value = leaveOutOwn(document.value, ignored);
  const whole = inventoryFileSchema.safeParse(value);
  if (whole.success) return { data: whole.data, entries: [...whole.data.clients.entries()] };
  const { issues } = whole.error;
  for (const error of describeIssues(document, inventoryFileSchema, issues)) problems.addError(error);
  const broken = new Set(issues.map(({ path }) => (path[0] === 'clients' ? path[1] : undefined)));
  const listed = broken.has(undefined) ? [] : (value as InventoryFile).clients;
  // What is right of an entry is looked at further, so that all of its mistakes are told at once.
  const sound = [...listed.entries()].flatMap(([index, entry]) => {
    const rest = broken.has(index) ? leaveOutBroken(entry, index, issues) : entry;
    return rest === null ? [] : [[index, rest] as const];
  });
  const clients = sound.map(([, entry]) => entry);
  const { clients: parsed, ...frame } = inventoryFileSchema.parse(
    broken.has(undefined) ? { clients } : { ...(value as InventoryFile), clients },
  );
  return { data: { ...frame, clients: parsed }, entries: parsed.map((entry, i) => [sound[i]![0], entry]) };
}

/** Keys without which the rest of an entry would mean something else. */
const DECIDING: readonly PropertyKey[] = ['id', 'address', 'group', 'profile'];

/** An entry without the keys that are wrong; null if what is left says too little, or something else. */
function leaveOutBroken(entry: unknown, index: number, issues: readonly z.core.$ZodIssue[]): ClientEntry | null {
  if (!isMapping(entry)) return null;
  const own = issues.filter(({ path }) => path[0] === 'clients' && path[1] === index);
  const wrong = own.flatMap((issue): readonly PropertyKey[] => {
    if (issue.path.length > 2) return [issue.path[2]!];
    return issue.code === 'unrecognized_keys' ? issue.keys : DECIDING;
  });
  if (wrong.some((key) => DECIDING.includes(key))) return null;
  const rest = Object.fromEntries(Object.entries(entry).filter(([key]) => !wrong.includes(key)));
  return clientEntrySchema.safeParse(rest).success ? (rest as ClientEntry) : null;
}

/** Leaves out the user's own keys: those that begin with `x-`, and those that are listed under `ignore`. */
function leaveOutOwn(root: unknown, ignored: ReadonlySet<string>): unknown {
  if (!isMapping(root)) return root;
  const listed = Array.isArray(root['ignore']) ? (root['ignore'] as readonly unknown[]) : [];
  const own = new Set([...ignored, ...listed.map((name) => String(name).toLowerCase())]);
  const isOwn = (key: string) => key.startsWith('x-') || own.has(key.toLowerCase());
  const strip = (value: unknown): unknown => {
    if (!isMapping(value) || !Object.keys(value).some(isOwn)) return value;
    return Object.fromEntries(Object.entries(value).filter(([key]) => !isOwn(key)));
  };
  const stripEach = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    return isMapping(value) ? Object.fromEntries(Object.entries(value).map(([id, each]) => [id, strip(each)])) : value;
  };
  const { defaults, groups, clients, ...rest } = strip(root) as Readonly<Record<string, unknown>>;
  const parts = { defaults: strip(defaults), groups: stripEach(groups), clients: stripEach(clients) };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(given) };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function createLayer<T>(document: YamlDocument, base: KeyPath, values: T): Layer<T> {
  const locate = (path: KeyPath) => {
    const whole = [...base, ...path];
    return { place: document.place(whole), label: document.label(whole) };
  };
  return { values, locate };
}

/** Decides which services and sources of groups and defaults a client inherits: those that its profile has. */
export interface Heirs {
  /** The layers above a client without the services and sources that mean nothing to its profile. */
  fit(above: readonly Layer[], own: Layer<ClientEntry>): Promise<readonly Layer[]>;
  /** Adds to the problems what clients could inherit and none did: it is misspelt. */
  findUnused(): void;
}

type Owner = 'services' | 'sources';

/** Begins with no client. */
function createHeirs({ file, problems, profiles }: InventoryContext): Heirs {
  const inherited = new Map<string, { spot: Spot; owner: Owner; used: boolean }>();
  const fitRecord = (layer: Layer, owner: Owner, profile: Profile) => {
    const has = (id: string) =>
      owner === 'services' ? profile.services.some((service) => service.id === id) : Object.hasOwn(profile.sources, id);
    const entries = Object.entries(layer.values[owner] ?? {});
    for (const [id] of entries) {
      const spot = layer.locate([owner, id]);
      const before = inherited.get(spot.label);
      inherited.set(spot.label, { spot, owner, used: has(id) || (before?.used ?? false) });
    }
    return Object.fromEntries(entries.filter(([id]) => has(id)));
  };
  return {
    async fit(above, own) {
      const profile = await profiles.load(chooseProfile([...above, own], file));
      if (typeof profile === 'string') return above;
      return above.map((layer) => ({
        ...layer,
        values: {
          ...layer.values,
          services: fitRecord(layer, 'services', profile),
          sources: fitRecord(layer, 'sources', profile),
        },
      }));
    },
    findUnused() {
      for (const { spot, owner, used } of inherited.values()) {
        const what = owner === 'services' ? 'service' : 'source';
        if (!used) problems.add(() => spot, `no client that inherits this has a profile with such a ${what}`);
      }
    },
  };
}
