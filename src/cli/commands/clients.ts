import { sayState } from '../../fleet/changes/say-change.js';
import type { ClientStatus } from '../../fleet/store/store.js';
import { type Standing, STANDINGS, standingOfSlot } from '../../model/standing.js';
import { createClientRows, renderClient, renderClientsEnd, renderClientsHead } from '../../reports/clients-table.js';
import type { CsvSeparator } from '../../reports/csv-rows.js';
import { createJsonWriter } from '../../reports/json.js';
import { CSV } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import type { Options, Values } from '../kit/option.js';
import { chooseFormat, openOutput, type Output } from '../kit/output.js';
import { checkGroups, checkTags, STORE, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

const FILTER = {
  group: { list: true, value: 'NAME', describe: 'Only clients of this group' },
  tag: { list: true, value: 'TAG', describe: 'Only clients with this tag' },
  verdict: { list: true, choices: STANDINGS, describe: 'Only clients with this verdict' },
} as const satisfies Options;

const FORMATS = ['table', 'json', 'csv'] as const;

/** `sallyport clients`: how all clients stand, the worst first. */
export const command = defineCommand({
  options: {
    ...FILTER,
    format: { choices: FORMATS, otherwise: 'as the file is called, or table', describe: 'Format of the list' },
    output: { short: 'o', value: 'FILE', describe: 'Write the list to a file' },
    force: { switch: true, flagOnly: true, describe: 'Replace the file' },
    ...CSV,
    ...STORE,
  },
  async run({ store: path, output: file, force, 'csv-separator': separator, ...settings }) {
    const format = chooseFormat({ ...settings, output: file }, FORMATS);
    const output = await openOutput(file, force);
    const writer = createWriter(format, output, separator);
    await withStore(path, async (store) => {
      await checkGroups(store, settings.group);
      await checkTags(store, settings.tag);
      await output.write(writer.begin());
      const show = async (status: Status) => {
        if (isWanted(status, settings)) await output.write(writer.client(status));
      };
      for await (const { resultId: _id, ...status } of store.readClientStates()) await show(status);
      for (const slot of await store.listUncounted()) await show({ ...slot, ...UNCOUNTED });
      await output.write(writer.end());
    });
    await output.close();
    return EXIT.compliant;
  },
});

/** Writes the list in a format. */
function createWriter(format: (typeof FORMATS)[number], output: Output, separator: CsvSeparator) {
  const say = (status: Status) => ({ ...status, state: sayState(status.state) });
  if (format === 'csv') {
    const rows = createClientRows(separator);
    return { begin: rows.begin, client: (status: Status) => rows.client(say(status)), end: () => '' };
  }
  if (format === 'json') {
    const { begin, element, end } = createJsonWriter(true);
    return { begin, client: (status: Status) => element(say(status)), end };
  }
  const { width, paint } = describeScreen(output);
  const counts = new Map<Standing, number>();
  const clients = new Set<string>();
  return {
    begin: () => renderClientsHead(width),
    client(status: Status): string {
      const standing = standingOfSlot(status.state);
      counts.set(standing, (counts.get(standing) ?? 0) + 1);
      clients.add(status.client.id);
      return renderClient(say(status), width, paint);
    },
    end: () => renderClientsEnd(counts, clients.size),
  };
}

type Status = Omit<ClientStatus, 'resultId'>;

/** How a slot stands of which no check has counted. */
const UNCOUNTED: Pick<Status, 'state' | 'problem'> = {
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
