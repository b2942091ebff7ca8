import { sayState } from '../../fleet/changes/say-change.js';
import type { ClientStatus } from '../../fleet/store/store.js';
import { STANDINGS, standingOfSlot } from '../../model/standing.js';
import { renderClient, renderClientsHead } from '../../reports/clients-table.js';
import { createJsonWriter } from '../../reports/json.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import type { Options, Values } from '../kit/option.js';
import { openOutput } from '../kit/output.js';
import { checkGroups, checkTags, STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

const FILTER = {
  group: { list: true, value: 'NAME', describe: 'Only clients of this group' },
  tag: { list: true, value: 'TAG', describe: 'Only clients with this tag' },
  verdict: { list: true, choices: STANDINGS, describe: 'Only clients with this verdict' },
} as const satisfies Options;

/** `sallyport clients`: how all clients stand, the worst first. */
export const command = defineCommand({
  options: { ...FILTER, ...TABLE_OR_JSON, ...STORE },
  async run({ store: path, format, ...filter }) {
    const { width, paint } = describeScreen();
    const output = await openOutput();
    const json = format === 'json' ? createJsonWriter(true) : null;
    await withStore(path, async (store) => {
      await checkGroups(store, filter.group);
      await checkTags(store, filter.tag);
      let shown = 0;
      await output.write(json ? json.begin() : renderClientsHead(width));
      const show = async ({ state, ...rest }: Status) => {
        if (!isWanted({ state, ...rest }, filter)) return;
        shown++;
        const row = { ...rest, state: sayState(state) };
        await output.write(json ? json.element(row) : renderClient(row, width, paint));
      };
      for await (const { resultId: _id, ...status } of store.readClientStates()) await show(status);
      for (const slot of await store.listUncounted()) await show({ ...slot, ...UNCOUNTED });
      await output.write(json?.end() ?? (shown === 0 ? 'no client in the store stands so\n' : ''));
    });
    await output.close();
    return EXIT.compliant;
  },
});

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
    (!verdict || verdict.includes(state.verdict) || verdict.includes(standingOfSlot(state)))
  );
}
