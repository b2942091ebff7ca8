import { saySummary, summarise } from '../../check/judge/say-report.js';
import type { StoredChange } from '../../model/change.js';
import type { HistoryEntry } from '../../model/client.js';
import type { HistoryRow, InvitedRow } from '../../model/history.js';
import { standingOf } from '../../model/standing.js';
import { sayChange } from '../changes/say-change.js';
import type { Store } from '../store/store.js';
import { describeUnknownClient } from './missing-report.js';

/** The checks of a client, newest first: what each of them saw, which is not how the client stands now. */
export interface ClientHistory {
  readonly looks: readonly HistoryRow[];
  /** Those that someone at the site began. */
  readonly invited: readonly InvitedRow[];
}

/**
 * Reads the newest checks of a client, and what changed between them.
 * @throws InputError if there is none
 */
export async function readHistory(store: Store, clientId: string, limit: number): Promise<ClientHistory> {
  const invited = (await store.listInvitedChecks(clientId, limit)).map(({ invite, report }): InvitedRow => {
    const { startedAt: at, target, verdict } = report;
    const summary = saySummary(summarise(report));
    return { invite, at, address: target.address, verdict, standing: standingOf(report), summary };
  });
  const looks = await readLooks(store, clientId, limit);
  if (looks.length + invited.length === 0) throw await describeUnknownClient(store, clientId);
  return { looks, invited };
}

async function readLooks(store: Store, clientId: string, limit: number): Promise<HistoryRow[]> {
  const entries = await store.listHistory(clientId, limit);
  const oldest = entries.at(-1);
  if (!oldest) return [];
  const changes = await store.listChanges({ clientId, since: new Date(oldest.at) });
  return entries.map((entry) => addChanges(entry, changes));
}

function addChanges({ resultId: _id, report, ...entry }: HistoryEntry, changes: readonly StoredChange[]): HistoryRow {
  const own = changes.filter(({ sweepId, slot }) => sweepId === entry.sweepId && slot === entry.slot);
  // The store gives the newest first; those of one look were put down worst first.
  const told = own.sort((a, b) => a.id - b.id).map(sayChange);
  const { again } = report;
  const standing = standingOf(report);
  return { ...entry, standing, summary: saySummary(summarise(report)), ...(again && { again }), changes: told };
}
