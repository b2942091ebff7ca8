import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async/clock.js';
import type { Scheduler } from '../store/schedulers.js';
import type { Store } from '../store/store.js';
import { describeOwner } from './sweep.js';
import type { Turn } from './watch-options.js';

/** How it is asked whose turn it is. */
export interface TurnOptions {
  /** How often one says to be alive, or asks whether the other still is; well below 60 s. */
  readonly everyMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly note: (line: string) => void;
  readonly onTurn: ((turn: Turn) => void) | undefined;
}

/**
 * Whose turn it is to run the schedules of the same clients on one store: a process that finds another at it stands by,
 * and takes over when that one has ended, or has given no sign of life for 60 s.
 */
export class ScheduleTurn {
  readonly #me: Scheduler;
  /** By the clock that signs of life are judged by; null: it is to be asked at once. */
  #askedAt: Date | null = null;
  #held = false;
  #asking: Promise<void> | null = null;
  #told: string | null = null;

  constructor(
    private readonly store: Store,
    { inventory, chosen }: Omit<Turn, 'isOurs'>,
    private readonly options: TurnOptions,
  ) {
    this.#me = { token: randomUUID(), inventory, chosen, owner: describeOwner() };
  }

  /** What the schedules are claimed by. */
  get token(): string {
    return this.#me.token;
  }

  /** Says which other processes run other schedules on this store. */
  async tellOthers(): Promise<void> {
    const { inventory, chosen } = this.#me;
    for (const other of await this.store.schedulers.listOthers(this.#me, this.options.clock.now())) {
      const who = `${describe(other)} runs schedules on this store too`;
      if (other.inventory !== inventory) this.options.note(`${who}, of ${other.inventory}`);
      else if (other.chosen !== chosen)
        this.options.note(
          `${who}, with another --group, --client or --tag: clients that both have are checked by both`,
        );
    }
  }

  /** Whether it is our turn. Asks only now and then; a store that cannot be written changes nothing. */
  async take(): Promise<boolean> {
    const askedAt = this.#askedAt?.getTime() ?? -Infinity;
    // A clock that was set back is no reason not to ask.
    if (Math.abs(this.options.clock.now().getTime() - askedAt) >= this.options.everyMs) {
      this.#asking ??= this.#ask().finally(() => (this.#asking = null));
      await this.#asking;
    }
    return this.#held;
  }

  /** Has it be asked anew: it may be that another took it meanwhile. */
  doubt(): void {
    this.#askedAt = null;
  }

  /** Leaves the turn to others. */
  async leave(): Promise<void> {
    await this.#asking;
    if (this.#held) await this.store.schedulers.release(this.#me.token).catch(() => {});
  }

  async #ask(): Promise<void> {
    const now = this.options.clock.now();
    this.#askedAt = now;
    let holder: Scheduler | null;
    try {
      holder = await this.store.schedulers.claim(this.#me, now);
    } catch {
      return;
    }
    const [before, after] = [this.#told, holder?.token ?? null];
    this.#held = holder === null;
    this.#told = after;
    const { inventory, chosen } = this.#me;
    this.options.onTurn?.({ inventory, chosen, isOurs: this.#held });
    if (holder && after !== before)
      this.options.note(
        `${describe(holder)} runs these schedules on this store already: this one sweeps nothing on schedule, so that ` +
          'nothing is swept twice, and takes over within a minute or so when that one ends',
      );
    if (!holder && before !== null) this.options.note('the other process has ended: this one runs the schedules now');
  }
}

function describe({ owner: { pid, host } }: Scheduler): string {
  return `another process (${pid} on ${host})`;
}
