import type { CoordinatorSign, CoordinatorStatus } from '../../model/work-status.js';
import type { QueueSession } from './queue-session.js';
import { ALIVE_SECONDS, FORGOTTEN_SECONDS } from './worker-table.js';

/** The coordinators, by their signs of life. */
export class CoordinatorTable {
  readonly #session: QueueSession;
  readonly #coordinators: string;

  constructor(session: QueueSession) {
    this.#session = session;
    this.#coordinators = `${session.schema}.coordinators`;
  }

  async create(): Promise<void> {
    await this.#session.query(`
      create table if not exists ${this.#coordinators} (
        id uuid primary key,
        -- CoordinatorSign as JSON.
        sign text not null,
        state text not null,
        -- When it came to this state.
        since timestamptz not null,
        beat_at timestamptz not null
      );
    `);
  }

  /** Notes a sign of life. */
  async beat(sign: CoordinatorSign): Promise<void> {
    await this.#session.query(
      `insert into ${this.#coordinators} as known (id, sign, state, since, beat_at) values ($1, $2, $3, now(), now())
       on conflict (id) do update set sign = excluded.sign, state = excluded.state, beat_at = excluded.beat_at,
         since = case when known.state = excluded.state then known.since else excluded.since end`,
      [sign.id, JSON.stringify(sign), sign.state],
    );
  }

  async leave(id: string): Promise<void> {
    await this.#session.query(
      `delete from ${this.#coordinators}
       where id = $1 or beat_at < now() - ${FORGOTTEN_SECONDS} * interval '1 s'`,
      [id],
    );
  }

  /** All coordinators that gave a sign of life within a day; who is at it first. */
  async list(): Promise<CoordinatorStatus[]> {
    const rows = await this.#session.query(
      `select sign, beat_at > now() - ${ALIVE_SECONDS} * interval '1 s' as alive,
         extract(epoch from since) as turned, extract(epoch from beat_at) as beat
       from ${this.#coordinators} where beat_at > now() - ${FORGOTTEN_SECONDS} * interval '1 s'
       order by alive desc, state, since, id`,
    );
    return rows.map(({ sign, alive, turned, beat }) => ({
      ...(JSON.parse(sign as string) as CoordinatorSign),
      alive: Boolean(alive),
      since: new Date(Number(turned) * 1_000),
      beatAt: new Date(Number(beat) * 1_000),
    }));
  }
}
