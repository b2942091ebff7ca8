import type { Migration } from './migration.js';

/** How many clients stood how over time. What was before the first note is not known. */
export const standings: Migration = {
  version: 13,
  sql: `
    -- One note of an hour, the newest. Clients are counted by the worst of their addresses.
    create table standings (
      -- Hours since 1970.
      hour integer primary key,
      at integer not null,
      violation integer not null,
      no_answer integer not null,
      inconclusive integer not null,
      not_checked integer not null,
      compliant integer not null
    ) strict;
  `,
};
