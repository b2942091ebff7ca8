import type { CommandModule } from 'yargs';
import type { Store } from '../../fleet/store/store.js';
import type { HistoryEntry } from '../../model/client.js';
import { InputError } from '../../files/text/input-error.js';
import type { StoredChange } from '../../model/change.js';
import { renderLook, type HistoryRow } from '../../reports/history-table.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { openOutput } from '../output.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { describeScreen, renderJson } from '../screen.js';
import { describeUnknownClient, FORMAT_OPTION, STORE_OPTION, withStore } from '../with-store.js';

const MOST_LOOKS = 10_000;

interface Arguments {
  readonly client: string;
  readonly limit: number;
  readonly format: 'table' | 'json';
  readonly store: string | undefined;
}

/** `sallyport history`: the looks at one client, newest first, and what changed between them. */
export function historyCommand(choose: Choose): CommandModule<object, Arguments> {
  return {
    command: 'history <client>',
    describe: 'Show the looks at a client, newest first, and the changes between them',
    builder: (yargs) =>
      yargs.positional('client', { type: 'string', demandOption: true, describe: 'Id of the client' }).options({
        limit: { type: 'number', default: 20, requiresArg: true, describe: 'At most so many looks' },
        ...FORMAT_OPTION,
        ...STORE_OPTION,
      }),
    handler: (args) => choose(() => showHistory(args)),
  };
}

async function showHistory(args: Arguments): Promise<number> {
  refuseRepeats(args);
  const { client, limit, format, store: path } = args;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LOOKS)
    throw new InputError(`--limit: give a whole number from 1 to ${MOST_LOOKS}`);
  const looks = await withStore(path, (store) => readHistory(store, client, limit));
  const { width, paint } = describeScreen();
  const output = await openOutput(undefined);
  if (format === 'json') await output.write(renderJson(looks));
  else for (const look of looks) await output.write(renderLook(look, width, paint));
  await output.close();
  return EXIT.compliant;
}

async function readHistory(store: Store, clientId: string, limit: number): Promise<HistoryRow[]> {
  const entries = await store.listHistory(clientId, limit);
  const oldest = entries.at(-1);
  if (!oldest) throw await describeUnknownClient(store, clientId);
  const changes = await store.listChanges({ clientId, since: new Date(oldest.at) });
  return entries.map((entry) => addChanges(entry, changes));
}

function addChanges({ resultId: _id, ...entry }: HistoryEntry, changes: readonly StoredChange[]): HistoryRow {
  const own = changes.filter(({ sweepId, slot }) => sweepId === entry.sweepId && slot === entry.slot);
  // The store gives the newest first; those of one look were put down worst first.
  return { ...entry, changes: own.sort((a, b) => a.id - b.id) };
}
