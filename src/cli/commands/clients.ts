import { sayState } from '../../fleet/changes/say-change.js';
import type { ClientStatus } from '../../fleet/store/store.js';
import { type Standing, STANDINGS, standingOfSlot } from '../../model/standing.js';
import { REPORTERS } from '../../reports/registry.js';
import type { Reporter } from '../../reports/reporter.js';
import { CRITICAL, CSV, readStale, STALE } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { chooseExit } from '../kit/ending.js';
import { chooseFormat, CLIENTS_FORMAT, PLUGIN_CODES } from '../kit/format.js';
import type { Options, Values } from '../kit/option.js';
import { openOutput } from '../kit/output.js';
import { checkGroups, checkTags, STORE, withStore } from '../kit/store.js';
import { chooseStyle } from '../kit/terminal.js';

const FILTER = {
  group: { list: true, value: 'NAME', describe: 'Only clients of this group' },
  tag: { list: true, value: 'TAG', describe: 'Only clients with this tag' },
  verdict: { list: true, choices: STANDINGS, describe: 'Only clients with this verdict' },
} as const satisfies Options;

/** `sallyport clients`: how all clients stand, the worst first. */
export const command = defineCommand({
  options: {
    ...FILTER,
    ...CLIENTS_FORMAT,
    output: { short: 'o', value: 'FILE', describe: 'Write the list to a file' },
    force: { switch: true, flagOnly: true, describe: 'Replace the file' },
    ...CSV,
    ...CRITICAL,
    ...STALE,
    ...STORE,
  },
  notes: [PLUGIN_CODES],
  async run({ store: path, output: file, force, 'csv-separator': csvSeparator, ...settings }) {
    const reporter: Reporter = REPORTERS[chooseFormat({ ...settings, output: file }, CLIENTS_FORMAT.format)];
    const isStale = readStale(settings, new Date());
    const output = await openOutput(file, force);
    const style = {
      ...chooseStyle(output, undefined),
      ...{ reasons: false, many: true, csvSeparator, criticalFrom: settings['critical-from'], isStale },
    };
    const writer = reporter.createClients!(style);
    await withStore(path, async (store) => {
      await checkGroups(store, settings.group);
      await checkTags(store, settings.tag);
      await output.write(writer.begin());
      const show = async (status: Status) => {
        if (isWanted(status, settings)) await output.write(writer.client({ ...status, state: sayState(status.state) }));
      };
      for await (const { resultId: _id, ...status } of store.readClientStates()) await show(status);
      for (const slot of await store.listUncounted()) await show({ ...slot, ...UNCOUNTED });
      await output.write(writer.end());
    });
    await output.close();
    return chooseExit(writer, 'compliant');
  },
});

type Status = Omit<ClientStatus, 'resultId' | 'seenAt'> & { readonly seenAt: string | null };

/** How a slot stands of which no check has counted. */
const UNCOUNTED: Pick<Status, 'state' | 'problem' | 'seenAt'> = {
  seenAt: null,
  state: { address: null, verdict: 'inconclusive', issues: {}, identities: {} },
  problem: 'no check has counted yet',
};

function isWanted({ client, state }: Status, { group, tag, verdict }: Values<typeof FILTER>): boolean {
  return (
    (!group || (client.group !== null && group.includes(client.group))) &&
    (!tag || client.tags.some((own) => tag.includes(own))) &&
    (!verdict || standingsOf(state).some((one) => verdict.includes(one)))
  );
}

/** What a slot can be asked for by: a violation that stands is one, although the last check could not determine it. */
function standingsOf(state: Status['state']): Standing[] {
  const stands = Object.values(state.issues).some(({ waived }) => !waived);
  return [state.verdict, standingOfSlot(state), ...(stands ? (['violation'] as const) : [])];
}
