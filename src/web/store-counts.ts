import { Remembered } from '../async/remembered.js';
import type { StoreSize } from '../fleet/store/upkeep.js';
import type { Sweep } from '../fleet/store/sweeps.js';
import type { SweepCounts } from '../fleet/store/sweep-tally.js';
import type { Store } from '../fleet/store/store.js';
import { type ControlStanding, judgeControls } from './controls.js';

/** What takes a while to be counted is counted again after so long, ms. */
const COUNTED_MS = 15_000;

/** More sweeps than these are not remembered. */
const MOST_SWEEPS = 200;

/** Looks that are asked for what became of the control endpoints. */
export const CONTROL_LOOKS = 50;

/** What is counted together, at one time. */
interface Counted {
  readonly size: StoreSize;
  readonly controls: readonly ControlStanding[];
}

/** Counts what pages and API tell of the store, which takes a while where there are very many clients. */
export class StoreCounts {
  readonly #sweeps = new Map<number, SweepCounts>();
  readonly #counted = new Remembered(COUNTED_MS, () => this.#count());

  readonly #profiles = new Remembered(COUNTED_MS, () => this.store.fleet.listProfiles());

  constructor(private readonly store: Store) {}

  /** Names of the profiles that clients were checked by, some seconds ago at most. */
  listProfiles(): Promise<readonly string[]> {
    return this.#profiles.get();
  }

  /** The newest sweeps, and what they came to. Of one that is over, that is counted once. */
  async listSweeps(limit: number): Promise<(Sweep & SweepCounts)[]> {
    const listed: (Sweep & SweepCounts)[] = [];
    for (const sweep of await this.store.listSweeps(limit)) {
      const counts = this.#sweeps.get(sweep.id) ?? (await this.store.countSweep(sweep.id));
      if (this.#sweeps.size >= MOST_SWEEPS) this.#sweeps.clear();
      if (sweep.state === 'finished') this.#sweeps.set(sweep.id, counts);
      listed.push({ ...sweep, ...counts });
    }
    return listed;
  }

  /** How much is in the store, and how the control endpoints of the newest looks stand: some seconds ago at most. */
  count(): Promise<Counted> {
    return this.#counted.get();
  }

  async #count(): Promise<Counted> {
    const looks = await this.store.listNewest(CONTROL_LOOKS);
    return { size: await this.store.measure(), controls: judgeControls(looks.map(({ report }) => report)) };
  }
}
