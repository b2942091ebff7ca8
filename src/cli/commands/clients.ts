import type { CommandModule } from 'yargs';
import type { ClientStatus } from '../../fleet/store/store.js';
import { VERDICTS, type Verdict } from '../../model/report.js';
import { renderClient, renderClientsHead } from '../../reports/clients-table.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { openOutput } from '../output.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { createJsonArray, describeScreen } from '../screen.js';
import { FORMAT_OPTION, STORE_OPTION, withStore } from '../with-store.js';

interface Arguments {
  readonly group: readonly string[] | undefined;
  readonly tag: readonly string[] | undefined;
  readonly verdict: readonly Verdict[] | undefined;
  readonly format: 'table' | 'json';
  readonly store: string | undefined;
}

/** `sallyport clients`: how all clients stand, the worst first. */
export function clientsCommand(choose: Choose): CommandModule<object, Arguments> {
  const list = { type: 'string', array: true, requiresArg: true } as const;
  return {
    command: 'clients',
    describe: 'List how all clients stand, the worst first',
    builder: (yargs) =>
      yargs.options({
        group: { ...list, describe: 'Only clients of this group' },
        tag: { ...list, describe: 'Only clients with this tag' },
        verdict: { array: true, choices: VERDICTS, requiresArg: true, describe: 'Only these' },
        ...FORMAT_OPTION,
        ...STORE_OPTION,
      }),
    handler: (args) => choose(() => listClients(args)),
  };
}

async function listClients(args: Arguments): Promise<number> {
  refuseRepeats(args, ['group', 'tag', 'verdict']);
  const { width, paint } = describeScreen();
  const output = await openOutput(undefined);
  const json = args.format === 'json' ? createJsonArray() : null;
  await withStore(args.store, async (store) => {
    await output.write(json ? json.begin() : renderClientsHead(width));
    for await (const status of store.readClientStates()) {
      if (!isWanted(status, args)) continue;
      const { resultId: _id, ...row } = status;
      await output.write(json ? json.element(row) : renderClient(row, width, paint));
    }
    await output.write(json?.end() ?? '');
  });
  await output.close();
  return EXIT.compliant;
}

function isWanted({ client, state }: ClientStatus, { group, tag, verdict }: Arguments): boolean {
  return (
    (!group || (client.group !== null && group.includes(client.group))) &&
    (!tag || client.tags.some((own) => tag.includes(own))) &&
    (!verdict || verdict.includes(state.verdict))
  );
}
