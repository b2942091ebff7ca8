import { createHash, type Hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { StoreConnection } from './connection.js';
import { StoreError } from './store-error.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;
type Table = keyof Tables;
type Row = Readonly<Record<string, unknown>>;

/** What identifies the rows of each table, in an order in which every row comes after those that it refers to. */
const KEYS = {
  clients: ['id'],
  slots: ['id'],
  // Rows of one slot may be equal.
  open_issues: ['slot_id'],
  roster: ['client_id'],
  sweeps: ['id'],
  work: ['sweep_id', 'position'],
  left_out: ['sweep_id', 'client_id'],
  reports: ['id'],
  authorizations: ['id'],
  results: ['id'],
  changes: ['id'],
  waivers: ['id'],
  messages: ['id'],
  answers: ['id'],
  site_reports: ['id'],
  invited_checks: ['id'],
  standings: ['hour'],
  runs: ['key'],
  chains: ['client_id'],
  pruned_links: ['client_id', 'last'],
  chain_register: ['number'],
  shared_links: ['id'],
  made_codes: ['invite'],
  schedulers: ['token'],
  handed_reports: ['client_id', 'until', 'how'],
} as const satisfies Readonly<Record<Table, readonly string[]>>;

/** Tables that give no id again, whatever was deleted. */
const GIVE_NO_ID_AGAIN: readonly Table[] = [
  ...(['sweeps', 'changes', 'waivers', 'messages', 'answers', 'site_reports', 'invited_checks'] as const),
  'shared_links',
];

const TABLES = Object.keys(KEYS) as Table[];

/** Rows that are held in memory at once; few of tables with bodies, which may be large. */
const PAGE = 200;
const PAGE_OF_BODIES = 16;
const WITH_BODIES: readonly Table[] = ['reports', 'site_reports', 'invited_checks'];

/** What a table holds: how many rows, and SHA-256 over all of them in their order. */
export interface TableDigest {
  readonly table: string;
  readonly rows: number;
  readonly digest: string;
}

/** What was copied. */
export interface CopyResult {
  readonly tables: readonly TableDigest[];
  readonly rows: number;
  /** SHA-256 over the digests of all tables. */
  readonly digest: string;
}

/**
 * Copies all rows of a store as it is at this moment into another that has none, reads them again there, and compares
 * each table with what was read here. All is one transaction there: a copy that is not equal, or not whole, is none.
 * @param note called after each page, with how many rows are written, and the table of the last
 * @throws StoreError if the other store is not empty, or what it has is not equal
 */
export async function copyStore(
  from: StoreConnection,
  to: StoreConnection,
  note: (rows: number, table: string) => void,
): Promise<CopyResult> {
  if (from.path === to.path) throw new StoreError(`${from.path} cannot be copied into itself`);
  return from.snapshot(async (source) =>
    to.fill(await listDays(source), async (target) => {
      await assertEmpty(to, target);
      const tables: TableDigest[] = [];
      let before = 0;
      for (const table of TABLES) {
        const copied = await copyTable(source, target, table, (rows) => note(before + rows, table));
        tables.push(copied);
        before += copied.rows;
      }
      const ids = await from.readLastIds(source, GIVE_NO_ID_AGAIN);
      await to.setLastIds(target, ids);
      for (const copied of tables) await assertEqual(target, copied);
      if (!isSame(ids, await to.readLastIds(target, GIVE_NO_ID_AGAIN)))
        throw new StoreError('the copy would give ids another time');
      const digest = createHash('sha256');
      for (const one of tables) digest.update(`${one.table} ${one.digest}\n`);
      return { tables, rows: before, digest: digest.digest('hex') };
    }),
  );
}

/** The days that the source has results or changes of, by their numbers since 1970. */
async function listDays(source: Db): Promise<number[]> {
  const { rows } = await sql<{ day: number }>`
    select distinct at / 86400000 as day from results union select distinct at / 86400000 from changes
  `.execute(source);
  return rows.map(({ day }) => day);
}

async function assertEmpty({ path }: StoreConnection, db: Db): Promise<void> {
  for (const table of TABLES) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length > 0) throw new StoreError(`${path} holds a history already: name a store that is empty, or new`);
  }
}

async function copyTable(source: Db, target: Db, table: Table, note: (rows: number) => void): Promise<TableDigest> {
  const sum = createHash('sha256');
  let count = 0;
  for await (const rows of readPages(source, table)) {
    digestRows(sum, rows);
    await target.insertInto(table).values(rows).execute();
    count += rows.length;
    note(count);
  }
  return { table, rows: count, digest: sum.digest('hex') };
}

async function assertEqual(db: Db, { table, rows: count, digest }: TableDigest): Promise<void> {
  const sum = createHash('sha256');
  let found = 0;
  for await (const rows of readPages(db, table as Table)) {
    digestRows(sum, rows);
    found += rows.length;
  }
  if (found !== count || sum.digest('hex') !== digest)
    throw new StoreError(`the copy of ${table} is not equal (${found} of ${count} rows): nothing was copied`);
}

/** Rows are read by name, since databases may have columns in another order. */
function digestRows(sum: Hash, rows: readonly Row[]): void {
  for (const row of rows) sum.update(`${renderRow(row)}\n`);
}

function renderRow(row: Row): string {
  const names = Object.keys(row).sort();
  return JSON.stringify(
    names.map((name) => {
      const value = row[name];
      return [name, value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value];
    }),
  );
}

/** All rows of a table in the order of its key; those with the same key together, in an order of their own. */
async function* readPages(db: Db, table: Table): AsyncGenerator<Row[]> {
  const key = KEYS[table].map((column) => sql.ref(column));
  const [size, isUnique] = [WITH_BODIES.includes(table) ? PAGE_OF_BODIES : PAGE, table !== 'open_issues'];
  let after = sql`true`;
  for (;;) {
    const upTo = isUnique
      ? sql`true`
      : sql`slot_id <= (
          select max(slot_id) from (select slot_id from open_issues where ${after} order by slot_id limit ${size}) as page
        )`;
    const { rows } = await sql<Row>`
      select * from ${sql.table(table)} where ${after} and ${upTo}
      order by ${sql.join(key)} ${isUnique ? sql`limit ${size}` : sql``}
    `.execute(db);
    const last = rows.at(-1);
    if (!last) return;
    yield isUnique ? rows : rows.sort((a, b) => compareRows(a, b));
    after = sql`(${sql.join(key)}) > (${sql.join(KEYS[table].map((column) => last[column]))})`;
  }
}

/** By slot, then by all that they hold. */
function compareRows(a: Row, b: Row): number {
  return Number(a['slot_id']) - Number(b['slot_id']) || (renderRow(a) < renderRow(b) ? -1 : 1);
}

function isSame(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([table, id]) => b.get(table) === id);
}
