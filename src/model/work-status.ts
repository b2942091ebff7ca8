import type { WorkerSign } from './work.js';

/** A worker, as it said last. */
export interface WorkerStatus extends WorkerSign {
  /** Its last sign of life is not long ago. */
  readonly alive: boolean;
  readonly beatAt: Date;
}

/** A coordinator's sign of life. */
export interface CoordinatorSign {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** `active`: it runs the schedules; `standby`: another does, and it takes over when that one is gone. */
  readonly state: 'active' | 'standby';
  /** Whose schedules: absolute path of the inventory, and which of its clients, as JSON. */
  readonly inventory: string;
  readonly chosen: string;
  readonly vantages: readonly string[];
}

/** A coordinator, as it said last. */
export interface CoordinatorStatus extends CoordinatorSign {
  /** Its last sign of life is not long ago. */
  readonly alive: boolean;
  /** When it came to its state. */
  readonly since: Date;
  readonly beatAt: Date;
}

/** How many orders of a vantage wait, are under way, and were given up. */
export interface QueueStatus {
  readonly vantage: string;
  readonly waiting: number;
  readonly active: number;
  readonly givenUp: number;
}

/** How a vantage hears, as a sweep has seen so far. */
export interface VantageHearing {
  readonly vantage: string;
  /** Clients that showed life to it before and show it none now, of those of which it is known. */
  readonly silent: number;
  readonly known: number;
  /** So many that it is taken for blind; otherwise it hears. */
  readonly isBlind: boolean;
}

/** A vantage that is taken for blind. */
export interface BlindVantage extends Omit<VantageHearing, 'isBlind'> {
  /** When that was first noticed. */
  readonly since: Date;
}

/** What coordinators and workers are at. */
export interface WorkStatus {
  readonly coordinators: readonly CoordinatorStatus[];
  readonly workers: readonly WorkerStatus[];
  readonly queues: readonly QueueStatus[];
  readonly blind: readonly BlindVantage[];
}

/** What is known where there are none. */
export const NOTHING: WorkStatus = { coordinators: [], workers: [], queues: [], blind: [] };

/** Reads what coordinators and workers are at; null where there are none, because a store is a file, or no one has ever ordered looks. */
export type ReadWork = () => Promise<WorkStatus | null>;

/** What one is called that has given no sign of life for a while. */
export type WorkerStanding = WorkerSign['state'] | 'silent';
export type CoordinatorStanding = CoordinatorSign['state'] | 'silent';

/** How a worker stands, or a coordinator. */
export function standingOf<State>({ alive, state }: { readonly alive: boolean; readonly state: State }) {
  return alive ? state : 'silent';
}

/**
 * Inventories whose schedules no coordinator runs at the moment, although there is one that has fallen silent, or that
 * stands by. One that ended in good order is missed by no one.
 */
export function listUnled({ coordinators }: Pick<WorkStatus, 'coordinators'>): readonly string[] {
  const keyOf = ({ inventory, chosen }: CoordinatorSign) => JSON.stringify([inventory, chosen]);
  const led = new Set(coordinators.filter((one) => standingOf(one) === 'active').map(keyOf));
  return [...new Set(coordinators.filter((one) => !led.has(keyOf(one))).map(({ inventory }) => inventory))].sort();
}

/**
 * Vantages that someone should look from: those of coordinators, and those for which orders wait. Where no coordinator is
 * alive that could say so, all of which something is known.
 */
export function listWanted({ coordinators, workers, queues }: WorkStatus): string[] {
  const alive = coordinators.filter((one) => one.alive);
  const all = alive.length === 0;
  const ordered = queues.filter(({ waiting, active }) => all || waiting + active > 0);
  const names = [...ordered, ...(all ? workers : [])].map(({ vantage }) => vantage);
  return [...new Set([...names, ...alive.flatMap(({ vantages }) => vantages)])].sort();
}

/** Those of them that no worker looks from at the moment, and why that is. */
export function listUnmanned(status: WorkStatus): { readonly vantage: string; readonly why: string }[] {
  const { workers } = status;
  return listWanted(status).flatMap((vantage) => {
    const own = workers.filter((worker) => worker.vantage === vantage);
    const standings = own.map(standingOf);
    if (standings.includes('idle') || standings.includes('busy')) return [];
    const blind = own.find((worker) => standingOf(worker) === 'blind');
    if (blind) return [{ vantage, why: `its worker cannot see: ${blind.note}` }];
    if (standings.includes('ending')) return [{ vantage, why: 'its worker is ending' }];
    return [{ vantage, why: own.length > 0 ? 'its worker has fallen silent' : 'there is none' }];
  });
}

/** Those of them that are taken for blind. */
export function listBlind(status: WorkStatus): readonly BlindVantage[] {
  const wanted = new Set(listWanted(status));
  return status.blind.filter(({ vantage }) => wanted.has(vantage));
}

/**
 * Vantages that workers look from and no coordinator has, such as by a slip of the pen: at most a check from them is
 * ordered. None where no coordinator is alive that could say so.
 */
export function listUnasked(status: WorkStatus): string[] {
  const wanted = new Set(listWanted(status));
  const manned = status.workers.filter((worker) => worker.alive).map(({ vantage }) => vantage);
  return [...new Set(manned)].filter((vantage) => !wanted.has(vantage)).sort();
}

/** All that is known of coordinators and workers, for programs; times are ISO 8601, UTC. Null: nothing is. */
export function describeWork(status: WorkStatus | null) {
  const known = status ?? NOTHING;
  const { coordinators, workers, queues } = known;
  return {
    coordinators: coordinators.map(({ chosen: _chosen, since, beatAt, vantages, ...coordinator }) => ({
      ...{ ...coordinator, vantages: [...vantages] },
      ...{ since: since.toISOString(), beatAt: beatAt.toISOString() },
    })),
    workers: workers.map(({ beatAt, orders, ...worker }) => ({
      ...{ ...worker, orders: [...orders] },
      beatAt: beatAt.toISOString(),
    })),
    queues: [...queues],
    unmanned: listUnmanned(known),
    blind: listBlind(known).map(({ since, ...vantage }) => ({ ...vantage, since: since.toISOString() })),
    unled: [...listUnled(known)],
    unasked: listUnasked(known),
  };
}
