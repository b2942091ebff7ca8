import PgBoss from 'pg-boss';
import type { ServerPlace } from '../../model/store-place.js';
import { type WorkerSign, type WorkOrder, workOrderSchema, type WorkResult } from '../../model/work.js';
import type { QueueStatus } from '../../model/work-status.js';
import { StoreError } from '../store/store-error.js';
import { CoordinatorTable } from './coordinator-table.js';
import { HearingTable } from './hearing-table.js';
import { LookTable, pack, unpack } from './look-table.js';
import { type Execute, QueueSession } from './queue-session.js';
import type { WorkSource } from './work-source.js';
import { listQueues } from './work-status.js';
import { WorkerTable } from './worker-table.js';

/** An order that was taken and not done comes back so often before it is given up. */
const RETRIES = 3;
/** How long a worker may be silent, where no coordinator said so, s. */
const EXPIRY_SECONDS = 60;
/** How long what failed is left alone first; twice as long each time. */
const RETRY_SECONDS = 2;
/** An order that no one took in this time is forgotten, and so is a look that no one asked after. */
const RETENTION_DAYS = 2;

/** What the queue is opened for. */
export interface QueueOptions {
  /**
   * For a coordinator, which looks after orders that have expired: those whose worker gave no sign for so long go to
   * another one, s.
   */
  readonly expirySeconds?: number | undefined;
  readonly onTrouble: (error: Error) => void;
}

/** Orders to workers, a queue for each vantage: pg-boss has them, in the database of the store. */
export class WorkQueue implements WorkSource {
  readonly looks: LookTable;
  readonly workers: WorkerTable;
  readonly coordinators: CoordinatorTable;
  readonly hearing: HearingTable;
  readonly #session: QueueSession;
  readonly #boss: PgBoss;
  readonly #expirySeconds: number | undefined;
  readonly #known = new Set<string>();

  private constructor(place: ServerPlace, { expirySeconds, onTrouble }: QueueOptions) {
    this.#session = new QueueSession(place);
    this.looks = new LookTable(this.#session);
    this.workers = new WorkerTable(this.#session);
    this.coordinators = new CoordinatorTable(this.#session);
    this.hearing = new HearingTable(this.#session);
    this.#expirySeconds = expirySeconds;
    this.#boss = new PgBoss({
      ...{ db: { executeSql: this.#session.execute }, schema: this.#session.schema, schedule: false },
      ...{ archiveCompletedAfterSeconds: 3_600, deleteAfterDays: RETENTION_DAYS },
      supervise: expirySeconds !== undefined,
      // It goes by whole seconds.
      maintenanceIntervalSeconds: Math.max(1, Math.min(30, Math.floor((expirySeconds ?? 0) / 4))),
    });
    this.#boss.on('error', onTrouble);
  }

  /** Connects, and makes what is missing. A StoreError if the server cannot be used. */
  static async open(place: ServerPlace, options: QueueOptions): Promise<WorkQueue> {
    const queue = new WorkQueue(place, options);
    try {
      await queue.#session.alone(async () => {
        await queue.#boss.start();
        await queue.looks.create();
        await queue.workers.create();
        await queue.coordinators.create();
        await queue.hearing.create();
      });
      if (options.expirySeconds !== undefined) await queue.looks.forgetOld(RETENTION_DAYS);
      return queue;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  get path(): string {
    return this.#session.path;
  }

  /** Orders looks of a vantage: looks and order are stored together, or neither. What is urgent is taken first. */
  async order(vantage: string, order: WorkOrder, urgent = false): Promise<void> {
    await this.#prepare(vantage);
    const keys = order.looks.map(({ key }) => key);
    await this.#session.inTransaction(async (execute) => {
      await this.looks.add(execute, vantage, order.id, keys);
      const options = { id: order.id, priority: urgent ? 1 : 0, db: { executeSql: execute } };
      await this.#boss.send(queueOf(vantage), { id: order.id, order: pack(order) }, options);
    });
  }

  async take(vantage: string, workerId: string): Promise<WorkOrder | null> {
    this.#session.failure = null;
    const [job] = await this.#boss.fetch(queueOf(vantage));
    // The library takes trouble of the server for "nothing there".
    if (!job && this.#session.failure) throw this.#session.failure as Error;
    if (!job) return null;
    const { order } = readJob(job.data);
    if (order) {
      await this.looks.give(job.id, workerId);
      return order;
    }
    const why = 'the order is of another version of sallyport: update all workers and coordinators';
    await this.#boss.fail(queueOf(vantage), job.id, { message: why });
    throw new StoreError(why, { mayPass: true });
  }

  async deliver(vantage: string, orderId: string, results: readonly WorkResult[], isLast = true): Promise<void> {
    await this.#session.inTransaction(async (execute) => {
      await this.looks.store(execute, vantage, orderId, results);
      if (!isLast) return;
      await this.looks.settle(execute, vantage, orderId, 'the worker said nothing of it');
      await this.#end(execute, queueOf(vantage), orderId);
    });
  }

  async giveBack(vantage: string, orderId: string, workerId: string, why: string): Promise<void> {
    const given = await this.looks.listGiven(workerId, [orderId]);
    if (given.length > 0) await this.#boss.fail(queueOf(vantage), orderId, { message: why.slice(0, 512) });
  }

  /** Which of some orders are still to be done or under way. */
  async listOpen(vantage: string, ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.#session.query(
      `select id from ${this.#session.schema}.job where name = $1 and id = any($2::uuid[]) and state < 'completed'`,
      [queueOf(vantage), ids],
    );
    return new Set(rows.map(({ id }) => id as string));
  }

  /** Takes orders back: no worker begins with them any more. */
  async cancel(vantage: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#boss.deleteJob(queueOf(vantage), [...ids]);
  }

  /** Has the looks of orders that were given up say so. Returns how many orders, and why the last one was. */
  async settleGivenUp(vantage: string): Promise<{ readonly orders: number; readonly why: string }> {
    let [orders, why] = [0, ''];
    for (;;) {
      const jobs = await this.#boss.fetch(deadOf(vantage), { batchSize: 16, includeMetadata: true });
      if (jobs.length === 0) return { orders, why };
      for (const { id, data, output } of jobs) {
        // A copy, with an id of its own; also of an order that no version of ours reads.
        const { id: orderId } = readJob(data);
        why = describeFailure(output);
        const trouble = `no worker could make this look in ${RETRIES + 1} tries: ${why}`.slice(0, 512);
        await this.#session.inTransaction(async (execute) => {
          if (orderId !== null) await this.looks.settle(execute, vantage, orderId, trouble);
          await this.#end(execute, deadOf(vantage), id);
        });
        orders++;
      }
    }
  }

  async beat(sign: WorkerSign): Promise<void> {
    await this.workers.beat(sign);
    const given = await this.looks.listGiven(sign.id, sign.orders);
    if (given.length > 0)
      await this.#session.query(
        `update ${this.#session.schema}.job set started_on = now()
         where name = $1 and id = any($2::uuid[]) and state = 'active'`,
        [queueOf(sign.vantage), given],
      );
  }

  leave(vantage: string, workerId: string): Promise<void> {
    return this.workers.leave(vantage, workerId);
  }

  /** How the queues stand. */
  listQueues(): Promise<QueueStatus[]> {
    return listQueues(this.#session);
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false }).catch(() => undefined);
    await this.#session.close();
  }

  /** Makes the queue of a vantage, once. */
  async #prepare(vantage: string): Promise<void> {
    if (this.#known.has(vantage)) return;
    const kept = { retentionDays: RETENTION_DAYS };
    await this.#boss.createQueue(deadOf(vantage), { name: deadOf(vantage), ...kept });
    const queue = {
      ...{ name: queueOf(vantage), deadLetter: deadOf(vantage), ...kept },
      ...{ retryLimit: RETRIES, retryDelay: RETRY_SECONDS, retryBackoff: true },
      expireInSeconds: this.#expirySeconds ?? EXPIRY_SECONDS,
    };
    await this.#boss.createQueue(queueOf(vantage), queue);
    if (this.#expirySeconds !== undefined) await this.#boss.updateQueue(queueOf(vantage), queue);
    this.#known.add(vantage);
  }

  /** Ends an order, also one that waits for another worker by now. */
  async #end(execute: Execute, queue: string, id: string): Promise<void> {
    await this.#boss.deleteJob(queue, id, { db: { executeSql: execute } });
  }
}

const queueOf = (vantage: string): string => `look-${vantage}`;
const deadOf = (vantage: string): string => `dead-${vantage}`;

/** What a job holds: the session gives JSON as text. No order if it is of another version. */
function readJob(data: unknown): { readonly id: string | null; readonly order: WorkOrder | null } {
  const { id, order } = (JSON.parse(String(data)) ?? {}) as { id?: unknown; order?: unknown };
  const read = workOrderSchema.safeParse(unpack(String(order)));
  return { id: typeof id === 'string' ? id : null, order: read.data ?? null };
}

function describeFailure(output: unknown): string {
  const said = (JSON.parse(String(output)) ?? {}) as { message?: unknown; value?: { message?: unknown } };
  const message = said.message ?? said.value?.message;
  if (message === 'job failed by timeout in active state') return 'each that took it fell silent';
  return typeof message === 'string' ? message : 'no reason is known';
}
