import type { StoreConnection } from './connection.js';
import { isTurn, noteFirstRun, type ScheduledRun, takeRun } from './runs.js';
import type { LeavingOut } from './sweep-tally.js';
import { beginSweep, isAlive, noteRun, type Owner, type Sweep, type SweepPlan } from './sweeps.js';
import type { Tables } from './tables.js';
import type { Client } from '../../model/client.js';

/** A process that runs schedules on a store, or would. */
export interface Scheduler {
  /** Drawn at random: ids of processes are the same in all containers. */
  readonly token: string;
  /** Absolute path. */
  readonly inventory: string;
  /** What identifies the choice of its clients, as JSON. */
  readonly chosen: string;
  readonly owner: Owner;
}

/** Who runs schedules on a store: one process for the same clients of an inventory, whoever else has it open. */
export class Schedulers {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /**
   * Takes the schedules of an inventory's clients, or says to be alive, which has to be said again within 60 s. If
   * another process that is alive has the same ones, nothing is taken, and that one is returned.
   */
  claim({ token, inventory, chosen, owner }: Scheduler, now: Date): Promise<Scheduler | null> {
    const beat_at = now.getTime();
    return this.#connection.transact(async (db) => {
      const same = await db
        .selectFrom('schedulers')
        .selectAll()
        .where('inventory', '=', inventory)
        .where('chosen', '=', chosen)
        .where('token', '<>', token)
        .execute();
      const holder = same.find((row) => isAlive(row, owner.host, now));
      if (holder) {
        await db.deleteFrom('schedulers').where('token', '=', token).execute();
        return toScheduler(holder);
      }
      for (const row of same) await db.deleteFrom('schedulers').where('token', '=', row.token).execute();
      await db
        .insertInto('schedulers')
        .values({ token, inventory, chosen, ...owner, beat_at })
        .onConflict((conflict) => conflict.column('token').doUpdateSet({ beat_at }))
        .execute();
      return null;
    });
  }

  /** All that run schedules on this store and are alive, but one. */
  async listOthers({ token, owner }: Scheduler, now: Date): Promise<Scheduler[]> {
    return (await this.list(owner.host, now)).filter((one) => one.token !== token);
  }

  /** All that run schedules on this store and are alive, as far as this machine can know. */
  async list(host: string, now: Date): Promise<Scheduler[]> {
    const rows = await this.#connection.tables.selectFrom('schedulers').selectAll().orderBy('token').execute();
    return rows.filter((row) => isAlive(row, host, now)).map(toScheduler);
  }

  /**
   * Stores a sweep that is the run of a schedule, with its clients, as Store.beginSweep does; null if it has begun
   * before, or is another one's to begin by now.
   */
  beginRun(
    run: ScheduledRun,
    plan: SweepPlan,
    clients: Iterable<Client> | AsyncIterable<Client>,
    leaveOut: (client: Client) => LeavingOut | null,
  ): Promise<Sweep | null> {
    return this.#connection.transact(async (db) =>
      (await takeRun(db, run, plan.startedAt)) ? beginSweep(db, plan, clients, leaveOut) : null,
    );
  }

  /** Notes since when a schedule is known, where that is not noted; returns what is. */
  noteKnown(key: string, now: Date): Promise<Date> {
    return this.#connection.transact((db) => noteFirstRun(db, key, now));
  }

  /** Notes until when a schedule ran, unless it is another one's turn by now. */
  endRun({ key, turn }: Pick<ScheduledRun, 'key' | 'turn'>, at: Date): Promise<void> {
    return this.#connection.transact(async (db) => {
      if (await isTurn(db, turn)) await noteRun(db, key, at);
    });
  }

  /** Leaves the schedules to others. */
  release(token: string): Promise<void> {
    return this.#connection.transact(async (db) => {
      await db.deleteFrom('schedulers').where('token', '=', token).execute();
    });
  }
}

function toScheduler({ host, pid, token, inventory, chosen }: Tables['schedulers']): Scheduler {
  return { token, inventory, chosen, owner: { host, pid } };
}
