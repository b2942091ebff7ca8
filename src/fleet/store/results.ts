import { sql, type Kysely } from 'kysely';
import type { ClientCard, StoredReport, HistoryEntry } from '../../model/client.js';
import type { ReportData } from '../../model/report.js';
import { CHAIN_START, chainResult, type Link, readChain, sumBody } from './chain.js';
import { noteBegun } from './chain-register.js';
import { type CardColumns, toCardColumns } from './client-card.js';
import { decodeBody, decodeTarget, encodeBody, encodeTarget } from './report-body.js';
import { digestReport } from './report-digest.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;
type ResultRow = Tables['results'];

/** A look at a slot of a client, to be stored. */
export interface NewResult {
  readonly sweepId: number;
  readonly client: ClientCard;
  readonly slot: string;
  readonly report: ReportData;
  /** Whether the sweep is done with the slot; one that is not may be replaced. */
  readonly final: boolean;
}

/** Reports that are held in memory at once. */
const PAGE = 32;

/** Stores a result and returns its id; null if the sweep has a final one of that slot already. A final one is chained. */
export async function addResult(db: Db, result: NewResult): Promise<number | null> {
  const { sweepId, client, slot, report, final } = result;
  const digest = digestReport(report);
  const known = await findKnown(db, result, digest);
  if (known?.final === 1) return null;
  const columns = toCardColumns(client);
  if (known?.card !== columns.card) await putCard(db, client.id, columns);
  const { id: reportId, sum } = await findReport(db, known, digest, report);
  const seen = {
    sweep_id: sweepId,
    at: Date.parse(report.startedAt),
    verdict: report.verdict,
    address: report.target.address,
    target: encodeTarget(report.target),
    duration_ms: report.durationMs,
    srtt_ms: report.liveness.srttMs,
  };
  const { authorization } = report;
  const end = final ? chainResult(await findEnd(db, known, client.id), { ...seen, slot, authorization, sum }) : null;
  if (end?.link === 1) await noteBegun(db, client.id, Date.now());
  const look = {
    ...seen,
    report_id: reportId,
    final: Number(final),
    authorization_id: known?.authorization_id ?? (await addAuthorization(db, authorization)),
    ...(end ?? { link: null, chain: null }),
  };
  if (known?.id != null) {
    await db.updateTable('results').set(look).where('id', '=', known.id).execute();
    return known.id;
  }
  return insertResult(db, known?.slot_id ?? (await addSlot(db, client.id, slot)), look);
}

/** As text, for the same reason as {@link findKnown}. */
async function insertResult(
  db: Db,
  slotId: number,
  look: Omit<ResultRow, 'id' | 'slot_id' | 'unseen'>,
): Promise<number> {
  const { sweep_id, report_id, at, final, verdict, address, target, authorization_id, link, chain, ...times } = look;
  const { rows } = await sql<{ id: number }>`
    insert into results (sweep_id, slot_id, report_id, at, final, verdict, address, target, authorization_id,
      duration_ms, srtt_ms, link, chain)
    values (${sweep_id}, ${slotId}, ${report_id}, ${at}, ${final}, ${verdict}, ${address}, ${target},
      ${authorization_id}, ${times.duration_ms}, ${times.srtt_ms}, ${link}, ${chain})
    returning id
  `.execute(db);
  return rows[0]!.id;
}

/** What the store has of a result's parts. */
interface Known {
  readonly card: string;
  readonly slot_id: number | null;
  readonly id: number | null;
  readonly final: number | null;
  readonly report_id: number | null;
  readonly sum: Uint8Array | null;
  readonly authorization_id: number | null;
  readonly length: number | null;
  readonly head: Uint8Array | null;
}

/**
 * All that the store has of a result's parts, in one query: an unchanged client needs no other. As text, since to build
 * it would take longer than to run it.
 */
async function findKnown(
  db: Db,
  { sweepId, client, slot, report }: NewResult,
  digest: Buffer,
): Promise<Known | undefined> {
  const { rows } = await sql<Known>`
    select clients.card, slots.id as slot_id, results.id, results.final, reports.id as report_id, reports.sum,
      authorizations.id as authorization_id, chains.length, chains.head
    from clients
      left join chains on chains.client_id = clients.id
      left join slots on slots.client_id = clients.id and slots.slot = ${slot}
      left join results on results.slot_id = slots.id and results.sweep_id = ${sweepId}
      left join reports on reports.digest = ${digest}
      left join authorizations on authorizations.text = ${report.authorization}
    where clients.id = ${client.id}
  `.execute(db);
  return rows[0];
}

/** A client that is new to the store may have site reports that are chained. */
function findEnd(db: Db, known: Known | undefined, clientId: string): Link | Promise<Link> {
  if (!known) return readChain(db, clientId);
  return known.length === null || known.head === null ? CHAIN_START : { link: known.length, chain: known.head };
}

function findReport(
  db: Db,
  known: Known | undefined,
  digest: Buffer,
  report: ReportData,
): SharedReport | Promise<SharedReport> {
  return known?.report_id != null && known.sum !== null
    ? { id: known.report_id, sum: known.sum }
    : addReport(db, digest, report);
}

/** What results share. */
interface SharedReport {
  readonly id: number;
  readonly sum: Uint8Array;
}

async function putCard(db: Db, id: string, columns: CardColumns): Promise<void> {
  await db
    .insertInto('clients')
    .values({ id, ...columns })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(columns))
    .execute();
}

async function addSlot(db: Db, clientId: string, slot: string): Promise<number> {
  const row = { client_id: clientId, slot, state: null, state_rank: null, state_result_id: null, state_at: null };
  return (await db.insertInto('slots').values(row).returning('id').executeTakeFirstOrThrow()).id;
}

async function addReport(db: Db, digest: Buffer, report: ReportData): Promise<SharedReport> {
  // A client that is new to the store may have a report that is not.
  const known = await db.selectFrom('reports').select(['id', 'sum']).where('digest', '=', digest).executeTakeFirst();
  if (known) return known;
  const body = encodeBody(report);
  const sum = sumBody(body);
  const row = { digest, body, sum, profile: report.profile.name };
  const { id } = await db.insertInto('reports').values(row).returning('id').executeTakeFirstOrThrow();
  return { id, sum };
}

async function addAuthorization(db: Db, text: string | null): Promise<number | null> {
  if (text === null) return null;
  const known = await db.selectFrom('authorizations').select('id').where('text', '=', text).executeTakeFirst();
  if (known) return known.id;
  return (await db.insertInto('authorizations').values({ text }).returning('id').executeTakeFirstOrThrow()).id;
}

/** The slots of a client that a sweep has looked at. */
export async function listDoneSlots(db: Db, sweepId: number, clientId: string) {
  const rows = await db
    .selectFrom('slots')
    .innerJoin('results', 'results.slot_id', 'slots.id')
    .where('slots.client_id', '=', clientId)
    .where('results.sweep_id', '=', sweepId)
    .select(['slots.slot', 'results.final'])
    .orderBy('slots.slot')
    .execute();
  return rows.map(({ slot, final }) => ({ slot, final: final === 1 }));
}

/** The looks of a sweep at a client that another look has to confirm. */
export async function readOpenLooks(db: Db, sweepId: number, clientId: string): Promise<StoredReport[]> {
  const rows = await selectReports(db)
    .where('slots.client_id', '=', clientId)
    .where('results.sweep_id', '=', sweepId)
    .where('results.final', '=', 0)
    .execute();
  return rows.map(toStoredReport);
}

function selectReports(db: Db) {
  return db
    .selectFrom('results')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .innerJoin('reports', 'reports.id', 'results.report_id')
    .innerJoin('sweeps', 'sweeps.id', 'results.sweep_id')
    .leftJoin('authorizations', 'authorizations.id', 'results.authorization_id')
    .select(['results.id', 'results.sweep_id', 'sweeps.invite', 'results.at', 'results.address', 'results.target'])
    .select(['results.duration_ms', 'results.srtt_ms', 'results.final', 'results.verdict'])
    .select(['slots.client_id', 'slots.slot', 'reports.body', 'authorizations.text as authorization']);
}

type ReportRow = Awaited<ReturnType<ReturnType<typeof selectReports>['execute']>>[number];

function toStoredReport(row: ReportRow): StoredReport {
  const at = new Date(row.at).toISOString();
  const report = decodeBody(row.body, {
    target: decodeTarget(row.address, row.target),
    authorization: row.authorization,
    startedAt: at,
    durationMs: row.duration_ms,
    srttMs: row.srtt_ms,
  });
  const { client_id: clientId, id: resultId, sweep_id: sweepId, slot, invite } = row;
  return { clientId, slot, resultId, sweepId, invite, at, report };
}

/** All reports of a sweep, by client and slot, a page at a time: those that were there at the beginning. */
export async function* readSweepReports(db: Db, sweepId: number): AsyncIterable<StoredReport> {
  const all = await db
    .selectFrom('results')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .where('results.sweep_id', '=', sweepId)
    .orderBy('slots.client_id')
    .orderBy('slots.slot')
    .select('results.id')
    .execute();
  const ids = all.map(({ id }) => id);
  for (let first = 0; first < ids.length; first += PAGE) {
    const rows = await selectReports(db)
      .where('results.id', 'in', ids.slice(first, first + PAGE))
      .orderBy('slots.client_id')
      .orderBy('slots.slot')
      .execute();
    yield* rows.map(toStoredReport);
  }
}

/**
 * Of each slot of a client the newest final report, or the newest at a time or before it: the one that was stored last,
 * since its time may be wrong.
 */
export async function readReports(db: Db, clientId: string, at: Date | null): Promise<StoredReport[]> {
  const before = at?.getTime() ?? Number.MAX_SAFE_INTEGER;
  const newest = sql<number>`(
    select id from results as other
    where other.slot_id = slots.id and other.final = 1 and other.at <= ${before}
    order by other.link desc limit 1
  )`;
  const rows = await selectReports(db)
    .where('slots.client_id', '=', clientId)
    .where('results.id', '=', newest)
    .orderBy('slots.slot')
    .execute();
  return rows.map(toStoredReport);
}

/** Whether there is a final report of a client, at a time or before it, of a slot that was not retired since. */
export async function wasChecked(db: Db, clientId: string, at: Date): Promise<boolean> {
  const row = await db
    .selectFrom('results')
    .innerJoin('slots', 'slots.id', 'results.slot_id')
    .where('slots.client_id', '=', clientId)
    .where('results.final', '=', 1)
    .where('results.at', '<=', at.getTime())
    .where((query) =>
      query.or([
        query('state', 'is not', null),
        query('results.at', '>', query.fn.coalesce('retired_at', query.lit(0))),
      ]),
    )
    .select('results.id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The looks that were stored last, at whatever client, newest first. */
export async function listNewest(db: Db, limit: number): Promise<StoredReport[]> {
  const rows = await selectReports(db).orderBy('results.id', 'desc').limit(limit).execute();
  return rows.map(toStoredReport);
}

/** The newest looks at a client, newest first. */
export async function listHistory(db: Db, clientId: string, limit: number): Promise<HistoryEntry[]> {
  const rows = await selectReports(db)
    .where('slots.client_id', '=', clientId)
    .orderBy('results.at', 'desc')
    .orderBy('results.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => {
    const { clientId: _clientId, ...look } = toStoredReport(row);
    return { ...look, address: row.address, verdict: row.verdict, final: row.final === 1 };
  });
}
