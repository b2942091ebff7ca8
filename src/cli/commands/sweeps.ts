import { basename } from 'node:path';
import type { ClientFilter } from '../../files/clients/inventory.js';
import type { SweepCounts } from '../../fleet/store/sweep-tally.js';
import type { Sweep } from '../../fleet/store/sweeps.js';
import { renderHanging } from '../../reports/blocks.js';
import { createJsonWriter } from '../../reports/json.js';
import { renderResults } from '../../reports/sweep-table.js';
import { wrapText } from '../../words/layout.js';
import { renderCount } from '../../words/sentence.js';
import { renderDuration, renderTime } from '../../words/time.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { openOutput } from '../kit/output.js';
import { STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** `sallyport sweeps`: the sweeps that the store knows, and what they came to. */
export const command = defineCommand({
  options: {
    limit: { limits: { least: 1, most: 10_000, whole: true }, default: 20, describe: 'At most this many sweeps' },
    ...TABLE_OR_JSON,
    ...STORE,
  },
  async run({ limit, format, store: path }) {
    const { width } = describeScreen();
    const output = await openOutput();
    const json = format === 'json' ? createJsonWriter(true) : null;
    await withStore(path, async (store) => {
      const sweeps = await store.listSweeps(limit);
      await output.write(json ? json.begin() : sweeps.length === 0 ? 'There is no sweep yet.\n' : '');
      for (const { owner: _owner, ...sweep } of sweeps) {
        const counts = await store.countSweep(sweep.id);
        await output.write(json ? json.element({ ...sweep, ...counts }) : describeSweep(sweep, counts, width));
      }
      await output.write(json?.end() ?? '');
    });
    await output.close();
    return EXIT.compliant;
  },
});

/** A sweep in two lines or more: when, of what and how far, and what it came to. */
function describeSweep(
  sweep: Omit<Sweep, 'owner'>,
  { clientsWithResults, changes, ...counts }: SweepCounts,
  width: number,
): string {
  const { id, startedAt, finishedAt, state, clients, remaining } = sweep;
  const took = finishedAt === null ? '' : `, took ${renderDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  const standing = {
    finished: took,
    interrupted: `, cut off with ${renderCount(remaining, 'client')} left: --resume continues it`,
    running: `, ${renderCount(remaining, 'client')} left`,
  }[state];
  const results = renderResults(counts) || 'no result';
  const missing = Math.max(0, clients - remaining - clientsWithResults);
  const without =
    missing === 0 ? '' : `; no result of ${renderCount(missing, 'client')}: not checked, or deleted since`;
  const when = `Sweep ${id}  ${renderTime(startedAt)}  `;
  const lines = [
    ...renderHanging(when, when.length, `${renderCount(clients, 'client')} ${describeChoice(sweep)}${standing}`, width),
    ...wrapText(`${results}; ${renderCount(changes, 'change')}${without}`, width - 2).map((line) => `  ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What was swept. */
function describeChoice({ inventory, filter, invite }: Omit<Sweep, 'owner'>): string {
  if (invite !== null) return `checked from the site, with the code of invite ${invite}`;
  return `of ${[basename(inventory), ...describeFilter(filter)].join(', ')}`;
}

/** Which clients of the inventory were chosen, as the options of a sweep name them. */
function describeFilter({ groups = [], ids = [], tags = [], limit }: ClientFilter): string[] {
  const named = { group: groups, client: ids, tag: tags };
  const chosen = Object.entries(named).flatMap(([what, names]) => names.map((name) => `${what} ${name}`));
  return limit === undefined ? chosen : [...chosen, `limit ${limit}`];
}
