import { createHash, hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/*
 * The records of each client are chained: its final results, its site reports and the checks that someone at the site
 * began, in the order in which they were stored. Each has a number, from 1, and a hash over the hash before it and what it holds. So a record that is altered,
 * removed or moved no longer fits, unless all that follows is made anew.
 */

/** Where a chain stands. */
export interface Link {
  /** The number of the record; 0 before the first. */
  readonly link: number;
  /** SHA-256; empty before the first. */
  readonly chain: Uint8Array;
}

/** Before the first record of a client. */
export const CHAIN_START: Link = { link: 0, chain: new Uint8Array() };

/** What no client can be called: where the end of the register (chain-register.ts) is noted among those of chains. */
export const REGISTER = '*';

/** What is chained of a result: all that its row holds, and the SHA-256 of the body that it shares with others. */
export interface ChainedResult {
  readonly sweep_id: number;
  readonly slot: string;
  readonly at: number;
  readonly verdict: string;
  readonly address: string | null;
  readonly target: string | null;
  readonly authorization: string | null;
  readonly duration_ms: number;
  readonly srtt_ms: number | null;
  readonly sum: Uint8Array;
}

/** What is chained of a site report. */
export interface ChainedSiteReport {
  readonly kind: string;
  readonly at: number;
  /** SHA-256 of its body. */
  readonly sum: Uint8Array;
}

/** What is chained of a check that someone at the site began. */
export interface ChainedInvitedCheck {
  readonly invite: string;
  readonly at: number;
  /** SHA-256 of its body. */
  readonly sum: Uint8Array;
}

/** SHA-256 of a body. */
export function sumBody(body: Uint8Array): Buffer {
  return hash('sha256', body, 'buffer');
}

/** Chains a result to what is before it. */
export function chainResult(before: Link, row: ChainedResult): Link {
  const { sweep_id, slot, at, verdict, address, target, authorization, duration_ms, srtt_ms, sum } = row;
  const look = [sweep_id, slot, at, verdict, address, target, authorization, duration_ms, srtt_ms];
  return chainEntry(before, ['result', ...look, toHex(sum)]);
}

/** Chains a site report to what is before it. */
export function chainSiteReport(before: Link, { kind, at, sum }: ChainedSiteReport): Link {
  return chainEntry(before, ['site', kind, at, toHex(sum)]);
}

/** Chains a check that someone at the site began to what is before it. */
export function chainInvitedCheck(before: Link, { invite, at, sum }: ChainedInvitedCheck): Link {
  return chainEntry(before, ['invited', invite, at, toHex(sum)]);
}

/** Chains what was said of something. The hash is over the one before, in hexadecimal, and JSON: read in one way alone. */
export function chainEntry(before: Link, content: readonly (string | number | null)[]): Link {
  const link = before.link + 1;
  return { link, chain: hash('sha256', toHex(before.chain) + JSON.stringify([link, ...content]), 'buffer') };
}

/** The client of a chain as its key: site reports that name no client have a chain of their own. */
export function chainKey(clientId: string | null): string {
  return clientId ?? '';
}

/** Where the chain of a client stands. */
export async function readChain(db: Db, clientId: string | null): Promise<Link> {
  const row = await db
    .selectFrom('chains')
    .where('client_id', '=', chainKey(clientId))
    .select(['length as link', 'head as chain'])
    .executeTakeFirst();
  return row ?? CHAIN_START;
}

/** Notes where the chain of a client stands now. */
export async function putChain(db: Db, clientId: string | null, { link: length, chain: head }: Link): Promise<void> {
  await db
    .insertInto('chains')
    .values({ client_id: chainKey(clientId), length, head })
    .onConflict((conflict) => conflict.column('client_id').doUpdateSet({ length, head }))
    .execute();
}

/** What all chains come to: how many there are, how many records they have, and one hash over their heads. */
export async function readAllChains(db: Db): Promise<{ clients: number; records: number; head: string }> {
  const rows = await db.selectFrom('chains').selectAll().orderBy('client_id').execute();
  const hash = createHash('sha256');
  for (const { client_id, length, head } of rows) hash.update(`${JSON.stringify([client_id, length, toHex(head)])}\n`);
  const own = rows.filter((row) => row.client_id !== REGISTER);
  const records = own.reduce((sum, { length }) => sum + length, 0);
  return { clients: own.length, records, head: hash.digest('hex') };
}

/** Bytes in hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
