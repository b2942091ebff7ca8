import type { AlertConfig } from '../alerts/alert-config.js';
import { FLAPPING_HISTORY_MS, judgeFlapping } from '../changes/flapping.js';
import type { Store } from '../store/store.js';
import type { StoreWriter } from '../store/store-writer.js';
import type { StoredReport } from '../../model/client.js';
import { queueAlerts } from './tell-changes.js';

/** What was seen longer ago is no news: no one was there to tell it. */
const NEWS_MS = 7 * 24 * 3_600_000;

/**
 * Queues the alerts to what looks from sites brought, and that no one was alerted to so far: a vantage server that stores
 * them does not know whom to tell.
 */
export async function tellSiteLooks(store: Store, alerts: AlertConfig, now: Date): Promise<void> {
  for (const sweepId of await store.listUntold()) {
    const looks: StoredReport[] = [];
    for await (const look of store.readSweepReports(sweepId)) looks.push(look);
    await store.write(async (tx) => {
      for (const look of looks) await tellLook(tx, look, alerts, now);
      await tx.closeDigest(sweepId, now);
      await tx.noteUntold(sweepId, false);
    });
  }
}

async function tellLook(
  tx: StoreWriter,
  { clientId, slot, sweepId, report }: StoredReport,
  alerts: AlertConfig,
  now: Date,
): Promise<void> {
  const recent = await tx.listRecentChanges(clientId, slot, new Date(now.getTime() - FLAPPING_HISTORY_MS));
  // They come newest first; those of one look were put down worst first.
  const own = recent.filter((change) => change.sweepId === sweepId).sort((a, b) => a.id - b.id);
  const changes = own.filter(({ alerted }) => alerted);
  const [first] = changes;
  const client = await tx.getCard(clientId);
  if (!first || !client || now.getTime() - Date.parse(first.at) > NEWS_MS) return;
  const history = recent.filter(({ id }) => id < first.id);
  const { flapping } = judgeFlapping(history, changes, new Date(first.at));
  await queueAlerts(tx, { sweepId, client, slot, report }, { changes, flapping, history, at: first.at }, alerts);
}
