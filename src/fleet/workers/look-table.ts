import { randomUUID } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { type LookKey, type WorkResult, workResultSchema } from '../../model/work.js';
import type { Execute, QueueSession, Row } from './queue-session.js';

const MAX_BYTES = 64 * 1024 * 1024;

/** A look that was ordered of a vantage, and what came of it; neither survey nor trouble while it is under way. */
export interface OrderedLook extends WorkResult {
  readonly vantage: string;
  readonly order: string;
  /** On the server's clock. */
  readonly orderedAt: Date;
}

/** The columns of a look. */
const COLUMNS = 'batch, client_id, slot, round, vantage, job, body, extract(epoch from at) as ordered';

/** A batch is another process' by now: whoever was stopped for a while, and goes on, orders and reads nothing any more. */
export class BatchTakenError extends Error {
  override name = 'BatchTakenError';
}

/** The looks that were ordered and are not settled yet: what comes of each is stored once. */
export class LookTable {
  readonly #session: QueueSession;
  readonly #looks: string;
  readonly #batches: string;
  /** Who takes batches here. */
  readonly #me = randomUUID();

  constructor(session: QueueSession) {
    this.#session = session;
    this.#looks = `${session.schema}.looks`;
    this.#batches = `${session.schema}.batches`;
  }

  async create(): Promise<void> {
    await this.#session.query(`
      create table if not exists ${this.#looks} (
        batch text not null,
        client_id text not null,
        slot text not null,
        round integer not null,
        vantage text not null,
        -- The order that it was last a part of.
        job uuid not null,
        -- The worker that has that order.
        worker text,
        -- What came of it, packed; stored once.
        body text,
        -- When that was ordered.
        at timestamptz not null default now(),
        read boolean not null default false,
        primary key (batch, client_id, slot, round, vantage)
      );
      create index if not exists looks_done on ${this.#looks} (batch) where body is not null and not read;
      create index if not exists looks_of_order on ${this.#looks} (job);
      create table if not exists ${this.#batches} (
        batch text primary key,
        -- Who orders its looks and reads what comes of them.
        taken_by uuid not null,
        at timestamptz not null default now()
      );
    `);
  }

  /** Takes a batch, from whoever had it: what that one has read is read anew. */
  async take(batch: string): Promise<void> {
    await this.#session.inTransaction(async (execute) => {
      await execute(
        `insert into ${this.#batches} (batch, taken_by) values ($1, $2)
         on conflict (batch) do update set taken_by = excluded.taken_by, at = now()`,
        [batch, this.#me],
      );
      await execute(`update ${this.#looks} set read = false where batch = $1 and read`, [batch]);
    });
  }

  /** Has a batch that is ours stay so until the end of a transaction; false if it is not. */
  async #isHeld(execute: Execute, batch: string): Promise<boolean> {
    const held = `select 1 from ${this.#batches} where batch = $1 and taken_by = $2 for share`;
    return (await execute(held, [batch, this.#me])).rows.length > 0;
  }

  async #hold(execute: Execute, batch: string): Promise<void> {
    if (!(await this.#isHeld(execute, batch)))
      throw new BatchTakenError(`${batch} is run by another process by now, or has ended`);
  }

  /** Notes looks of an order, all of one batch, which was taken before. */
  async add(execute: Execute, vantage: string, order: string, keys: readonly LookKey[]): Promise<void> {
    for (const batch of new Set(keys.map((key) => key.batch))) await this.#hold(execute, batch);
    await execute(
      `insert into ${this.#looks} (batch, client_id, slot, round, vantage, job)
       select batch, client, slot, round, $2, $3
       from json_to_recordset($1) as given(batch text, client text, slot text, round int)
       on conflict (batch, client_id, slot, round, vantage) do update
         set job = excluded.job, worker = null, at = now() where looks.body is null`,
      [JSON.stringify(keys), vantage, order],
    );
  }

  /** Notes which worker has an order. */
  async give(order: string, workerId: string): Promise<void> {
    await this.#session.query(`update ${this.#looks} set worker = $2 where job = $1`, [order, workerId]);
  }

  /** Which of some orders a worker has; those are not among them of which no look is waited for any more. */
  async listGiven(workerId: string, orders: readonly string[]): Promise<string[]> {
    if (orders.length === 0) return [];
    const rows = await this.#session.query(
      `select distinct job from ${this.#looks} where job = any($1::uuid[]) and worker = $2`,
      [orders, workerId],
    );
    return rows.map(({ job }) => job as string);
  }

  /**
   * Stores what came of looks of an order, each once. Of what no one waits for any more, or is part of another order by
   * now, nothing is stored.
   */
  async store(execute: Execute, vantage: string, order: string, results: readonly WorkResult[]): Promise<void> {
    const rows = results.map(({ key, survey, trouble }) => ({ ...key, body: pack({ survey, trouble }) }));
    await execute(
      `update ${this.#looks} set body = given.body
       from json_to_recordset($1) as given(batch text, client text, slot text, round int, body text)
       where looks.batch = given.batch and client_id = client and looks.slot = given.slot
         and looks.round = given.round and vantage = $2 and looks.job = $3 and looks.body is null`,
      [JSON.stringify(rows), vantage, order],
    );
  }

  /** Has what is left of an order's looks count as not made, for this reason: nothing comes of them any more. */
  async settle(execute: Execute, vantage: string, order: string, trouble: string): Promise<void> {
    await execute(`update ${this.#looks} set body = $3 where job = $1 and vantage = $2 and body is null`, [
      order,
      vantage,
      pack({ survey: null, trouble }),
    ]);
  }

  /** The looks of a batch, with what came of them. */
  async list(batch: string): Promise<OrderedLook[]> {
    const rows = await this.#session.query(`select ${COLUMNS} from ${this.#looks} where batch = $1`, [batch]);
    return rows.map(toLook);
  }

  /** Up to so many looks of a batch of ours of which something came that has not been read since; they count as read then. */
  async readDone(batch: string, limit: number): Promise<OrderedLook[]> {
    // Whether rows were marked must be known for sure: what is marked twice would be read by no one.
    const { rows } = await this.#session.inTransaction(async (execute) => {
      await this.#hold(execute, batch);
      return execute(
        `update ${this.#looks} set read = true where (batch, client_id, slot, round, vantage) in (
           select batch, client_id, slot, round, vantage from ${this.#looks}
           where batch = $1 and body is not null and not read limit $2)
         returning ${COLUMNS}`,
        [batch, limit],
      );
    });
    return rows.map(toLook);
  }

  /** Forgets looks of a batch of ours, of all vantages, whatever became of them; all of them where none is named. */
  async forget(batch: string, keys: readonly LookKey[] | null): Promise<void> {
    await this.#session.inTransaction(async (execute) => {
      if (!(await this.#isHeld(execute, batch))) return;
      if (keys === null) {
        await execute(`delete from ${this.#looks} where batch = $1`, [batch]);
        await execute(`delete from ${this.#batches} where batch = $1`, [batch]);
      } else
        await execute(
          `delete from ${this.#looks} using json_to_recordset($2) as given(client text, slot text, round int)
           where batch = $1 and client_id = client and looks.slot = given.slot and looks.round = given.round`,
          [batch, JSON.stringify(keys)],
        );
    });
  }

  /** Forgets what was ordered days ago: whoever did that never came back. */
  async forgetOld(days: number): Promise<void> {
    for (const table of [this.#looks, this.#batches])
      await this.#session.query(`delete from ${table} where at < now() - $1 * interval '1 day'`, [days]);
  }
}

function toLook({ batch, client_id, slot, round, vantage, job, body, ordered }: Row): OrderedLook {
  const key = { batch: batch as string, client: client_id as string, slot: slot as string, round: round as number };
  const orderedAt = new Date(Number(ordered) * 1_000);
  const known = { key, vantage: vantage as string, order: job as string, orderedAt };
  if (body === null) return { ...known, survey: null, trouble: null };
  const result = workResultSchema.safeParse({ key, ...(unpack(body as string) as object) });
  if (result.success) return { ...known, survey: result.data.survey, trouble: result.data.trouble };
  return { ...known, survey: null, trouble: 'what the worker sent cannot be read: it is of another version' };
}

/** Writes a value as text that any column takes: in JSON of the server, U+0000 has no place. */
export function pack(value: unknown): string {
  return deflateSync(JSON.stringify(value)).toString('base64');
}

/** Reads what {@link pack} wrote; null if it is something else. */
export function unpack(text: string): unknown {
  try {
    return JSON.parse(inflateSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BYTES }).toString());
  } catch {
    return null;
  }
}
