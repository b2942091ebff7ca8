import { readHistory } from '../../fleet/handover/read-history.js';
import type { HistoryRow } from '../../model/history.js';
import { renderInvited, renderLook } from '../../reports/changes-table.js';
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
      ...(await readHistory(store, client, limit)),
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
