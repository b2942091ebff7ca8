import { type Kysely, sql } from 'kysely';
import type { ClientCard } from '../../../model/client.js';
import { toCardColumns } from '../client-card.js';
import type { Tables } from '../tables.js';
import type { Migration } from './migration.js';

type Db = Kysely<Tables>;

/** Rows that are held in memory at once. */
const PAGE = 500;

/** What clients are searched, sorted and chosen by, beside their cards. */
export const searchableCards: Migration = {
  version: 11,
  sql: `
    alter table clients add column group_name text;
    -- Name, id and group in lines, in small letters.
    alter table clients add column search text not null default '';
    create index clients_by_group on clients (group_name);
    alter table roster add column group_name text;
    alter table roster add column search text not null default '';
    create index roster_by_group on roster (group_name);
  `,
  async convert(tables) {
    const db = tables as unknown as Db;
    await fillTable(db, 'clients', 'id');
    await fillTable(db, 'roster', 'client_id');
  },
};

async function fillTable(db: Db, table: 'clients' | 'roster', key: 'id' | 'client_id'): Promise<void> {
  for (let last = ''; ;) {
    const { rows } = await sql<{ id: string; card: string }>`
      select ${sql.ref(key)} as id, card from ${sql.table(table)} where ${sql.ref(key)} > ${last}
      order by ${sql.ref(key)} limit ${PAGE}
    `.execute(db);
    if (rows.length === 0) return;
    const filled = rows.map(({ id, card }) => {
      const { group_name, search } = toCardColumns(JSON.parse(card) as ClientCard);
      return [id, group_name, search];
    });
    await sql`
      update ${sql.table(table)} set group_name = given.value ->> 1, search = given.value ->> 2
      from json_each(${JSON.stringify(filled)}) as given where ${sql.table(table)}.${sql.ref(key)} = given.value ->> 0
    `.execute(db);
    last = rows.at(-1)!.id;
  }
}
