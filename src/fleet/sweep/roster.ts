import { parseTargetSpec } from '../../files/targets/targets.js';
import { listAddresses } from '../../files/targets/targets.js';
import type { Client, RosterEntry } from '../../model/client.js';

/** What a store notes of all clients of an inventory, so that it can list those that no sweep has looked at. */
export async function* listRoster(clients: Iterable<Client> | AsyncIterable<Client>): AsyncGenerator<RosterEntry> {
  for await (const client of clients) yield toRosterEntry(client);
}

function toRosterEntry(client: Client): RosterEntry {
  const { id, name, group, tags, contacts, addresses, paused, authorization, timeZone } = client;
  return {
    client: { id, name, group, tags, contacts },
    addresses,
    slots: addresses.flatMap(nameSlots),
    others: addresses.flatMap(nameOthers),
    standing: { paused, authorization, timeZone },
  };
}

/** The slot of a single address or a name, as looks name it; nothing of a network, whose slots are many. */
function nameSlots(text: string): string[] {
  const spec = parseTargetSpec(text);
  if (spec.kind === 'name') return [spec.name];
  return spec.count === 1n ? [...listAddresses(spec)] : [];
}

/** What else a slot of it may be named: the addresses of a network, and the text itself where it could not be looked at. */
function nameOthers(text: string): string[] {
  const spec = parseTargetSpec(text);
  const addresses = spec.kind === 'name' || spec.count === 1n ? [] : [...listAddresses(spec)];
  return nameSlots(text).includes(text) ? [] : [text, ...addresses];
}
