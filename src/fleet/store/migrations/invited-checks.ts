import type { Migration } from './migration.js';

/** Checks that someone at the site of a client began, with the code of an invite. */
export const invitedChecks: Migration = {
  version: 10,
  sql: `
    create table invited_checks (
      id integer primary key autoincrement,
      client_id text not null,
      -- The id of the invite.
      invite text not null unique,
      at integer not null,
      body blob not null,
      link integer not null,
      chain blob not null
    ) strict;
    create index invited_checks_by_client on invited_checks (client_id, at);
  `,
};
