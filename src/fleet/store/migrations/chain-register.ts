import type { Kysely } from 'kysely';
import { noteBegun } from '../chain-register.js';
import type { Tables } from '../tables.js';
import type { Migration } from './migration.js';

/** Of which clients something has to be there, so that it is noticed where all of one is removed. */
export const chainRegister: Migration = {
  version: 21,
  sql: `
    create table chain_register (
      number integer primary key,
      kind text not null,
      -- SHA-256 of the id of the client, in hexadecimal.
      name text not null,
      -- The id, as long as the client is known by it.
      client_id text,
      at integer not null,
      chain blob not null
    ) strict;
    create index chain_register_by_client on chain_register (client_id);
  `,
  async convert(tables) {
    const db = tables as unknown as Kysely<Tables>;
    const now = Date.now();
    for (const { client_id: key } of await db.selectFrom('chains').select('client_id').orderBy('client_id').execute())
      await noteBegun(db, key, now);
  },
};
