import type { Migration } from './migration.js';

/** When a slot was retired, so that it is not taken for one of which no look has counted. */
export const retiredSlots: Migration = {
  version: 6,
  sql: `
    alter table slots add column retired_at integer;
  `,
};
