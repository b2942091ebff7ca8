import { listClients } from '../../fleet/sweep/list-clients.js';
import { requireGroups, requireTags } from '../../fleet/sweep/require-known.js';
import { isChosen } from '../../model/client.js';
import { type ClientStanding, type Listed, listedAs, STANDINGS, standingOfSlot } from '../../model/standing.js';
import { REPORTERS } from '../../reports/registry.js';
import type { Reporter } from '../../reports/reporter.js';
import { CRITICAL, CSV, readStale, readStaleBefore, STALE } from '../kit/list-options.js';
import { defineCommand } from '../kit/command.js';
import { chooseExit } from '../kit/ending.js';
import { chooseFormat, CLIENTS_FORMAT, PLUGIN_CODES } from '../kit/format.js';
import { readInventory, READING } from '../kit/inventory.js';
import type { Options, Values } from '../kit/option.js';
import { openOutput } from '../kit/output.js';
import { STORE, withStore } from '../kit/store.js';
import { chooseStyle } from '../kit/terminal.js';

const FILTER = {
  group: { list: true, value: 'NAME', describe: 'Only clients of this group' },
  tag: { list: true, value: 'TAG', describe: 'Only clients with this tag' },
  verdict: {
    list: true,
    choices: [...STANDINGS, 'not-checked'],
    describe: 'Only clients with this verdict, or those that are not checked',
  },
} as const satisfies Options;

/** `sallyport clients`: how all clients stand, the worst first, and last on a terminal, where the prompt is. */
export const command = defineCommand({
  options: {
    ...FILTER,
    inventory: {
      value: 'FILE',
      otherwise: 'as the newest sweeps read theirs',
      describe: 'The inventory, whose clients are listed though no sweep has checked them',
    },
    ...READING,
    ...CLIENTS_FORMAT,
    output: { short: 'o', value: 'FILE', describe: 'Write the list to a file' },
    force: { switch: true, flagOnly: true, describe: 'Replace the file' },
    ...CSV,
    ...CRITICAL,
    ...STALE,
    ...STORE,
  },
  examples: [
    ['clients --verdict violation', 'Where does a violation stand?'],
    ['clients --verdict not-checked --inventory clients.csv', 'Which clients are not checked, and why?'],
  ],
  notes: [PLUGIN_CODES],
  async run({ store: path, inventory: file, output: to, force, 'csv-separator': csvSeparator, ...settings }) {
    const format = chooseFormat({ ...settings, output: to }, CLIENTS_FORMAT.format);
    const reporter: Reporter = REPORTERS[format];
    const now = new Date();
    const staleBefore = readStaleBefore(settings, now);
    const inventory = file === undefined ? null : await readInventory(file, settings);
    return withStore(path, async (store) => {
      if (inventory) {
        const { listRoster } = await import('../../fleet/sweep/roster.js');
        await store.showRoster(inventory.file, listRoster(inventory.clients));
      }
      await requireGroups(store, settings.group);
      await requireTags(store, settings.tag);
      const output = await openOutput(to, force);
      const writer = reporter.createClients!({
        ...chooseStyle(output, undefined),
        ...{ reasons: false, many: true, csvSeparator, criticalFrom: settings['critical-from'] },
        isStale: readStale(settings, now),
        longest: await store.fleet.measure(),
      });
      // On a terminal the beginning of a long list is out of sight.
      const isReversed = format === 'table' && !output.toFile && process.stdout.isTTY;
      await output.write(writer.begin());
      for await (const page of listClients(store, { now, staleBefore, isReversed })) {
        const wanted = page.filter((standing) => isWanted(standing, settings));
        await output.write(wanted.map((standing) => writer.client(standing)).join(''));
      }
      for (const piece of writer.end()) await output.write(piece);
      await output.close();
      return chooseExit(writer, 'compliant');
    });
  },
});

function isWanted(row: ClientStanding, { group, tag, verdict }: Values<typeof FILTER>): boolean {
  return (
    isChosen(row.client, { groups: group, tags: tag }) &&
    (!verdict || askedAs(row).some((one) => verdict.includes(one)))
  );
}

/** What a row can be asked for by: as what it is listed, what the last check came to unless that was well, and why not. */
function askedAs(row: ClientStanding): Listed[] {
  const { state, why } = row;
  const last = [state.verdict, standingOfSlot(state)].filter((one) => one !== 'compliant');
  return [listedAs(row), ...last, ...(why === null ? [] : (['not-checked'] as const))];
}
