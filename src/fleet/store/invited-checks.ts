import { deflateSync, inflateSync } from 'node:zlib';
import type { Kysely } from 'kysely';
import { bareReport, REPORT_SCHEMA, type ReportData } from '../../model/report.js';
import { chainInvitedCheck, putChain, readChain, sumBody } from './chain.js';
import { noteBegun } from './chain-register.js';
import { StoreError } from './store-error.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** First byte of a body: how the rest is written. */
const FORMAT = 1;
/** More than any report has; so a damaged body cannot fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A check that someone at the site began: what it saw is of the address that they came from, whosever that is. */
export interface InvitedCheck {
  /** The id of the invite. */
  readonly invite: string;
  readonly report: ReportData;
}

/** Stores such a check, chained to the client's records; that of an invite once. The client need not be known. */
export async function addInvitedCheck(db: Db, client: string, { invite, report }: InvitedCheck): Promise<void> {
  const known = await db.selectFrom('invited_checks').where('invite', '=', invite).select('id').executeTakeFirst();
  if (known) return;
  const body = Buffer.concat([Buffer.of(FORMAT), deflateSync(JSON.stringify(bareReport(report)))]);
  const at = Date.parse(report.startedAt);
  const end = chainInvitedCheck(await readChain(db, client), { invite, at, sum: sumBody(body) });
  await db
    .insertInto('invited_checks')
    .values({ client_id: client, invite, at, body, ...end })
    .execute();
  await putChain(db, client, end);
  if (end.link === 1) await noteBegun(db, client, Date.now());
}

/** The newest of them of a client, newest first. */
export async function listInvitedChecks(db: Db, client: string, limit: number): Promise<InvitedCheck[]> {
  const rows = await db
    .selectFrom('invited_checks')
    .where('client_id', '=', client)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .select(['invite', 'body'])
    .execute();
  return rows.map(({ invite, body }) => ({ invite, report: decodeInvitedCheck(body) }));
}

/** Reads a body. A StoreError if it is damaged, or of a format of the future. */
export function decodeInvitedCheck(body: Uint8Array): ReportData {
  if (body[0] !== FORMAT) throw new StoreError(`a check from a site is stored in the unknown format ${body[0]}`);
  try {
    const json = inflateSync(body.subarray(1), { maxOutputLength: MAX_BYTES }).toString();
    const report = JSON.parse(json) as ReportData;
    if (report.schema === REPORT_SCHEMA) return report;
  } catch (error) {
    throw new StoreError('a stored check from a site is damaged', { cause: error });
  }
  throw new StoreError('a stored check from a site has an unknown schema');
}
