import type { Migration } from './migration.js';

/** Codes for a check from the site that were made on a client's page, and what became of them. */
export const madeCodes: Migration = {
  version: 15,
  sql: `
    create table made_codes (
      -- The id of the invite. The code stands nowhere.
      invite text primary key,
      client_id text not null,
      "by" text not null,
      state text not null,
      created_at integer not null,
      expires_at integer not null,
      -- When the vantage server was last asked for the state; null before that.
      asked_at integer
    ) strict, without rowid;
    create index made_codes_by_client on made_codes (client_id, created_at);
  `,
};
