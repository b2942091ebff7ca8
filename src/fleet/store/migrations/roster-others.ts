import type { Migration } from './migration.js';

/** What tells that the inventory of a client does not have an address any more that was looked at. */
export const rosterOthers: Migration = {
  version: 20,
  sql: `
    -- Names that slots of the client may have besides: the addresses of its networks, and texts as they are written. An
    -- array as JSON; null until an inventory that has the client is read again.
    alter table roster add column others text;
  `,
};
