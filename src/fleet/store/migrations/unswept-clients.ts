import { sql } from 'kysely';
import type { Migration } from './migration.js';

const listed = (row: string) => `(${row}.state is not null or ${row}.looked_at > coalesce(${row}.retired_at, 0))`;

const lists = (slot: string) => `exists (
  select 1 from slots where slots.client_id = roster.client_id ${slot} and ${listed('slots')}
)`;

/** Whether a row of roster has addresses of which nothing is listed. Most have one, which is listed, and end at that. */
export const isUnswept = `case
  when roster.slots = '["' || roster.addresses || '"]' and ${lists('and slot = roster.addresses')} then 0
  when exists (select 1 from json_each(roster.slots) as wanted where not ${lists('and slot = wanted.value')}) then 1
  when roster.slots = '[]' and not ${lists('')} then 1
  else 0
end`;

const note = (clients: string) => `update roster set unswept = ${isUnswept} where client_id in (${clients});`;

/**
 * Only what is listed now and was not, or the other way round, changes what lacks. A slot that is new is not listed yet, and
 * one goes with its client alone.
 */
const TRIGGERS = {
  sqlite: `
    create trigger slot_listed after update of state, looked_at, retired_at on slots
      when ${listed('old')} is distinct from ${listed('new')} begin ${note('new.client_id')} end;
    create trigger slot_moved after update of client_id, slot on slots begin
      ${note('old.client_id, new.client_id')}
    end;
    create trigger roster_added after insert on roster begin ${note('new.client_id')} end;
    create trigger roster_changed after update of client_id, addresses, slots on roster begin
      ${note('new.client_id')}
    end;
  `,
  postgres: `
    create function note_slot() returns trigger language plpgsql as $$ begin ${note('new.client_id')} return null; end $$;
    create function note_slot_moved() returns trigger language plpgsql as $$ begin
      ${note('old.client_id, new.client_id')} return null;
    end $$;
    create trigger slot_listed after update of state, looked_at, retired_at on slots
      for each row when (${listed('old')} is distinct from ${listed('new')}) execute function note_slot();
    create trigger slot_moved after update of client_id, slot on slots
      for each row execute function note_slot_moved();
    create trigger roster_added after insert on roster for each row execute function note_slot();
    create trigger roster_changed after update of client_id, addresses, slots on roster
      for each row execute function note_slot();
  `,
};

/** Which clients of inventories have addresses of which nothing is listed: to look for them takes a third of a list. */
export const unsweptClients: Migration = {
  version: 23,
  sql: `
    alter table roster add column unswept integer not null default 1;
    create index unswept_clients on roster (client_id) where unswept = 1;
  `,
  async convert(db) {
    await sql`update roster set unswept = ${sql.raw(isUnswept)}`.execute(db);
  },
  finish: TRIGGERS,
};
