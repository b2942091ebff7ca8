import { randomUUID } from 'node:crypto';
import type { Scheduler } from '../store/schedulers.js';
import type { Store } from '../store/store.js';
import { describeOwner } from './sweep.js';
import type { Turn } from './watch-options.js';

/**
 * Whose turn it is to run the schedules of the same clients on one store: a process that finds another at it stands by,
 * and takes over when that one has ended, or has given no sign of life for 60 s.
 */
export class ScheduleTurn {
  readonly #me: Scheduler;
  #askedAt = -Infinity;
  #held = false;
  #asking: Promise<void> | null = null;
  #told: string | null = null;

  /** @param everyMs how often it says to be alive, or asks whether the other still is; well below 60 s */
  constructor(
    private readonly store: Store,
    { inventory, chosen }: Omit<Turn, 'isOurs'>,
    private readonly everyMs: number,
    private readonly note: (line: string) => void,
    private readonly onTurn: (turn: Turn) => void = () => {},
  ) {
    this.#me = { token: randomUUID(), inventory, chosen, owner: describeOwner() };
  }

  /** Says which other processes run other schedules on this store. */
  async tellOthers(): Promise<void> {
    const { inventory, chosen } = this.#me;
    for (const other of await this.store.schedulers.listOthers(this.#me, new Date())) {
      const who = `${describe(other)} runs schedules on this store too`;
      if (other.inventory !== inventory) this.note(`${who}, of ${other.inventory}`);
      else if (other.chosen !== chosen)
        this.note(`${who}, with another --group, --client or --tag: clients that both have are checked by both`);
    }
  }

  /** Whether it is our turn. Asks only now and then; a store that cannot be written changes nothing. */
  async take(): Promise<boolean> {
    if (performance.now() - this.#askedAt >= this.everyMs) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = null));
      await this.#asking;
    }
    return this.#held;
  }

  /** Leaves the turn to others. */
  async leave(): Promise<void> {
    await this.#asking;
    if (this.#held) await this.store.schedulers.release(this.#me.token).catch(() => {});
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now();
    let holder: Scheduler | null;
    try {
      holder = await this.store.schedulers.claim(this.#me, new Date());
    } catch {
      return;
    }
    const [before, after] = [this.#told, holder?.token ?? null];
    this.#held = holder === null;
    this.#told = after;
    const { inventory, chosen } = this.#me;
    this.onTurn({ inventory, chosen, isOurs: this.#held });
    if (holder && after !== before)
      this.note(
        `${describe(holder)} runs these schedules on this store already: this one sweeps nothing on schedule, so that ` +
          'nothing is swept twice, and takes over within a minute or so when that one ends',
      );
    if (!holder && before !== null) this.note('the other process has ended: this one runs the schedules now');
  }
}

function describe({ owner: { pid, host } }: Scheduler): string {
  return `another process (${pid} on ${host})`;
}
