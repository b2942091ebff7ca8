import { InputError } from '../../files/text/input-error.js';
import { suggest } from '../../words/input.js';
import type { Store } from '../store/store.js';

/**
 * Refuses groups that no client in the store is of: nothing would be found, which looks like an answer.
 * @throws InputError with the one that may be meant
 */
export async function requireGroups(store: Store, wanted: readonly string[] | undefined): Promise<void> {
  if (wanted) requireKnown(wanted, await store.listGroups(), 'is of a group');
}

/**
 * Refuses tags that no client in the store has.
 * @throws InputError with the one that may be meant
 */
export async function requireTags(store: Store, wanted: readonly string[] | undefined): Promise<void> {
  if (wanted) requireKnown(wanted, await store.listTags(), 'has the tag');
}

function requireKnown(wanted: readonly string[], known: readonly string[], has: string): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const hint = known.length === 0 ? '; none has one' : suggest(unknown, known);
  throw new InputError(`no client in the store ${has} "${unknown}"${hint}`);
}
