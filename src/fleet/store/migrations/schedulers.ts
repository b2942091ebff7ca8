import type { Migration } from './migration.js';

/** The processes that run schedules on the store, and which ones. */
export const schedulers: Migration = {
  version: 17,
  sql: `
    create table schedulers (
      -- Drawn at random by the process: ids of processes are the same in all containers.
      token text primary key,
      -- Absolute path.
      inventory text not null,
      -- Which of its clients, as JSON.
      chosen text not null,
      host text not null,
      pid integer not null,
      beat_at integer not null
    ) strict, without rowid;
  `,
};
