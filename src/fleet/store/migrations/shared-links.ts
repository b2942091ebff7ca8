import type { Migration } from './migration.js';

/** Links by which anyone who has one reads the report of one client, until a day. */
export const sharedLinks: Migration = {
  version: 12,
  sql: `
    create table shared_links (
      id integer primary key autoincrement,
      client_id text not null,
      -- SHA-256 of the secret in the link, which stands nowhere.
      hash blob not null unique,
      -- Who made it, and for whom.
      "by" text not null,
      note text not null,
      created_at integer not null,
      expires_at integer not null
    ) strict;
    create index shared_links_by_client on shared_links (client_id);
  `,
};
