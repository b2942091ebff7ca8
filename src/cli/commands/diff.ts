import type { CommandModule } from 'yargs';
import { compareLooks, compareSweeps, type SlotDiff } from '../../fleet/changes/compare-looks.js';
import type { Store } from '../../fleet/store/store.js';
import { InputError } from '../../files/text/input-error.js';
import { readInstant } from '../../files/text/instant.js';
import { renderDiff } from '../../reports/diff-table.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { openOutput } from '../output.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { createJsonArray, describeScreen } from '../screen.js';
import { describeUnknownClient, FORMAT_OPTION, STORE_OPTION, withStore } from '../with-store.js';

interface Arguments {
  readonly client: string;
  readonly sweep: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly format: 'table' | 'json';
  readonly store: string | undefined;
}

/** `sallyport diff`: what changed at a client, or between two sweeps. Ends as diff(1) does. */
export function diffCommand(choose: Choose): CommandModule<object, Arguments> {
  return {
    command: 'diff <client> [sweep]',
    describe: 'Tell what changed at a client, or at all of them between two sweeps',
    builder: (yargs) =>
      yargs
        .positional('client', {
          type: 'string',
          demandOption: true,
          describe: 'Id of a client, or number of the earlier sweep where a later one follows',
        })
        .positional('sweep', { type: 'string', describe: 'Number of the later sweep' })
        .options({
          from: { type: 'string', requiresArg: true, describe: 'Look at this time or before [the one before --to]' },
          to: { type: 'string', requiresArg: true, describe: 'Look at this time or before [the newest]' },
          ...FORMAT_OPTION,
          ...STORE_OPTION,
        })
        .example('$0 diff acme', 'What the newest look at a client changed')
        .example('$0 diff acme --from 2026-11-01 --to 2026-11-30', 'What changed in November, UTC')
        .example('$0 diff 12 15', 'What changed from sweep 12 to sweep 15')
        .epilogue('Exit codes: 0 nothing changed, 1 something did, 2 usage or internal error'),
    handler: (args) => choose(() => showDiff(args)),
  };
}

async function showDiff(args: Arguments): Promise<number> {
  refuseRepeats(args);
  const { client, sweep, from, to, format } = args;
  if (sweep !== undefined && (from ?? to) !== undefined)
    throw new InputError('two sweeps are compared as they are: --from and --to are for one client');
  const times = { from: from && readInstant(from, 'start'), to: to && readInstant(to, 'end') };
  return withStore(args.store, async (store) => {
    const compared =
      sweep === undefined
        ? await compareClient(store, client, times.from || null, times.to || null)
        : await openSweeps(store, readNumber(client), readNumber(sweep));
    const changed = await writeDiffs(compared, format, sweep === undefined);
    return changed ? EXIT.violation : EXIT.compliant;
  });
}

function readNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new InputError(`"${text}" is no number of a sweep; to compare looks at one client, use --from and --to`);
  return Number(text);
}

/** Of every slot the look at `to` or before, and the one before it, or at `from` or before. */
async function compareClient(store: Store, client: string, from: Date | null, to: Date | null): Promise<SlotDiff[]> {
  const later = await store.readReports(client, to);
  if (later.length === 0) {
    if (to && (await store.listHistory(client, 1)).length > 0)
      throw new InputError(`nobody looked at "${client}" until ${to.toISOString()}`);
    throw await describeUnknownClient(store, client);
  }
  const compared: SlotDiff[] = [];
  for (const look of later) {
    const at = from ?? new Date(Date.parse(look.at) - 1);
    const earlier = (await store.readReports(client, at)).find(({ slot }) => slot === look.slot);
    compared.push(compareLooks(earlier ?? null, look));
  }
  return compared;
}

async function openSweeps(store: Store, from: number, to: number): Promise<AsyncIterable<SlotDiff>> {
  for (const id of [from, to])
    if ((await store.getSweep(id)) === null) throw new InputError(`the store has no sweep ${id}`);
  return compareSweeps(store.readSweepReports(from), store.readSweepReports(to));
}

/** Writes what changed; of a single client also what did not. */
async function writeDiffs(
  diffs: Iterable<SlotDiff> | AsyncIterable<SlotDiff>,
  format: 'table' | 'json',
  single: boolean,
): Promise<boolean> {
  const { width, paint } = describeScreen();
  const output = await openOutput(undefined);
  const json = format === 'json' ? createJsonArray() : null;
  const counts = { slots: 0, changed: 0, missing: 0 };
  await output.write(json?.begin() ?? '');
  for await (const diff of diffs) {
    counts.slots++;
    if (diff.to === null) counts.missing++;
    if (diff.changes.length > 0) counts.changed++;
    else if (!single) continue;
    await output.write(json ? json.element(diff) : renderDiff(diff, single, width, paint));
  }
  await output.write(json ? json.end() : single ? '' : describeCounts(counts));
  await output.close();
  return counts.changed > 0;
}

function describeCounts({ slots, changed, missing }: { slots: number; changed: number; missing: number }): string {
  const gone = missing === 0 ? '' : `, ${missing} not looked at in the later sweep`;
  return `${slots} ${slots === 1 ? 'address' : 'addresses'}: ${changed} changed${gone}\n`;
}
