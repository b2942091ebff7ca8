import { type Kysely, sql } from 'kysely';
import { countUnswept } from './roster.js';
import { lastRun, noteRun } from './sweeps.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** A time, and the groups of the clients that count; all clients without them. */
export interface CoverageWanted {
  readonly since: Date;
  readonly until: Date;
  readonly groups?: readonly string[] | undefined;
}

/** What can be told of the changes of a time: the listed slots, by what the store has of them. */
export interface Coverage {
  /** With a check that came to a verdict. */
  readonly checked: number;
  /** With checks of which none came to a verdict. */
  readonly undetermined: number;
  /** Without a check, those that no sweep has ever looked at among them. */
  readonly unchecked: number;
  /** Changes before this were deleted; null if none were. */
  readonly deletedBefore: Date | null;
}

/** Among when schedules ran, before when changes were deleted. */
const DELETED = 'changes deleted before';

/**
 * Counts the listed slots by what the store has of them in a time, and as without a check what inventories have besides:
 * where nothing was checked, nothing is known.
 */
export async function countCoverage(db: Db, { since, until, groups }: CoverageWanted): Promise<Coverage> {
  const [from, to] = [since.getTime(), until.getTime()];
  const looks = sql`select 1 from results where slot_id = slots.id and final = 1 and at between ${from} and ${to}`;
  const { rows } = await sql<{ seen: keyof Coverage; slots: number }>`
    select
      case
        when exists (${looks} and verdict <> 'inconclusive') then 'checked'
        when exists (${looks}) then 'undetermined'
        else 'unchecked'
      end as seen,
      count(*) as slots
    from slots
    where (state is not null or retired_at is null)
      and ${groups ? sql`client_id in (select id from clients where group_name in (${sql.join(groups)}))` : sql`true`}
    group by seen
  `.execute(db);
  const counts = new Map(rows.map(({ seen, slots }) => [seen, slots]));
  const [checked, undetermined, unchecked] = (['checked', 'undetermined', 'unchecked'] as const).map(
    (seen) => counts.get(seen) ?? 0,
  ) as [number, number, number];
  const unswept = await countUnswept(db, groups);
  return { checked, undetermined, unchecked: unchecked + unswept, deletedBefore: await lastRun(db, DELETED) };
}

/** Notes that all changes before a time were deleted. */
export async function noteDeleted(db: Db, before: Date): Promise<void> {
  const known = await lastRun(db, DELETED);
  if (known === null || known < before) await noteRun(db, DELETED, before);
}
