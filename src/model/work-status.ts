import type { WorkerSign } from './work.js';

/** A worker, as it said last. */
export interface WorkerStatus extends WorkerSign {
  /** Its last sign of life is not long ago. */
  readonly alive: boolean;
  readonly beatAt: Date;
}

/** How many orders of a vantage wait, are under way, and were given up. */
export interface QueueStatus {
  readonly vantage: string;
  readonly waiting: number;
  readonly active: number;
  readonly givenUp: number;
}

/** What workers are at. */
export interface WorkStatus {
  readonly workers: readonly WorkerStatus[];
  readonly queues: readonly QueueStatus[];
}

/** Reads what workers are at; null where there are none, because a store is a file, or no one has ever ordered looks. */
export type ReadWork = () => Promise<WorkStatus | null>;

/** What a worker is called that has given no sign of life for a while. */
export type WorkerStanding = WorkerSign['state'] | 'silent';

/** How a worker stands. */
export function standingOf({ alive, state }: WorkerStatus): WorkerStanding {
  return alive ? state : 'silent';
}

/** Vantages that no worker looks from at the moment, and why that is. */
export function listUnmanned({ workers, queues }: WorkStatus): { readonly vantage: string; readonly why: string }[] {
  const vantages = new Set([...queues, ...workers].map(({ vantage }) => vantage));
  return [...vantages].sort().flatMap((vantage) => {
    const own = workers.filter((worker) => worker.vantage === vantage);
    const standings = own.map(standingOf);
    if (standings.includes('idle') || standings.includes('busy')) return [];
    const blind = own.find((worker) => standingOf(worker) === 'blind');
    if (blind) return [{ vantage, why: `its worker cannot see: ${blind.note}` }];
    if (standings.includes('ending')) return [{ vantage, why: 'its worker is ending' }];
    return [{ vantage, why: own.length > 0 ? 'its worker has fallen silent' : 'there is none' }];
  });
}
