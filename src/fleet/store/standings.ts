import { type Kysely, sql } from 'kysely';
import { STALE_AFTER_MS } from '../../model/not-checked.js';
import type { Listed } from '../../model/standing.js';
import { countClients } from './fleet-counts.js';
import type { Lapse } from './lapsed-slots.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** How many clients stood how at a time. */
export interface StandingsPoint {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Null: not known from here to the next point. */
  readonly counts: Readonly<Record<Listed, number>> | null;
}

/** Notes that are read, besides the newest. */
const MOST_NOTES = 400;

const HOUR_MS = 3_600_000;

/** Notes how many clients stand how, by the worst of their addresses. Of an hour the newest note stays. */
export async function noteStandings(db: Db, now: Date, lapse: Lapse): Promise<void> {
  const at = now.getTime();
  const {
    'no-answer': no_answer,
    'not-checked': not_checked,
    ...others
  } = await countClients(db, { now, staleBefore: new Date(at - STALE_AFTER_MS) }, lapse);
  const row = { hour: Math.floor(at / HOUR_MS), at, no_answer, not_checked, ...others };
  await db
    .insertInto('standings')
    .values(row)
    .onConflict((conflict) => conflict.column('hour').doUpdateSet(row))
    .execute();
}

/**
 * How many clients stood how in a time, oldest first. Where there are many notes, those with the most violations are
 * read, and the newest. Before the first note, and when all that is noted is too old, nothing is known.
 */
export async function readStandings(db: Db, since: Date, until: Date): Promise<StandingsPoint[]> {
  const [from, to] = [since.getTime(), until.getTime()];
  const width = Math.max(1, Math.ceil((to - from + 1) / MOST_NOTES));
  const { rows } = await sql<Tables['standings']>`
    select standings.* from standings join (
      select hour,
        row_number() over (
          partition by cast((at - ${from}) / ${width} as integer) order by violation desc, at desc
        ) as nth
      from standings where at between ${from} and ${to}
    ) as ranked using (hour)
    where nth = 1 or at = (select max(at) from standings where at <= ${to})
  `.execute(db);
  const known = rows.map(({ at, violation, no_answer, inconclusive, not_checked, compliant }) => ({
    at,
    counts: { violation, 'no-answer': no_answer, inconclusive, 'not-checked': not_checked, compliant },
  }));
  const unknown = (await listGaps(db, from, to)).map((at) => ({ at, counts: null }));
  return [...known, ...unknown]
    .sort((a, b) => a.at - b.at)
    .map(({ at, counts }) => ({ at: new Date(at).toISOString(), counts }));
}

/** Since when in a time nothing is known, each time that this happens. */
async function listGaps(db: Db, from: number, to: number): Promise<number[]> {
  const { rows } = await sql<{ since: number | null }>`
    select since from (
      select at, lag(at) over (order by at) + ${STALE_AFTER_MS} as since
      from (select at from standings where at <= ${to} union all select ${to + 1}) as noted
    ) as pairs
    where at > ${from} and coalesce(since, ${from}) < at and coalesce(since, ${from}) < ${to}
  `.execute(db);
  return rows.map(({ since }) => Math.max(since ?? from, from));
}
