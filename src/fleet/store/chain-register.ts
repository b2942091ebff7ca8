import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ChainHead, RegisterHead } from '../../model/signature.js';
import { CHAIN_START, chainEntry, type Link, putChain, readChain, REGISTER, toHex } from './chain.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/*
 * The register of all clients whose records are chained: an entry where a chain begins, and where sallyport ends it as
 * it forgets or renames the client. The entries are a chain of their own, so that the records of a client cannot be
 * removed with the end of their chain, as if they had never been. An ended client is in it as a hash of its id alone.
 */

/** What an entry of the register says. */
interface RegisterEntry {
  readonly kind: 'begun' | 'ended';
  /** SHA-256 of the id, in hexadecimal. */
  readonly name: string;
  /** ms since 1970. */
  readonly at: number;
}

/** Notes that the chain of a client begins. */
export async function noteBegun(db: Db, key: string, at: number): Promise<void> {
  await addEntry(db, { kind: 'begun', name: nameOf(key), at }, key);
}

/** Notes that sallyport ended the chain of a client, if it has one: nothing of it has to be there from here on. */
export async function noteEnded(db: Db, key: string, at: number): Promise<void> {
  const open = await db.selectFrom('chain_register').where('client_id', '=', key).select('number').executeTakeFirst();
  if (!open) return;
  await db.updateTable('chain_register').set({ client_id: null }).where('client_id', '=', key).execute();
  await addEntry(db, { kind: 'ended', name: nameOf(key), at }, null);
}

async function addEntry(db: Db, entry: RegisterEntry, client_id: string | null): Promise<void> {
  const end = follow(await readChain(db, REGISTER), entry);
  await db
    .insertInto('chain_register')
    .values({ ...entry, client_id, number: end.link, chain: end.chain })
    .execute();
  await putChain(db, REGISTER, end);
}

function follow(before: Link, { kind, name, at }: RegisterEntry): Link {
  return chainEntry(before, ['register', kind, name, at]);
}

function nameOf(key: string): string {
  return hash('sha256', key);
}

/** Where the chain of a client stands, and the register, to be signed; null if nothing of the client was ever chained. */
export async function readSignedHead(db: Db, client: string): Promise<ChainHead | null> {
  const [own, register] = [await readChain(db, client), await readChain(db, REGISTER)];
  if (own.link === 0) return null;
  const head = { client, length: own.link, head: toHex(own.chain) };
  return { ...head, ...(register.link > 0 && { register: { length: register.link, head: toHex(register.chain) } }) };
}

/** What became of an end of the register that was signed. */
export async function findRegisterHead(
  db: Db,
  { length, head }: RegisterHead,
): Promise<'contained' | 'other' | 'missing'> {
  const row = await db.selectFrom('chain_register').where('number', '=', length).select('chain').executeTakeFirst();
  if (!row) return 'missing';
  return toHex(row.chain) === head ? 'contained' : 'other';
}

/** How many clients were forgotten or renamed, and when one last was, ISO 8601, UTC; null if none was. */
export async function readEnded(db: Db): Promise<{ readonly clients: number; readonly last: string | null }> {
  const { rows } = await sql<{ clients: number; last: number | null }>`
    select count(*) as clients, max(at) as last from chain_register where kind = 'ended'
  `.execute(db);
  const { clients, last } = rows[0]!;
  return { clients, last: last === null ? null : new Date(last).toISOString() };
}

/**
 * Whether the register is as it was made, and there is something of each client that it has, and of no other: a line for
 * each problem.
 */
export async function checkRegister(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('chain_register').orderBy('number').selectAll().execute();
  const problems: string[] = [];
  const open = new Map<string, string | null>();
  let before: Link = CHAIN_START;
  for (const { number, kind, name, client_id: id, at, chain } of rows) {
    const isNext = number === before.link + 1;
    const fits = isNext && Buffer.compare(follow(before, { kind, name, at }).chain, chain) === 0;
    if (!fits || (id !== null && nameOf(id) !== name))
      problems.push(`the register of clients: entry ${number} was altered, or the one before it is missing`);
    if (kind === 'begun') open.set(name, id);
    else open.delete(name);
    before = { link: number, chain };
  }
  const end = await readChain(db, REGISTER);
  if (end.link !== before.link || Buffer.compare(end.chain, before.chain) !== 0)
    problems.push('the register of clients does not end as it was noted');
  const chained = new Map((await listChained(db)).map((key) => [nameOf(key), key]));
  for (const [name, id] of open)
    if (!chained.has(name)) problems.push(`${tellKey(id)}: all of its records were removed, and the end of its chain`);
  for (const [name, key] of chained)
    if (!open.has(name)) problems.push(`${tellKey(key)}: is not in the register of clients`);
  return problems;
}

/** The keys of all of whose chain there is something. */
async function listChained(db: Db): Promise<string[]> {
  const { rows } = await sql<{ client_id: string }>`
    select client_id from chains where client_id <> ${REGISTER}
    union select client_id from slots
      where exists (select 1 from results where slot_id = slots.id and link is not null)
    union select coalesce(client_id, '') from site_reports where link is not null
    union select client_id from invited_checks
    union select client_id from pruned_links
  `.execute(db);
  return rows.map(({ client_id: key }) => key);
}

/** Of whom a chain is, for people; null: its id is not known any more. */
export function tellKey(key: string | null): string {
  if (key === null) return 'a client';
  return key === '' ? 'site reports without a client' : `client ${key}`;
}
