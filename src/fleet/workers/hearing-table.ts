import type { BlindVantage, VantageHearing } from '../../model/work-status.js';
import type { QueueSession } from './queue-session.js';

/** The vantages that are taken for blind: from a sweep that finds one to be so, until one finds that it hears. */
export class HearingTable {
  readonly #session: QueueSession;
  readonly #blind: string;

  constructor(session: QueueSession) {
    this.#session = session;
    this.#blind = `${session.schema}.blind_vantages`;
  }

  async create(): Promise<void> {
    await this.#session.query(`
      create table if not exists ${this.#blind} (
        vantage text primary key,
        silent integer not null,
        known integer not null,
        -- When that was first noticed.
        since timestamptz not null default now()
      );
    `);
  }

  /** Notes how vantages hear. */
  async note(hearing: readonly VantageHearing[]): Promise<void> {
    for (const { vantage, silent, known, isBlind } of hearing)
      if (isBlind)
        await this.#session.query(
          `insert into ${this.#blind} (vantage, silent, known) values ($1, $2, $3)
           on conflict (vantage) do update set silent = excluded.silent, known = excluded.known`,
          [vantage, silent, known],
        );
      else await this.#session.query(`delete from ${this.#blind} where vantage = $1`, [vantage]);
  }

  /** The vantages that are taken for blind; none where no coordinator has made the table yet. */
  async list(): Promise<BlindVantage[]> {
    const [made] = await this.#session.query('select 1 where to_regclass($1) is not null', [this.#blind]);
    if (!made) return [];
    const rows = await this.#session.query(
      `select vantage, silent, known, extract(epoch from since) as noticed from ${this.#blind} order by vantage`,
    );
    return rows.map(({ vantage, silent, known, noticed }) => ({
      ...{ vantage: vantage as string, silent: Number(silent), known: Number(known) },
      since: new Date(Number(noticed) * 1_000),
    }));
  }
}
