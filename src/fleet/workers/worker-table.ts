import type { WorkerSign } from '../../model/work.js';
import type { WorkerStatus } from '../../model/work-status.js';
import type { QueueSession } from './queue-session.js';

/** Who gave no sign for so long counts no more, and is forgotten after much longer, s. */
export const ALIVE_SECONDS = 45;
export const FORGOTTEN_SECONDS = 86_400;
/** More workers of a vantage are not known: one with a token makes up as many as it likes. */
const MOST_WORKERS = 1_000;

/** The workers, by their signs of life. */
export class WorkerTable {
  readonly #session: QueueSession;
  readonly #workers: string;

  constructor(session: QueueSession) {
    this.#session = session;
    this.#workers = `${session.schema}.workers`;
  }

  async create(): Promise<void> {
    await this.#session.query(`
      create table if not exists ${this.#workers} (
        id uuid primary key,
        vantage text not null,
        -- WorkerSign as JSON.
        sign text not null,
        beat_at timestamptz not null
      );
    `);
  }

  /** Notes a sign of life. That of a worker of another vantage is left alone. */
  async beat(sign: WorkerSign): Promise<void> {
    await this.#session.query(
      `insert into ${this.#workers} as known (id, vantage, sign, beat_at)
       select $1, $2, $3, now()
       where (select count(*) from ${this.#workers} where vantage = $2 and id <> $1) < ${MOST_WORKERS}
       on conflict (id) do update set sign = excluded.sign, beat_at = excluded.beat_at
         where known.vantage = excluded.vantage`,
      [sign.id, sign.vantage, JSON.stringify(sign)],
    );
  }

  async leave(vantage: string, workerId: string): Promise<void> {
    await this.#session.query(
      `delete from ${this.#workers}
       where (id = $1 and vantage = $2) or beat_at < now() - ${FORGOTTEN_SECONDS} * interval '1 s'`,
      [workerId, vantage],
    );
  }

  /** All workers that gave a sign of life within a day. */
  async list(): Promise<WorkerStatus[]> {
    const rows = await this.#session.query(
      `select sign, beat_at > now() - ${ALIVE_SECONDS} * interval '1 s' as alive, extract(epoch from beat_at) as beat
       from ${this.#workers} where beat_at > now() - ${FORGOTTEN_SECONDS} * interval '1 s'
       order by vantage, beat_at desc`,
    );
    return rows.map(({ sign, alive, beat }) => ({
      ...(JSON.parse(sign as string) as WorkerSign),
      alive: Boolean(alive),
      beatAt: new Date(Number(beat) * 1_000),
    }));
  }
}
