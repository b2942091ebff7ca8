import { standingOf } from '../../model/standing.js';
import { saySummary, summarise } from '../../check/judge/say-report.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import type { Store } from '../../fleet/store/store.js';
import { describeUnknownClient } from '../../fleet/handover/missing-report.js';
import type { StoredChange } from '../../model/change.js';
import type { HistoryEntry } from '../../model/client.js';
import { type HistoryRow, type InvitedRow, renderInvited, renderLook } from '../../reports/changes-table.js';
import { renderJson } from '../../reports/json.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { openOutput } from '../kit/output.js';
import { CLIENT, STORE, TABLE_OR_JSON, tellRetired, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** `sallyport history`: the checks of one client, newest first, and what changed between them. */
export const command = defineCommand({
  words: { client: { ...CLIENT, required: true } },
  options: {
    limit: { limits: { least: 1, most: 10_000, whole: true }, default: 20, describe: 'At most this many checks' },
    ...TABLE_OR_JSON,
    ...STORE,
  },
  async run({ client, limit, format, store: path }) {
    const { looks, invited, retired } = await withStore(path, async (store) => ({
      ...(await readAll(store, client, limit)),
      retired: await store.listRetired(client),
    }));
    const { width, paint } = describeScreen();
    const output = await openOutput();
    if (format === 'json') await output.write(renderJson([...looks, ...invited]));
    else {
      const told = new Map<string, HistoryRow>();
      for (const look of looks) {
        await output.write(renderLook(look, told.get(look.slot) ?? null, width, paint));
        told.set(look.slot, look);
      }
      for (const row of invited) await output.write(renderInvited(row, width, paint));
    }
    await output.close();
    tellRetired(retired);
    return EXIT.compliant;
  },
});

async function readAll(store: Store, clientId: string, limit: number) {
  const invited = (await store.listInvitedChecks(clientId, limit)).map(({ invite, report }): InvitedRow => {
    const { startedAt: at, target, verdict } = report;
    const summary = saySummary(summarise(report));
    return { invite, at, address: target.address, verdict, standing: standingOf(report), summary };
  });
  const looks = await readHistory(store, clientId, limit);
  if (looks.length + invited.length === 0) throw await describeUnknownClient(store, clientId);
  return { looks, invited };
}

async function readHistory(store: Store, clientId: string, limit: number): Promise<HistoryRow[]> {
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
