import type { Client } from '../model/client.js';
import { describeIssues } from './check-schema.js';
import { buildClient, checkLayers, type InventoryContext, type Layer } from './inventory-client.js';
import { createHeirs } from './inventory-heirs.js';
import { inventoryFileSchema, type ClientEntry, type InventoryFile } from './inventory-schema.js';
import type { ClientGroup, InventoryContent } from './inventory.js';
import { quote } from './quote.js';
import { suggest } from './suggest.js';
import { readYaml, showPath, type KeyPath, type YamlDocument } from './yaml-document.js';

/** Largest YAML inventory that is read: some 40,000 clients, which take a long time; CSV has no such limit. */
export const MAX_INVENTORY_BYTES = 16 << 20;

/**
 * Reads a YAML inventory. What is wrong with it goes to the problems of the context.
 * @throws InputError where the file can not be read as YAML
 */
export async function readYamlInventory(context: InventoryContext): Promise<InventoryContent> {
  const { file } = context;
  const document = await readYaml(file, MAX_INVENTORY_BYTES);
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
      const problem = `there is no group ${quote(group)}${suggest(group, above.keys())}`;
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
  { problems }: InventoryContext,
): { data: InventoryFile; entries: (readonly [number, ClientEntry])[] } {
  const whole = inventoryFileSchema.safeParse(document.value);
  if (whole.success) return { data: whole.data, entries: [...whole.data.clients.entries()] };
  const { issues } = whole.error;
  for (const error of describeIssues(document, inventoryFileSchema, issues)) problems.addError(error);
  const broken = new Set(issues.map(({ path }) => (path[0] === 'clients' ? path[1] : undefined)));
  const listed = broken.has(undefined) ? [] : (document.value as InventoryFile).clients;
  const sound = [...listed.keys()].filter((index) => !broken.has(index));
  const clients = sound.map((index) => listed[index]);
  const { clients: parsed, ...frame } = inventoryFileSchema.parse(
    broken.has(undefined) ? { clients } : { ...(document.value as InventoryFile), clients },
  );
  return { data: { ...frame, clients: parsed }, entries: parsed.map((entry, i) => [sound[i]!, entry]) };
}

function createLayer<T>(document: YamlDocument, base: KeyPath, values: T): Layer<T> {
  const locate = (path: KeyPath) => {
    const whole = [...base, ...path];
    return { place: document.place(whole), label: showPath(whole) };
  };
  return { values, locate };
}
