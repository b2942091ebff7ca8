import { randomUUID } from 'node:crypto';
import type { PreparedCheck } from '../../check/run/check.js';
import type { Client } from '../../model/client.js';
import type { ReportData, Target } from '../../model/report.js';
import type { VantagePlace } from '../../model/work.js';
import type { LookJob } from '../sweep/list-looks.js';
import { judgeLooks } from './judge-looks.js';
import { lookRemotely } from './remote-looks.js';
import type { WorkQueue } from './work-queue.js';

/** A worker takes an order within a second or two. */
const ABSENT_MS = 15_000;

/** How a check is made by workers. */
export interface RemoteCheckOptions {
  readonly queue: WorkQueue;
  readonly vantages: readonly VantagePlace[];
  readonly allowSpecial: boolean;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/**
 * Has workers at vantages look at the targets of a check at once, before what is scheduled, and yields a joined report
 * for each. It counts as no look at any client. After an abort no one goes on with what was not begun.
 */
export async function* checkRemotely(
  prepared: PreparedCheck,
  { queue, vantages, allowSpecial, signal, note }: RemoteCheckOptions,
): AsyncGenerator<ReportData> {
  const batch = `check-${randomUUID()}`;
  const jobs = listJobs(prepared);
  const told = new Set<string>();
  const onTrouble = (title: string, detail: string): void => {
    if (!told.has(title)) note(`${title}: ${detail}`);
    told.add(title);
  };
  const options = { queue, vantages, allowSpecial, signal, onTrouble, ping: prepared.ping, absentMs: ABSENT_MS };
  try {
    for await (const { report } of lookRemotely(batch, jobs, { ...options, kind: 'check', judge: judgeLooks }))
      yield report;
  } finally {
    const open = await queue.looks.list(batch);
    for (const { name } of vantages)
      await queue.cancel(name, [...new Set(open.flatMap(({ vantage, order }) => (vantage === name ? [order] : [])))]);
    await queue.looks.forget(batch, null);
  }
}

async function* listJobs({ targets, terms }: PreparedCheck): AsyncGenerator<LookJob> {
  let number = 0;
  for await (const target of targets) {
    const client = noClient(target);
    yield { target, terms, client, slot: `${(number += 1)}`, open: { left: 1 }, earlier: null };
  }
}

/** A target that is no one's as far as it is known here: whoever checks it answers for that. */
function noClient({ input }: Target): Client {
  return {
    ...{ id: 'none', name: input, addresses: [input], network: [], profile: '', services: {}, sources: {} },
    ...{ source: null, group: null, schedule: null, timeZone: 'UTC', authorization: null, contacts: [], tags: [] },
    ...{ paused: false, notes: '' },
  };
}
