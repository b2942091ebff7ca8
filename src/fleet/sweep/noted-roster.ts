import type { Store } from '../store/store.js';
import { listRoster } from './roster.js';
import type { WatchedFiles } from './watched-files.js';

/** What is noted of an inventory. */
type Listed = Pick<WatchedFiles, 'inventory' | 'everyone'>;

/** Keeps the clients of an inventory noted in a store, so that those that nothing is known of are listed too. */
export class NotedRoster {
  #listed: Listed | null = null;
  #count = 0;

  constructor(private readonly store: Store) {}

  /** Notes them, where they were read anew. */
  async note(listed: Listed): Promise<void> {
    if (listed.everyone === this.#listed?.everyone) return;
    this.#listed = listed;
    await this.#put(listed);
  }

  /** Notes them again where the store has fewer clients than it had: one that was forgotten is still in the inventory. */
  async restore(): Promise<void> {
    const count = await this.store.fleet.countRoster();
    if (this.#listed && count < this.#count) await this.#put(this.#listed);
    else this.#count = count;
  }

  async #put({ inventory, everyone }: Listed): Promise<void> {
    await this.store.putRoster(inventory, listRoster(everyone));
    this.#count = await this.store.fleet.countRoster();
  }
}
