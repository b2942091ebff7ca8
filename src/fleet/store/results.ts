import { sql, type Kysely } from 'kysely';
import type { ClientCard, StoredReport, HistoryEntry } from '../../model/client.js';
import type { ReportData } from '../../model/report.js';
import { decodeBody, decodeTarget, encodeBody, encodeTarget } from './report-body.js';
import { digestReport } from './report-digest.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

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

/** Stores a result and returns its id; null if the sweep has a final one of that slot already. */
export async function addResult(db: Db, result: NewResult): Promise<number | null> {
  const { sweepId, client, slot, report, final } = result;
  const digest = digestReport(report);
  const known = await findKnown(db, result, digest);
  if (known?.final === 1) return null;
  const card = JSON.stringify(cardOf(client));
  if (known?.card !== card) await putCard(db, client.id, card);
  const look = {
    report_id: known?.report_id ?? (await addReport(db, digest, report)),
    at: Date.parse(report.startedAt),
    final: Number(final),
    verdict: report.verdict,
    address: report.target.address,
    target: encodeTarget(report.target),
    authorization_id: known?.authorization_id ?? (await addAuthorization(db, report.authorization)),
    duration_ms: report.durationMs,
    srtt_ms: report.liveness.srttMs,
  };
  if (known?.id != null) {
    await db.updateTable('results').set(look).where('id', '=', known.id).execute();
    return known.id;
  }
  const slotId = known?.slot_id ?? (await addSlot(db, client.id, slot));
  const { insertId } = await db
    .insertInto('results')
    .values({ sweep_id: sweepId, slot_id: slotId, ...look })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

/** All that the store has of a result's parts, in one query: an unchanged client needs no other. */
function findKnown(db: Db, { sweepId, client, slot, report }: NewResult, digest: Buffer) {
  return db
    .selectFrom('clients')
    .leftJoin('slots', (join) => join.onRef('slots.client_id', '=', 'clients.id').on('slots.slot', '=', slot))
    .leftJoin('results', (join) => join.onRef('results.slot_id', '=', 'slots.id').on('results.sweep_id', '=', sweepId))
    .leftJoin('reports', (join) => join.on('reports.digest', '=', digest))
    .leftJoin('authorizations', (join) => join.on('authorizations.text', '=', report.authorization))
    .where('clients.id', '=', client.id)
    .select(['clients.card', 'slots.id as slot_id', 'results.id', 'results.final'])
    .select(['reports.id as report_id', 'authorizations.id as authorization_id'])
    .executeTakeFirst();
}

function cardOf({ id, name, group, tags, contacts }: ClientCard): ClientCard {
  return { id, name, group, tags, contacts };
}

async function putCard(db: Db, id: string, card: string): Promise<void> {
  const row = { id, card };
  await db
    .insertInto('clients')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ card }))
    .execute();
}

async function addSlot(db: Db, clientId: string, slot: string): Promise<number> {
  const row = { client_id: clientId, slot, state: null, state_rank: null, state_result_id: null, state_at: null };
  const { insertId } = await db.insertInto('slots').values(row).executeTakeFirstOrThrow();
  return Number(insertId);
}

async function addReport(db: Db, digest: Buffer, report: ReportData): Promise<number> {
  // A client that is new to the store may have a report that is not.
  const known = await db.selectFrom('reports').select('id').where('digest', '=', digest).executeTakeFirst();
  if (known) return known.id;
  const row = { digest, body: encodeBody(report) };
  const { insertId } = await db.insertInto('reports').values(row).executeTakeFirstOrThrow();
  return Number(insertId);
}

async function addAuthorization(db: Db, text: string | null): Promise<number | null> {
  if (text === null) return null;
  const known = await db.selectFrom('authorizations').select('id').where('text', '=', text).executeTakeFirst();
  if (known) return known.id;
  const { insertId } = await db.insertInto('authorizations').values({ text }).executeTakeFirstOrThrow();
  return Number(insertId);
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
    .leftJoin('authorizations', 'authorizations.id', 'results.authorization_id')
    .select(['results.id', 'results.sweep_id', 'results.at', 'results.address', 'results.target'])
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
  return { clientId: row.client_id, slot: row.slot, resultId: row.id, sweepId: row.sweep_id, at, report };
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

/** Of each slot of a client the newest final report, or the newest at a time or before it. */
export async function readReports(db: Db, clientId: string, at: Date | null): Promise<StoredReport[]> {
  const before = at?.getTime() ?? Number.MAX_SAFE_INTEGER;
  const newest = sql<number>`(
    select id from results as other
    where other.slot_id = slots.id and other.final = 1 and other.at <= ${before}
    order by other.at desc, other.id desc limit 1
  )`;
  const rows = await selectReports(db)
    .where('slots.client_id', '=', clientId)
    .where('results.id', '=', newest)
    .orderBy('slots.slot')
    .execute();
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
    const { resultId, sweepId, slot, at, report } = toStoredReport(row);
    const { address, verdict } = row;
    return { resultId, sweepId, slot, at, address, verdict, final: row.final === 1, report };
  });
}
