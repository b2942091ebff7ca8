import { summarise } from '../../check/judge/say-report.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import { routeEvent, splitByProblem } from '../alerts/route.js';
import { findProblem } from '../changes/problem.js';
import type { StoreWriter } from '../store/store-writer.js';
import type { ClientEvent, Problem } from '../../model/alert.js';
import type { Change, StoredChange } from '../../model/change.js';
import type { ClientCard } from '../../model/client.js';
import type { ReportData } from '../../model/report.js';

/** A look that counts. */
export interface CountedLook {
  readonly sweepId: number;
  readonly client: ClientCard;
  readonly slot: string;
  readonly report: ReportData;
}

/** What is told of a look. */
export interface ToldChanges {
  readonly changes: readonly (Change | StoredChange)[];
  /** One of them changes to and fro. */
  readonly flapping: boolean;
  /** Recent changes of the slot from before. */
  readonly history: readonly StoredChange[];
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Puts what a look brought into the outbox, for all whom it concerns; the same of one sweep twice: once. */
export async function queueAlerts(
  tx: StoreWriter,
  { sweepId, client, slot, report }: CountedLook,
  { changes, flapping, history, at }: ToldChanges,
  alerts: AlertConfig,
): Promise<void> {
  if (changes.length === 0) return;
  const event: ClientEvent = {
    type: 'changes',
    at,
    sweepId,
    client: { id: client.id, name: client.name, group: client.group, tags: client.tags, contacts: client.contacts },
    slot,
    address: report.target.address,
    verdict: report.verdict,
    summary: summarise(report),
    changes,
    authorization: report.authorization,
    flapping,
  };
  const findIn = createFinder(tx, { client, slot }, history, at);
  for (const routed of routeEvent(alerts, event)) {
    const { channel, mode } = routed;
    for (const { event: one, part } of splitByProblem(routed, alerts)) {
      const key = `${sweepId}/${client.id}/${slot}/${channel}${part === null ? '' : `/${part}`}`;
      const problem = part !== null && one.type === 'changes' ? await findIn(one.changes[0]!) : null;
      const whole = problem ? { ...one, problem } : one;
      await tx.enqueue({ key, channel, digest: mode === 'digest', sweepId, event: whole, at });
    }
  }
}

/** Finds the problem that a change belongs to, and reads older changes only where the recent ones do not show it. */
function createFinder(
  tx: StoreWriter,
  { client, slot }: Pick<CountedLook, 'client' | 'slot'>,
  recent: readonly StoredChange[],
  at: string,
): (change: Change) => Promise<Problem | null> {
  let all: readonly StoredChange[] | null = null;
  return async (change) => {
    const known = findProblem(change, at, recent);
    if (known && !known.isOpening) return known;
    all ??= await tx.listRecentChanges(client.id, slot, new Date(0));
    return findProblem(
      change,
      at,
      all.filter(({ key, at: when }) => key !== change.key || when < at || 'id' in change),
    );
  };
}
