import { type Kysely, sql } from 'kysely';
import { chainResult, CHAIN_START, chainSiteReport, type Link, putChain, sumBody } from '../chain.js';
import { readResults } from '../chain-check.js';
import type { Tables } from '../tables.js';
import type { Migration } from './migration.js';

type Db = Kysely<Tables>;

/** Rows that are held in memory at once. */
const PAGE = 500;

/**
 * A result that is chained moves the end of its client's chain: a statement of its own would cost each result a tenth
 * more time.
 */
const NOTE_END = `
  insert into chains select client_id, new.link, new.chain from slots where id = new.slot_id
  on conflict (client_id) do update set length = excluded.length, head = excluded.head;
`;
const FINISH = {
  sqlite: `
    create trigger result_chained after insert on results when new.link is not null begin ${NOTE_END} end;
    create trigger result_chained_later after update of link on results when new.link is not null begin ${NOTE_END} end;
  `,
  postgres: `
    create function note_end() returns trigger language plpgsql as $$ begin ${NOTE_END} return null; end $$;
    create trigger result_chained after insert on results
      for each row when (new.link is not null) execute function note_end();
    create trigger result_chained_later after update of link on results
      for each row when (new.link is not null) execute function note_end();
  `,
};

/**
 * Chains the records of each client by hash: those that are there as they are now, in the order of their times, results
 * before site reports. A later migration that changes what is chained has to chain it again.
 */
export const chainedRecords: Migration = {
  version: 7,
  sql: `
    -- SHA-256 of the body.
    alter table reports add column sum blob not null default x'';
    -- The number of a final result in the chain of its client, and its hash.
    alter table results add column link integer;
    alter table results add column chain blob;
    alter table site_reports add column link integer;
    alter table site_reports add column chain blob;

    -- Where the chain of each client stands; that of site reports without a client has an empty id.
    create table chains (
      client_id text primary key,
      length integer not null,
      head blob not null
    ) strict, without rowid;

    -- Records that prune deleted: runs of them, with the hash of the last.
    create table pruned_links (
      client_id text not null,
      first integer not null,
      last integer not null,
      head blob not null,
      primary key (client_id, last)
    ) strict, without rowid;
  `,
  async convert(tables) {
    const db = tables as unknown as Db;
    await sumReports(db);
    const { rows } = await sql<{ client_id: string }>`
      select client_id from slots union select coalesce(client_id, '') from site_reports
    `.execute(db);
    for (const { client_id: clientId } of rows) await chainClient(db, clientId);
  },
  finish: FINISH,
};

async function sumReports(db: Db): Promise<void> {
  for (let last = 0; ;) {
    const page = db.selectFrom('reports').select(['id', 'body']).where('id', '>', last).orderBy('id').limit(PAGE);
    const rows = await page.execute();
    if (rows.length === 0) return;
    for (const { id, body } of rows) {
      await db
        .updateTable('reports')
        .set({ sum: sumBody(body) })
        .where('id', '=', id)
        .execute();
      last = id;
    }
  }
}

async function chainClient(db: Db, clientId: string): Promise<void> {
  const results = (await readResults(db, clientId)).filter(({ final }) => final === 1);
  let end: Link = CHAIN_START;
  const chained = results.map((row) => ({ id: row.id, ...(end = chainResult(end, row)) }));
  await putLinks(db, 'results', chained);
  const sites = await db
    .selectFrom('site_reports')
    .where('client_id', clientId === '' ? 'is' : '=', clientId === '' ? null : clientId)
    .select(['id', 'kind', 'at', 'body'])
    .orderBy('at')
    .orderBy('id')
    .execute();
  const chainedSites = sites.map(({ id, body, ...row }) => {
    end = chainSiteReport(end, { ...row, sum: sumBody(body) });
    return { id, ...end };
  });
  await putLinks(db, 'site_reports', chainedSites);
  if (end.link > 0) await putChain(db, clientId, end);
}

/** Many rows with one statement, which is what most of the time would go into. */
async function putLinks(
  db: Db,
  table: 'results' | 'site_reports',
  links: readonly (Link & { readonly id: number })[],
): Promise<void> {
  for (let first = 0; first < links.length; first += PAGE) {
    const page = links
      .slice(first, first + PAGE)
      .map(({ id, link, chain }) => [id, link, Buffer.from(chain).toString('hex')]);
    await sql`
      update ${sql.table(table)} set link = given.value ->> 1, chain = unhex(given.value ->> 2)
      from json_each(${JSON.stringify(page)}) as given
      where ${sql.table(table)}.id = given.value ->> 0
    `.execute(db);
  }
}
