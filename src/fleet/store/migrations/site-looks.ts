import type { Migration } from './migration.js';

/** Looks that someone at the site of a client began: each is a small sweep of its own. */
export const siteLooks: Migration = {
  version: 19,
  sql: `
    -- The id of the invite; null: a sweep of clients of an inventory.
    alter table sweeps add column invite text;
    create unique index sweeps_by_invite on sweeps (invite) where invite is not null;
    -- It brought changes of which no one was alerted so far: whoever stored it may not know how.
    alter table sweeps add column untold integer not null default 0;
    create index sweeps_untold on sweeps (id) where untold = 1;
  `,
};
