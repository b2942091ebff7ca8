import type { Options } from 'yargs';
import type { Store } from '../fleet/store/store.js';
import { InputError } from '../files/text/input-error.js';
import { suggest } from '../words/input.js';
import { chooseStorePath } from './store-path.js';
import { SWEEP_OPTIONS } from './sweep-options.js';

const { group: _group, ...store } = SWEEP_OPTIONS.store;

/** The option that names the store, of commands that only ask it. */
export const STORE_OPTION = { store: { ...store, requiresArg: true } } as const satisfies Record<string, Options>;

/** The option of commands that show what the store holds. */
export const FORMAT_OPTION = {
  format: {
    choices: ['table', 'json'] as const,
    default: 'table' as const,
    requiresArg: true,
    describe: 'Text for people, or one JSON document',
  },
} as const satisfies Record<string, Options>;

/** Opens the store for one piece of work; a StoreError where there is none. */
export async function withStore<T>(option: string | undefined, work: (store: Store) => Promise<T>): Promise<T> {
  const { openExistingStore } = await import('../fleet/store/open-store.js');
  const store = await openExistingStore(chooseStorePath(option));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The error for a client that the store has never seen, with the one that may be meant. */
export async function describeUnknownClient(store: Store, clientId: string): Promise<InputError> {
  const ids = new Set<string>();
  for await (const { client } of store.readClientStates()) ids.add(client.id);
  const none = ids.size === 0 ? '; it has none yet: sweep an inventory first' : suggest(clientId, ids);
  return new InputError(`the store has no client "${clientId}"${none}`);
}
