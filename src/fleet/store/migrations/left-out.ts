import type { Migration } from './migration.js';

/** Who an unfinished sweep has left out, so that whoever continues it knows. */
export const leftOut: Migration = {
  version: 4,
  sql: `
    -- Clients that an unfinished sweep does not look at.
    create table left_out (
      sweep_id integer not null references sweeps (id),
      client_id text not null,
      name text not null,
      why text not null check (why in ('paused', 'unauthorised', 'failed')),
      reason text not null,
      unique (sweep_id, client_id)
    ) strict;
  `,
};
