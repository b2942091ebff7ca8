import { countKnown, listNamed, renameVantage } from '../changes/rename-vantage.js';
import type { Store } from '../store/store.js';

/** Slots that are written at once. */
const AT_ONCE = 500;

/** What a store knows from a vantage. */
export interface KnownFromVantage {
  /** Addresses of which something is known from there, and violations that it saw there and that stand. */
  readonly slots: number;
  readonly issues: number;
}

/** What a store knows from vantages, by name. */
export async function listVantages(store: Store): Promise<Map<string, KnownFromVantage>> {
  const known = new Map<string, KnownFromVantage>();
  for await (const { state } of store.readClientStates())
    for (const name of new Set(listNamed(state))) {
      const { slots, issues } = known.get(name) ?? { slots: 0, issues: 0 };
      known.set(name, { slots: slots + 1, issues: issues + countKnown(state, name).issues });
    }
  known.delete('');
  return known;
}

/** Has all that is known from a vantage be known from another name. What is cut off goes on where it is done again. */
export async function renameVantageInStore(store: Store, from: string, to: string): Promise<void> {
  let found: { readonly client: string; readonly slot: string }[] = [];
  const write = async (): Promise<void> => {
    await store.write(async (tx) => {
      for (const { client, slot } of found) {
        const state = await tx.getState(client, slot);
        if (state) await tx.putState(client, slot, renameVantage(state, from, to), null);
      }
    });
    found = [];
  };
  for await (const { client, slot, state } of store.readClientStates()) {
    if (countKnown(state, from).isKnown) found.push({ client: client.id, slot });
    if (found.length >= AT_ONCE) await write();
  }
  await write();
}
