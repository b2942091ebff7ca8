import { type Kysely, sql } from 'kysely';
import { REGISTER } from './chain.js';
import type { DatabaseKind, StoreConnection } from './connection.js';
import { decodeInvitedCheck } from './invited-checks.js';
import { parseBody } from './report-body.js';
import { decodeSiteReport } from './site-reports.js';
import { checkStates } from './states.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** What is in a store. */
export interface StoreInfo {
  readonly kind: DatabaseKind;
  readonly path: string;
  readonly bytes: number;
  /** Of the database's structure. */
  readonly version: number;
  /** Rows, by table. */
  readonly counts: Readonly<Record<(typeof COUNTED)[number], number>>;
  /** Times of the oldest and the newest result, ISO 8601, UTC; null if there is none. */
  readonly oldest: string | null;
  readonly newest: string | null;
  /** How many clients have chained records, how many records, and one hash over the ends of all chains. */
  readonly chains: { readonly clients: number; readonly records: number; readonly head: string };
  /** How many clients were forgotten or renamed, and when one last was, ISO 8601, UTC; null if none was. */
  readonly ended: { readonly clients: number; readonly last: string | null };
}

/** How much is in a store. */
export interface StoreSize extends Pick<StoreInfo, 'path' | 'bytes' | 'oldest' | 'newest'> {
  readonly results: number;
  readonly chains: Pick<StoreInfo['chains'], 'clients' | 'records'>;
}

const COUNTED = [
  ...(['clients', 'slots', 'sweeps', 'work', 'results', 'reports', 'changes', 'waivers', 'messages'] as const),
  ...(['answers', 'site_reports', 'invited_checks'] as const),
] as const;

/** Bodies that are held in memory at once. */
const PAGE = 64;

/** Looks for damage: of the database, of references, of summaries, and of each stored report. Returns a line for each problem. */
export async function check(connection: StoreConnection): Promise<string[]> {
  const { tables: db } = connection;
  const damage = await connection.findDamage();
  // In a damaged file nothing else can be looked for.
  if (damage.length > 0) return damage;
  const problems = await connection.findStrays();
  problems.push(...(await checkStates(db)));
  problems.push(...(await checkBodies(db, 'reports', 'report', (body) => parseBody(body, ''))));
  problems.push(...(await checkBodies(db, 'site_reports', 'site report', decodeSiteReport)));
  problems.push(...(await checkBodies(db, 'invited_checks', 'check from a site', decodeInvitedCheck)));
  return problems;
}

/** Reads each body of a table, a page at a time: a line for each that cannot be read. */
async function checkBodies(
  db: Db,
  table: 'reports' | 'site_reports' | 'invited_checks',
  name: string,
  read: (body: Uint8Array) => unknown,
): Promise<string[]> {
  const problems: string[] = [];
  for (let last = 0; ;) {
    const rows = await db
      .selectFrom(table)
      .select(['id', 'body'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return problems;
    for (const { id, body } of rows) {
      last = id;
      try {
        read(body);
      } catch (error) {
        problems.push(`${name} ${id}: ${(error as Error).message}`);
      }
    }
  }
}

/** Counts what is in the store. */
export async function readCounts(db: Db): Promise<Pick<StoreInfo, 'counts' | 'oldest' | 'newest'>> {
  const counts = Object.fromEntries(COUNTED.map((table) => [table, 0])) as Record<(typeof COUNTED)[number], number>;
  for (const table of COUNTED) {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirst();
    counts[table] = Number(row?.count ?? 0);
  }
  const range = await db
    .selectFrom('results')
    .select(({ fn }) => [fn.min('at').as('oldest'), fn.max('at').as('newest')])
    .executeTakeFirst();
  return { counts, oldest: tellTime(range?.oldest), newest: tellTime(range?.newest) };
}

/** Measures the store without reading each of its rows: all that is asked for is in indexes. */
export async function readSize(db: Db): Promise<Omit<StoreSize, 'path' | 'bytes'>> {
  const { rows } = await sql<Record<'results' | 'oldest' | 'newest' | 'clients' | 'records', number | null>>`
    select results, oldest, newest, clients, records from
      (select count(*) as results, min(at) as oldest, max(at) as newest from results) as looks,
      (select count(*) as clients, sum(length) as records from chains where client_id <> ${REGISTER}) as ends
  `.execute(db);
  const { results, oldest, newest, clients, records } = rows[0]!;
  const chains = { clients: clients ?? 0, records: records ?? 0 };
  return { results: results ?? 0, oldest: tellTime(oldest), newest: tellTime(newest), chains };
}

const tellTime = (at: number | null | undefined) => (at == null ? null : new Date(at).toISOString());
