import { deflateSync, inflateSync } from 'node:zlib';
import type { Kysely } from 'kysely';
import { bareSiteReport, SITE_SCHEMA, type SiteReportData } from '../../model/site.js';
import { chainKey, chainSiteReport, putChain, readChain, sumBody } from './chain.js';
import { noteBegun } from './chain-register.js';
import { renewRecheck } from './old-recheck.js';
import { StoreError } from './store-error.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** First byte of a body: how the rest is written. */
const FORMAT = 2;
/** More than any report has; so a damaged body cannot fill the memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A site report as the store has it. */
export interface StoredSiteReport {
  readonly id: number;
  /** When it began, ISO 8601, UTC. */
  readonly at: string;
  readonly report: SiteReportData;
}

/** Stores a site report, chained to the client's records, and returns its id; the client need not be known. */
export async function addSiteReport(db: Db, report: SiteReportData): Promise<number> {
  const { client, kind, startedAt } = report;
  const body = encodeSiteReport(report);
  const row = { kind, at: Date.parse(startedAt) };
  const end = chainSiteReport(await readChain(db, client), { ...row, sum: sumBody(body) });
  const { id } = await db
    .insertInto('site_reports')
    .values({ client_id: client, ...row, body, ...end })
    .returning('id')
    .executeTakeFirstOrThrow();
  await putChain(db, client, end);
  if (end.link === 1) await noteBegun(db, chainKey(client), Date.now());
  return id;
}

/** Writes a body, without words: a byte for the format, then JSON, compressed. */
export function encodeSiteReport(report: SiteReportData): Buffer {
  return Buffer.concat([Buffer.of(FORMAT), deflateSync(JSON.stringify(bareSiteReport(report)))]);
}

/** The newest reports of a client, or of those that name none (null), newest first: all, or those until a time. */
export async function listSiteReports(
  db: Db,
  client: string | null,
  limit: number,
  until: Date | null,
): Promise<StoredSiteReport[]> {
  const rows = await db
    .selectFrom('site_reports')
    .where('client_id', client === null ? 'is' : '=', client)
    .$if(until !== null, (query) => query.where('at', '<=', until!.getTime()))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .select(['id', 'at', 'body'])
    .execute();
  return rows.map(({ id, at, body }) => ({ id, at: new Date(at).toISOString(), report: decodeSiteReport(body) }));
}

/** Reads a body. A StoreError if it is damaged, or of a format of the future. */
export function decodeSiteReport(body: Uint8Array): SiteReportData {
  if (body[0] !== FORMAT) throw new StoreError(`a site report is stored in the unknown format ${body[0]}`);
  try {
    const json = inflateSync(body.subarray(1), { maxOutputLength: MAX_BYTES }).toString();
    const report = JSON.parse(renewRecheck(json)) as SiteReportData;
    if (report.schema === SITE_SCHEMA) return report;
  } catch (error) {
    throw new StoreError('a stored site report is damaged', { cause: error });
  }
  throw new StoreError('a stored site report has an unknown schema');
}
