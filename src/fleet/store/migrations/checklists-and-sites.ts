import type { Migration } from './migration.js';

/** Answers to checklists, and what was seen of sites from inside. */
export const checklistsAndSites: Migration = {
  version: 2,
  sql: `
    -- Every answer that was given; the last of an item counts.
    create table answers (
      id integer primary key autoincrement,
      client_id text not null,
      checklist text not null,
      item text not null,
      answer text not null,
      "by" text not null,
      role text not null,
      note text not null,
      at integer not null,
      expires_at integer not null
    ) strict;
    create index answers_by_client on answers (client_id, checklist);

    create table site_reports (
      id integer primary key autoincrement,
      client_id text,
      kind text not null,
      at integer not null,
      body blob not null
    ) strict;
    create index site_reports_by_client on site_reports (client_id, at);
  `,
};
