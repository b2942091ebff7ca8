import type { Client } from '../model/client.js';
import { checkSchema } from './check-schema.js';
import { buildClient, checkLayers, type InventoryContext, type Layer } from './inventory-client.js';
import { inventoryFileSchema } from './inventory-schema.js';
import type { ClientGroup, InventoryContent } from './inventory.js';
import { quote } from './quote.js';
import { suggest } from './suggest.js';
import { readYaml, showPath, type KeyPath, type YamlDocument } from './yaml-document.js';

/** Largest YAML inventory that is read: some 40,000 clients, which take a long time; CSV has no such limit. */
export const MAX_INVENTORY_BYTES = 16 << 20;

/**
 * Reads a YAML inventory. Problems of its clients go to those of the context.
 * @throws InputError with a line for each problem of its format
 */
export async function readYamlInventory(context: InventoryContext): Promise<InventoryContent> {
  const { file } = context;
  const document = await readYaml(file, MAX_INVENTORY_BYTES);
  const data = checkSchema(document, inventoryFileSchema);
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
  const clients: Client[] = [];
  for (const [index, entry] of data.clients.entries()) {
    const layer = createLayer(document, ['clients', index], entry);
    const { group } = entry;
    const layers = group === undefined ? defaults : above.get(group);
    if (!layers && group !== undefined) {
      const problem = `there is no group ${quote(group)}${suggest(group, above.keys())}`;
      context.problems.add(() => layer.locate(['group']), problem);
    }
    clients.push(await buildClient(context, layer, layers ?? defaults));
  }
  return { clients, groups };
}

function createLayer<T>(document: YamlDocument, base: KeyPath, values: T): Layer<T> {
  const locate = (path: KeyPath) => {
    const whole = [...base, ...path];
    return { place: document.place(whole), label: showPath(whole) };
  };
  return { values, locate };
}
