import type { Migration } from './migration.js';

/** Reports of clients that were handed over: the next one lists what changed since. */
export const handedReports: Migration = {
  version: 18,
  sql: `
    create table handed_reports (
      client_id text not null,
      -- Later checks are not in it.
      until integer not null,
      how text not null,
      at integer not null,
      primary key (client_id, until, how)
    ) strict, without rowid;
  `,
};
