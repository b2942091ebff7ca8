import type { Migration } from './migration.js';

/** How many results of a sweep do not count, so that whoever continues it knows. */
export const heldResults: Migration = {
  version: 5,
  sql: `
    -- Final results that do not count, since many clients fell silent at once.
    alter table sweeps add column held integer not null default 0;
  `,
};
