import type { Migration } from './migration.js';

/** The tables of the first release; tables.ts tells what is in the columns. */
export const firstTables: Migration = {
  version: 1,
  sql: `
    create table clients (
      id text primary key,
      card text not null
    ) strict, without rowid;

    create table slots (
      id integer primary key,
      client_id text not null references clients (id),
      slot text not null,
      state text,
      state_rank integer,
      state_result_id integer,
      state_at integer,
      unique (client_id, slot)
    ) strict;
    create index slots_worst on slots (state_rank, client_id, slot) where state is not null;

    create table sweeps (
      id integer primary key autoincrement,
      inventory text not null,
      filter text not null,
      host text not null,
      pid integer not null,
      state text not null check (state in ('running', 'finished', 'interrupted')),
      started_at integer not null,
      finished_at integer,
      beat_at integer not null,
      clients integer not null
    ) strict;

    -- Clients that an unfinished sweep has still to look at.
    create table work (
      sweep_id integer not null references sweeps (id),
      position integer not null,
      client_id text not null,
      client text not null,
      unique (sweep_id, position),
      unique (sweep_id, client_id)
    ) strict;

    -- What was seen, once for all looks that saw the same.
    create table reports (
      id integer primary key,
      digest blob not null unique,
      body blob not null
    ) strict;

    create table authorizations (
      id integer primary key,
      text text not null unique
    ) strict;

    -- One look at one slot.
    create table results (
      id integer primary key,
      sweep_id integer not null references sweeps (id),
      slot_id integer not null references slots (id),
      report_id integer not null references reports (id),
      at integer not null,
      final integer not null,
      verdict text not null,
      address text,
      target text,
      authorization_id integer references authorizations (id),
      duration_ms real not null,
      srtt_ms real,
      unique (sweep_id, slot_id)
    ) strict;
    create index results_by_slot on results (slot_id, at);
    create index results_by_report on results (report_id);

    create table changes (
      id integer primary key autoincrement,
      slot_id integer not null references slots (id),
      sweep_id integer not null references sweeps (id),
      at integer not null,
      kind text not null,
      key text not null,
      severity text not null,
      rule text,
      endpoint text,
      title text not null,
      before text,
      after text,
      alerted integer not null
    ) strict;
    create index changes_by_slot on changes (slot_id, at);
    create index changes_by_sweep on changes (sweep_id);

    create table waivers (
      id integer primary key autoincrement,
      client_id text not null,
      rule text not null,
      endpoint text,
      "by" text not null,
      reason text not null,
      until text not null,
      severity text,
      identity text,
      granted_at integer not null
    ) strict;
    create index waivers_by_client on waivers (client_id);

    -- The outbox of alerts.
    create table messages (
      id integer primary key autoincrement,
      key text not null unique,
      channel text not null,
      sweep_id integer,
      events text not null,
      state text not null check (state in ('held', 'joined', 'waiting', 'sent', 'failed')),
      attempts integer not null,
      created_at integer not null,
      due_at integer not null,
      sent_at integer,
      error text
    ) strict;
    create index messages_to_send on messages (state, due_at);

    -- When each schedule ran last.
    create table runs (
      key text primary key,
      at integer not null
    ) strict, without rowid;
  `,
};
