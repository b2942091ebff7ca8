import { type Kysely, sql } from 'kysely';
import type { ChainHead, RegisterHead } from '../../model/signature.js';
import {
  CHAIN_START,
  chainInvitedCheck,
  chainKey,
  type ChainedResult,
  chainResult,
  chainSiteReport,
  type Link,
  readChain,
  REGISTER,
  sumBody,
  toHex,
} from './chain.js';
import { checkRegister, findRegisterHead, tellKey } from './chain-register.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** More problems of one client are only counted. */
const MOST_OF_CLIENT = 20;
/** Pairs of records that do not fit are many where all do not. */
const MOST_COMPARED = 50;
const PAGE = 64;

/** What became of a chain that was signed once: `pruned`, its record was deleted since and cannot be compared. */
export type HeadState = 'contained' | 'pruned' | 'other' | 'missing';

/** A record, or a run of records that prune deleted. */
interface Entry {
  /** The numbers of the first and the last. */
  readonly first: number;
  readonly link: number;
  /** The hash of the last, as it is stored. */
  readonly chain: Uint8Array;
  /** What the record comes to after another; null for a run. */
  readonly follow: ((before: Link) => Link) | null;
  /** For people: which record it is. */
  readonly name: string;
}

/** Whether the chains of all clients are as they were made: a line for each problem. */
export async function checkChains(db: Db): Promise<string[]> {
  const { rows } = await sql<{ client_id: string }>`
    select client_id from chains union select client_id from slots union select coalesce(client_id, '') from site_reports
    union select client_id from pruned_links union select client_id from invited_checks
  `.execute(db);
  const keys = rows.map((row) => row.client_id).filter((key) => key !== REGISTER);
  const problems = [...(await checkSums(db)), ...(await checkRegister(db))];
  for (const key of keys) {
    const found = await checkChain(db, key);
    const shown =
      found.length > MOST_OF_CLIENT
        ? [...found.slice(0, MOST_OF_CLIENT), `${found.length - MOST_OF_CLIENT} more`]
        : found;
    problems.push(...shown.map((problem) => `${tellKey(key)}: ${problem}`));
  }
  return problems;
}

/** Whether each report that results share is what was stored. */
async function checkSums(db: Db): Promise<string[]> {
  const problems: string[] = [];
  for (let last = 0; ;) {
    const page = db
      .selectFrom('reports')
      .select(['id', 'body', 'sum'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE);
    const rows = await page.execute();
    if (rows.length === 0) return problems;
    for (const { id, body, sum } of rows) {
      last = id;
      if (!sumBody(body).equals(sum)) problems.push(await describeAltered(db, id));
    }
  }
}

async function describeAltered(db: Db, reportId: number): Promise<string> {
  const looks = await db
    .selectFrom('results')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .where('report_id', '=', reportId)
    .orderBy('results.at', 'desc')
    .orderBy('results.id', 'desc')
    .select(['slots.client_id', 'slots.slot', 'results.at'])
    .execute();
  const [newest] = looks;
  if (!newest) return `report ${reportId}, which no check refers to, was altered`;
  const others = looks.length === 1 ? '' : `, and so what ${looks.length - 1} more saw, which was the same`;
  return `client ${newest.client_id}: what the check of ${nameTime(newest.at)} (${newest.slot}) saw was altered${others}`;
}

async function checkChain(db: Db, key: string): Promise<string[]> {
  const { entries, unchained, hidden } = await readEntries(db, key);
  const problems = [
    ...unchained.map((name) => `${name} is not in the chain: it was put in, or taken out of it`),
    ...hidden.map((name) => `${name} is in the chain, but was marked as one that does not count`),
  ];
  const strays: { readonly entry: Entry; readonly before: Link }[] = [];
  let before: Link = CHAIN_START;
  for (const entry of entries) {
    const missing = entry.first - before.link - 1;
    if (missing > 0) problems.push(`${describeMissing(missing)} before ${entry.name}`);
    if (missing < 0) problems.push(`${entry.name} has the number of another record`);
    // What is missing before it is no longer known, so it cannot be compared.
    if (entry.follow && missing === 0 && !isSame(entry.follow(before).chain, entry.chain))
      strays.push({ entry, before });
    before = entry;
  }
  const compared = strays.slice(0, MOST_COMPARED);
  for (const { entry } of strays) {
    const place = compared.find((other) => other.entry !== entry && fits(entry, other));
    problems.push(place ? `${entry.name} is in the place of ${place.entry.name}` : `${entry.name} was altered`);
  }
  const end = await readChain(db, key === '' ? null : key);
  if (end.link > before.link) problems.push(`${describeMissing(end.link - before.link)} at the end`);
  if (end.link < before.link)
    problems.push(`the end of the chain is noted as record ${end.link}, and there are ${before.link}`);
  if (end.link === before.link && !isSame(end.chain, before.chain))
    problems.push('the end of the chain is not the one that was noted');
  return problems;
}

/** Whether a record is the one that was stored in another's place. */
function fits({ follow }: Entry, { entry, before }: { readonly entry: Entry; readonly before: Link }): boolean {
  return follow !== null && isSame(follow(before).chain, entry.chain);
}

function describeMissing(count: number): string {
  return count === 1 ? 'a record is missing' : `${count} records are missing`;
}

/** All of a client's chain in its order, what should be in it and is not, and what is in it and is not shown. */
async function readEntries(
  db: Db,
  key: string,
): Promise<{ entries: Entry[]; unchained: readonly string[]; hidden: readonly string[] }> {
  const runs = await db.selectFrom('pruned_links').where('client_id', '=', key).selectAll().execute();
  const entries: Entry[] = runs.map(({ first, last, head }) => ({
    ...{ first, link: last, chain: head, follow: null },
    name: `what was pruned up to record ${last}`,
  }));
  const unchained: string[] = [];
  const hidden: string[] = [];
  const add = (
    row: { link: number | null; chain: Uint8Array | null },
    name: string,
    follow: NonNullable<Entry['follow']>,
  ) => {
    const { link, chain } = row;
    if (link === null || chain === null) unchained.push(name);
    else entries.push({ first: link, link, chain, follow, name });
  };
  for (const row of await readResults(db, key)) {
    const name = `the check of ${nameTime(row.at)} (${row.slot})`;
    if (row.link !== null && row.final !== 1) hidden.push(name);
    if (row.final === 1 || row.link !== null) add(row, name, (before) => chainResult(before, row));
  }
  for (const row of await readSites(db, key)) {
    add(row, `the site report of ${nameTime(row.at)}`, (before) => chainSiteReport(before, row));
  }
  for (const row of await readInvited(db, key)) {
    add(row, `the check from the site of ${nameTime(row.at)}`, (before) => chainInvitedCheck(before, row));
  }
  return { entries: entries.sort((a, b) => a.link - b.link), unchained, hidden };
}

/** A result with its place in the chain. */
interface ResultInChain extends ChainedResult {
  readonly id: number;
  readonly final: number;
  readonly link: number | null;
  readonly chain: Uint8Array | null;
}

/** All results of a client with what is chained of them, by their times. */
export function readResults(db: Db, clientId: string): Promise<ResultInChain[]> {
  return db
    .selectFrom('slots')
    .innerJoin('results', 'results.slot_id', 'slots.id')
    .innerJoin('reports', 'reports.id', 'results.report_id')
    .leftJoin('authorizations', 'authorizations.id', 'results.authorization_id')
    .where('slots.client_id', '=', clientId)
    .select(['results.id', 'results.sweep_id', 'slots.slot', 'results.at', 'results.verdict', 'results.address'])
    .select(['results.target', 'authorizations.text as authorization', 'results.duration_ms', 'results.srtt_ms'])
    .select(['reports.sum', 'results.final', 'results.link', 'results.chain'])
    .orderBy('results.at')
    .orderBy('results.id')
    .execute();
}

async function readSites(db: Db, key: string) {
  const rows = await db
    .selectFrom('site_reports')
    .where('client_id', key === '' ? 'is' : '=', key === '' ? null : key)
    .select(['id', 'kind', 'at', 'body', 'link', 'chain'])
    .execute();
  return rows.map(({ body, ...row }) => ({ ...row, sum: sumBody(body) }));
}

async function readInvited(db: Db, key: string) {
  const rows = await db
    .selectFrom('invited_checks')
    .where('client_id', '=', key)
    .select(['invite', 'at', 'body', 'link', 'chain'])
    .execute();
  return rows.map(({ body, ...row }) => ({ ...row, sum: sumBody(body) }));
}

/** What became of the end of a client's chain that was signed, or of that of the register. */
export async function findHead(db: Db, signed: ChainHead | RegisterHead): Promise<HeadState> {
  if (!('client' in signed)) return findRegisterHead(db, signed);
  const { client, length, head } = signed;
  const { entries } = await readEntries(db, chainKey(client));
  const entry = entries.find(({ first, link }) => first <= length && length <= link);
  if (!entry) return 'missing';
  if (entry.link !== length) return 'pruned';
  return toHex(entry.chain) === head ? 'contained' : 'other';
}

function nameTime(at: number): string {
  return new Date(at).toISOString();
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
