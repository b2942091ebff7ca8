import type { Kysely } from 'kysely';
import { summarise } from '../../../check/judge/say-report.js';
import type { AlertEvent, ClientEvent, OperatorEvent } from '../../../model/alert.js';
import type { Change, Issue, SlotState } from '../../../model/change.js';
import type { FindingData } from '../../../model/finding.js';
import type { ReportData, Verdict } from '../../../model/report.js';
import type { Severity } from '../../../model/severity.js';
import type { Summary } from '../../../model/summary.js';
import { decodeBody, decodeTarget, encodeBody } from '../report-body.js';
import { digestReport } from '../report-digest.js';
import { encodeSiteReport } from '../site-reports.js';
import type { Tables } from '../tables.js';
import { judgeAgain, judgeSiteAgain } from './findings-as-data/judge-again.js';
import { parseOldBody, parseOldSiteBody } from './findings-as-data/old-body.js';
import type { Migration } from './migration.js';

/**
 * Findings, changes and messages become data: until here they were kept in words. What the words told is found again in
 * the observations of the report that each came from; a body that is damaged stays as it is.
 */
export const findingsAsData: Migration = {
  version: 3,
  sql: `alter table changes add column data text not null default '{}';`,
  async convert(tables) {
    const db = tables as unknown as Db;
    await convertReports(db);
    await convertSiteReports(db);
    await convertSlots(db);
    await convertMessages(db);
  },
  finish: `
    alter table changes drop column title;
    alter table changes drop column before;
    alter table changes drop column after;
  `,
};

/** A change in the form of version 2. */
interface OldChange extends Pick<Change, 'key' | 'severity' | 'rule' | 'endpoint'> {
  readonly kind: Exclude<Change['kind'], 'lost-sight'>;
  readonly title: string;
  readonly before: string | null;
  readonly after: string | null;
}

type OldTables = Omit<Tables, 'changes'> & { readonly changes: Tables['changes'] & Omit<OldChange, 'endpoint'> };
type Db = Kysely<OldTables>;

type OldState = Omit<SlotState, 'issues'> & {
  readonly issues: Record<string, Omit<Issue, 'data'> & { title: string }>;
};
type OldEvent = (Omit<ClientEvent, 'summary' | 'changes'> & { readonly changes: readonly OldChange[] }) | OperatorEvent;

/** Rows that are held in memory at once. */
const PAGE = 64;

/** Ids of a table, read before anything is changed. */
async function listIds(db: Db, table: 'reports' | 'site_reports' | 'slots' | 'messages'): Promise<number[]> {
  return (await db.selectFrom(table).select('id').orderBy('id').execute()).map(({ id }) => id);
}

async function convertReports(db: Db): Promise<void> {
  for (const id of await listIds(db, 'reports')) {
    const { body } = await db.selectFrom('reports').where('id', '=', id).select('body').executeTakeFirstOrThrow();
    // Any of its looks will do: what differs between them stands with each.
    const look = await selectLooks(db).where('results.report_id', '=', id).limit(1).executeTakeFirst();
    const old = parseOldBody(body, look?.address ?? '');
    if (!old) continue;
    const report = attempt(() => judgeAgain({ ...old, ...completeLook(look) }));
    if (!report) continue;
    const digest = digestReport(report);
    const same = await db.selectFrom('reports').where('digest', '=', digest).select('id').executeTakeFirst();
    if (same && same.id !== id) {
      // They differed in their words only.
      await db.updateTable('results').set({ report_id: same.id }).where('report_id', '=', id).execute();
      await db.deleteFrom('reports').where('id', '=', id).execute();
    } else {
      await db
        .updateTable('reports')
        .set({ digest, body: encodeBody(report) })
        .where('id', '=', id)
        .execute();
    }
  }
}

/** What cannot be judged is damaged, whatever its checksum says, and must not keep the store from being opened. */
function attempt<T>(judge: () => T): T | null {
  try {
    return judge();
  } catch {
    return null;
  }
}

function selectLooks(db: Db) {
  return db
    .selectFrom('results')
    .select(['results.id', 'results.sweep_id', 'results.report_id', 'results.at'])
    .select(['results.address', 'results.target', 'results.duration_ms', 'results.srtt_ms']);
}

type LookRow = Awaited<ReturnType<ReturnType<typeof selectLooks>['execute']>>[number];

function completeLook(look: LookRow | undefined) {
  return {
    target: decodeTarget(look?.address ?? null, look?.target ?? null),
    authorization: null,
    startedAt: new Date(look?.at ?? 0).toISOString(),
    durationMs: look?.duration_ms ?? 0,
  };
}

async function convertSiteReports(db: Db): Promise<void> {
  for (const id of await listIds(db, 'site_reports')) {
    const { body } = await db.selectFrom('site_reports').where('id', '=', id).select('body').executeTakeFirstOrThrow();
    const old = parseOldSiteBody(body);
    const report = old && attempt(() => judgeSiteAgain(old));
    if (report)
      await db
        .updateTable('site_reports')
        .set({ body: encodeSiteReport(report) })
        .where('id', '=', id)
        .execute();
  }
}

/** What the looks at a slot found, oldest first. */
type History = readonly {
  readonly sweepId: number;
  readonly found: ReadonlyMap<string, FindingData>;
  readonly summary: Summary;
}[];

async function convertSlots(db: Db): Promise<void> {
  for (const id of await listIds(db, 'slots')) {
    const { state } = await db.selectFrom('slots').where('id', '=', id).select('state').executeTakeFirstOrThrow();
    const changes = await db.selectFrom('changes').where('slot_id', '=', id).selectAll().execute();
    const known = state === null ? null : (JSON.parse(state) as OldState);
    const hasIssues = known !== null && Object.keys(known.issues).length > 0;
    if (changes.length === 0 && !hasIssues) continue;
    const history = await readHistory(db, id);
    if (known && hasIssues)
      await db
        .updateTable('slots')
        .set({ state: JSON.stringify(convertState(known, history)) })
        .where('id', '=', id)
        .execute();
    for (const change of changes) {
      const { data } = convertChange(change, change.sweep_id, history);
      await db
        .updateTable('changes')
        .set({ data: JSON.stringify(data) })
        .where('id', '=', change.id)
        .execute();
    }
  }
}

async function readHistory(db: Db, slotId: number): Promise<History> {
  const rows = await selectLooks(db)
    .where('slot_id', '=', slotId)
    .innerJoin('reports', 'reports.id', 'results.report_id')
    .select('reports.body')
    .orderBy('results.at')
    .orderBy('results.id')
    .execute();
  const read = new Map<number, Omit<History[number], 'sweepId'> | null>();
  return rows.flatMap((row) => {
    if (!read.has(row.report_id)) read.set(row.report_id, readFound(row));
    const known = read.get(row.report_id);
    return known ? [{ ...known, sweepId: row.sweep_id }] : [];
  });
}

/** What a report found; null if its body is damaged. */
function readFound(row: LookRow & { readonly body: Uint8Array }): Omit<History[number], 'sweepId'> | null {
  let report: ReportData;
  try {
    report = decodeBody(row.body, { ...completeLook(row), srttMs: row.srtt_ms });
  } catch {
    return null;
  }
  const found = report.findings.map((finding) => [keyOf(finding), finding.data] as const);
  return { found: new Map(found.reverse()), summary: summarise(report) };
}

function keyOf({ rule, endpoint }: Pick<Issue, 'rule' | 'endpoint'>): string {
  return JSON.stringify([rule, endpoint]);
}

/** What a rule found in the look of a sweep, or last before it; nothing if that is not kept any more. */
function findData(history: History, sweepId: number | null, issue: Pick<Issue, 'rule' | 'endpoint'>): FindingData {
  const index = sweepId === null ? history.length - 1 : history.findIndex((look) => look.sweepId === sweepId);
  const looks = history.slice(0, index + 1).reverse();
  return looks.map(({ found }) => found.get(keyOf(issue))).find((data) => data !== undefined) ?? {};
}

function convertState(state: OldState, history: History): SlotState {
  const issues = Object.entries(state.issues).map(([key, { title: _title, ...issue }]) => {
    const data = findData(history, null, issue);
    return [key, { ...issue, data }] as const;
  });
  return { ...state, issues: Object.fromEntries(issues) };
}

function convertChange<T extends OldChange>(
  change: T,
  sweepId: number,
  history: History,
): Omit<T, keyof OldChange> & Change {
  const { title, before, after, ...rest } = change;
  return { ...rest, data: tellData() } as unknown as Omit<T, keyof OldChange> & Change;

  function tellData(): Change['data'] {
    const { kind, rule, endpoint } = change;
    const finding = findData(history, sweepId, { rule: rule ?? '', endpoint });
    switch (kind) {
      case 'exposed':
      case 'service-lost':
        return { finding, was: before as Severity | 'accepted' | null };
      case 'resolved':
      case 'service-back':
        return { finding, silent: title.endsWith(' (nothing at all answers there now)') };
      case 'identity-changed':
      case 'address-changed':
        return { before, after };
      case 'no-longer-determined': {
        const summary = history.find((look) => look.sweepId === sweepId)?.summary ?? null;
        return { before: before as Verdict | null, summary };
      }
    }
  }
}

async function convertMessages(db: Db): Promise<void> {
  const ids = await listIds(db, 'messages');
  for (let first = 0; first < ids.length; first += PAGE) {
    const rows = await db
      .selectFrom('messages')
      .where('id', 'in', ids.slice(first, first + PAGE))
      .select(['id', 'events'])
      .execute();
    for (const { id, events } of rows) {
      const converted: AlertEvent[] = [];
      for (const event of JSON.parse(events) as OldEvent[]) converted.push(await convertEvent(db, event));
      await db
        .updateTable('messages')
        .set({ events: JSON.stringify(converted) })
        .where('id', '=', id)
        .execute();
    }
  }
}

async function convertEvent(db: Db, event: OldEvent): Promise<AlertEvent> {
  if (event.type === 'operator') return event;
  const { sweepId, client, slot, changes } = event;
  const known = await db
    .selectFrom('slots')
    .where('client_id', '=', client.id)
    .where('slot', '=', slot)
    .select('id')
    .executeTakeFirst();
  const history = known ? await readHistory(db, known.id) : [];
  const summary = history.find((look) => look.sweepId === sweepId)?.summary ?? null;
  return { ...event, summary, changes: changes.map((change) => convertChange(change, sweepId, history)) };
}
