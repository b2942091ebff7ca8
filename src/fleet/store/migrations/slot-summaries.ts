import { type Kysely, sql } from 'kysely';
import { parseBody } from '../report-body.js';
import type { Tables } from '../tables.js';
import type { Migration } from './migration.js';

type Db = Kysely<Tables>;

/** Rows that are held in memory at once. */
const PAGE = 500;

/** The verdict of a slot's state, by its rank. */
export const verdict = (rank: string) =>
  `case when ${rank} >= 20 then 'compliant' when ${rank} >= 10 then 'inconclusive' when ${rank} >= 0 then 'violation' end`;

/**
 * What lists need of a slot: each is worked out from its results and its state, and from nothing else. The newest is the
 * one that was stored last, since its time may be wrong.
 */
export const summary = {
  lookedAt: (slot: string) => `(select max(at) from results where slot_id = ${slot})`,
  look: (row: string) => `
    ${row}.at, case when ${row}.address is null then ${row}.target ->> '$.problem' end,
    (select profile from reports where reports.id = ${row}.report_id)
  `,
  newest: (slot: string) => `(
    select ${summary.look('results')} from results where slot_id = ${slot} and final = 1 order by link desc limit 1
  )`,
  seenAt: (slot: string, rank: string) => `(
    select at from results where slot_id = ${slot} and final = 1 and verdict = ${verdict(rank)} order by link desc limit 1
  )`,
  noAnswer: (state: string, rank: string) =>
    `case when ${rank} between 10 and 19 then coalesce(cast(${state} ->> '$.noAnswer' as bigint), 0) else 0 end`,
  /** An issue of a state, as json_each gives it. */
  issue: `issue.value ->> '$.rule', issue.value ->> '$.endpoint', issue.value ->> '$.data.service.id'`,
  isOpen: `cast(issue.value ->> '$.waived' as bigint) = 0`,
};

/**
 * Keeps the summaries right wherever results and states are written, in the same transaction. Statements of their own
 * would cost each result more time.
 */
const noteResult = `
  update slots set looked_at = ${summary.lookedAt('new.slot_id')} where id = new.slot_id and new.final = 0;
  update slots set
    looked_at = ${summary.lookedAt('new.slot_id')},
    (checked_at, problem, profile) = (select ${summary.look('new')}),
    seen_at = case when new.verdict = ${verdict('state_rank')} then new.at else seen_at end
  where id = new.slot_id and new.final = 1;
`;
/** Results that are deleted are mostly old, and then nothing has to be worked out. */
const noteDeleted = `
  update slots set
    looked_at = ${summary.lookedAt('slots.id')},
    (checked_at, problem, profile) = ${summary.newest('slots.id')},
    seen_at = ${summary.seenAt('slots.id', 'state_rank')}
  where id = old.slot_id and old.at in (looked_at, checked_at, seen_at);
`;
const noteState = `
  update slots set
    seen_at = ${summary.seenAt('new.id', 'new.state_rank')},
    no_answer = ${summary.noAnswer('new.state', 'new.state_rank')}
  where id = new.id;
  delete from open_issues where slot_id = new.id;
  insert into open_issues (slot_id, rule, endpoint, service)
    select new.id, ${summary.issue} from json_each(new.state, '$.issues') as issue where ${summary.isOpen};
`;

const TRIGGERS = {
  sqlite: `
    create trigger result_added after insert on results begin ${noteResult} end;
    create trigger result_replaced after update of at, final, verdict on results begin ${noteResult} end;
    create trigger result_deleted after delete on results begin ${noteDeleted} end;
    create trigger state_written after update of state, state_rank on slots begin ${noteState} end;
  `,
  postgres: `
    create function note_result() returns trigger language plpgsql as $$ begin ${noteResult} return null; end $$;
    create trigger result_added after insert on results for each row execute function note_result();
    create trigger result_replaced after update of at, final, verdict on results
      for each row execute function note_result();
    create function note_deleted() returns trigger language plpgsql as $$ begin ${noteDeleted} return null; end $$;
    create trigger result_deleted after delete on results for each row execute function note_deleted();
    create function note_state() returns trigger language plpgsql as $$ begin ${noteState} return null; end $$;
    create trigger state_written after update of state, state_rank on slots
      for each row execute function note_state();
  `,
};

/** What lists and pages need of each slot, so that they need not read states and results. */
export const slotSummaries: Migration = {
  version: 9,
  sql: `
    -- Name of the profile in the body.
    alter table reports add column profile text;

    -- When the newest look was, final or not.
    alter table slots add column looked_at integer;
    -- Of the final look that was stored last: when it was, why it sent nothing, and the name of its profile.
    alter table slots add column checked_at integer;
    alter table slots add column problem text;
    alter table slots add column profile text;
    -- When the final look was that came last to the verdict of the state.
    alter table slots add column seen_at integer;
    -- The state has no verdict since nothing answered.
    alter table slots add column no_answer integer not null default 0;

    -- The violations in the states of slots that no one accepted.
    create table open_issues (
      slot_id integer not null references slots (id) on delete cascade,
      rule text not null,
      endpoint text,
      service text
    ) strict;
    create index open_issues_by_slot on open_issues (slot_id);
  `,
  async convert(tables) {
    const db = tables as unknown as Db;
    await nameProfiles(db);
    await sql`
      update slots set
        looked_at = ${sql.raw(summary.lookedAt('slots.id'))},
        (checked_at, problem, profile) = ${sql.raw(summary.newest('slots.id'))},
        seen_at = ${sql.raw(summary.seenAt('slots.id', 'state_rank'))},
        no_answer = ${sql.raw(summary.noAnswer('state', 'state_rank'))}
    `.execute(db);
    await sql`
      insert into open_issues (slot_id, rule, endpoint, service)
        select slots.id, ${sql.raw(summary.issue)} from slots, json_each(state, '$.issues') as issue
        where ${sql.raw(summary.isOpen)}
    `.execute(db);
  },
  finish: TRIGGERS,
};

/** A body that is damaged has no name of a profile, and does not keep the store from being opened. */
async function nameProfiles(db: Db): Promise<void> {
  for (let last = 0; ;) {
    const page = db.selectFrom('reports').select(['id', 'body']).where('id', '>', last).orderBy('id').limit(PAGE);
    const rows = await page.execute();
    if (rows.length === 0) return;
    const named = rows.map(({ id, body }) => [id, readProfile(body)]);
    await sql`
      update reports set profile = given.value ->> 1 from json_each(${JSON.stringify(named)}) as given
      where reports.id = given.value ->> 0
    `.execute(db);
    last = rows.at(-1)!.id;
  }
}

function readProfile(body: Uint8Array): string | null {
  try {
    return parseBody(body, '').profile.name;
  } catch {
    return null;
  }
}
