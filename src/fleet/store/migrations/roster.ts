import type { Migration } from './migration.js';

/** The clients of inventories, whether a sweep has looked at them or not. */
export const roster: Migration = {
  version: 8,
  sql: `
    -- Each client of an inventory, as the newest sweep of it read it.
    create table roster (
      client_id text primary key,
      inventory text not null,
      -- ClientCard as JSON.
      card text not null,
      -- As the inventory has them, with a space between.
      addresses text not null,
      -- The slots that single addresses and names have to have: an array as JSON.
      slots text not null,
      paused integer not null,
      authorized integer not null,
      -- Last day of the authorisation, in the time zone; null if it has no end.
      until text,
      time_zone text not null
    ) strict, without rowid;
  `,
};
