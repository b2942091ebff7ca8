import type { Migration } from './migration.js';
import { verdict, summary } from './slot-summaries.js';

/** Moves a table into one that is partitioned by month; postgres/months.ts tells how, and has the functions. */
const partition = (table: string) => `
  alter sequence ${table}_id_seq rename to ${table}_before_id_seq;
  alter table ${table} rename to ${table}_before;
  create table ${table} (like ${table}_before including defaults including identity) partition by range (at);
  create table ${table}_rest partition of ${table} default;
  create index on ${table}_rest (at);
`;
const fill = (table: string) => `
  insert into ${table} select * from ${table}_before;
  select setval('${table}_id_seq', last_value, is_called) from ${table}_before_id_seq;
  drop table ${table}_before;
  alter table ${table} add primary key (id, at);
  analyze ${table};
`;

/** A slot's newest look is one of its own month, mostly: the others need not be asked. */
const NOTE_RESULT = `
  if tg_op = 'INSERT' then
    update slots set looked_at = greatest(looked_at, new.at) where id = new.slot_id and new.final = 0;
    update slots set
      looked_at = greatest(looked_at, new.at),
      (checked_at, problem, profile) = (select ${summary.look('new')}),
      seen_at = case when new.verdict = ${verdict('state_rank')} then new.at else seen_at end
    where id = new.slot_id and new.final = 1;
    return null;
  end if;
  update slots set looked_at = ${summary.lookedAt('new.slot_id')} where id = new.slot_id;
  update slots set
    (checked_at, problem, profile) = (select ${summary.look('new')}),
    seen_at = case when new.verdict = ${verdict('state_rank')} then new.at else seen_at end
  where id = new.slot_id and new.final = 1;
  return null;
`;

/** The verdict of a state is that of the newest look, mostly: the same. */
const NOTE_STATE = `
  update slots set
    seen_at = coalesce(
      (
        select case when verdict = ${verdict('new.state_rank')} then at end
        from results where slot_id = new.id and at = new.checked_at and final = 1 order by link desc limit 1
      ),
      ${summary.seenAt('new.id', 'new.state_rank')}
    ),
    no_answer = ${summary.noAnswer('new.state', 'new.state_rank')}
  where id = new.id;
  delete from open_issues where slot_id = new.id;
  insert into open_issues (slot_id, rule, endpoint, service)
    select new.id, ${summary.issue} from json_each(new.state, '$.issues') as issue where ${summary.isOpen};
`;

/**
 * On a server, results and changes are kept by month, so that old ones go as whole tables. A file stays as it is: it
 * has no partitions.
 */
export const keptByMonth: Migration = {
  version: 22,
  sql: {
    sqlite: '',
    postgres: `
      ${partition('results')}
      ${partition('changes')}
      create unique index on results_rest (sweep_id, slot_id);
      select make_months(array(
        select distinct at / 86400000 from results_before union select distinct at / 86400000 from changes_before
      ));
      ${fill('results')}
      ${fill('changes')}
      alter table results
        add foreign key (sweep_id) references sweeps (id),
        add foreign key (slot_id) references slots (id),
        add foreign key (report_id) references reports (id),
        add foreign key (authorization_id) references authorizations (id);
      create index results_by_slot on results (slot_id, at);
      create index results_by_report on results (report_id);
      alter table changes
        add foreign key (slot_id) references slots (id),
        add foreign key (sweep_id) references sweeps (id);
      create index changes_by_slot on changes (slot_id, at);
      create index changes_by_sweep on changes (sweep_id);
      create index changes_by_time on changes (at);

      create or replace function note_result() returns trigger language plpgsql as $$ begin ${NOTE_RESULT} end $$;
      create or replace function note_state() returns trigger language plpgsql as $$ begin
        ${NOTE_STATE} return null;
      end $$;
      create trigger result_added after insert on results for each row execute function note_result();
      create trigger result_replaced after update of at, final, verdict on results
        for each row execute function note_result();
      create trigger result_deleted after delete on results for each row execute function note_deleted();
      create trigger result_chained after insert on results
        for each row when (new.link is not null) execute function note_end();
      create trigger result_chained_later after update of link on results
        for each row when (new.link is not null) execute function note_end();

      -- Rises where something is written in a month that is being pruned; see postgres/prune-months.ts.
      create sequence month_writes;
      create function note_month_write() returns trigger language plpgsql as $$ begin
        perform nextval('month_writes'); return null;
      end $$;
    `,
  },
};
