import { compareLooks, compareSweeps, type SlotDiff } from '../../fleet/changes/compare-looks.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import { InputError } from '../../files/text/input-error.js';
import { readInstant } from '../../files/text/instant.js';
import type { Store } from '../../fleet/store/store.js';
import { describeUnknownClient } from '../../fleet/handover/missing-report.js';
import { isVerdictTurned, renderDiff } from '../../reports/changes-table.js';
import { createJsonWriter } from '../../reports/json.js';
import { renderTime } from '../../words/time.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { openOutput } from '../kit/output.js';
import { CLIENT, STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** `sallyport diff`: what changed at a client, or between two sweeps. Ends as diff(1) does. */
export const command = defineCommand({
  words: {
    client: {
      ...CLIENT,
      required: true,
      describe: 'Id of a client, or number of the earlier sweep if a later one follows',
    },
    sweep: { describe: 'Number of the later sweep' },
  },
  options: {
    from: {
      value: 'TIME',
      otherwise: 'the check before --to',
      describe: 'Compare the last check at or before this time',
    },
    to: { value: 'TIME', otherwise: 'the newest check', describe: 'With the last check at or before this time' },
    ...TABLE_OR_JSON,
    ...STORE,
  },
  examples: [
    ['diff acme', 'What changed with the newest check of a client'],
    ['diff acme --from 2026-11-01 --to 2026-11-30', 'What changed in November, UTC'],
    ['diff 12 15', 'What changed from sweep 12 to sweep 15'],
  ],
  notes: ['Exit codes: 0 nothing changed, 1 something did, 2 usage or internal error'],
  async run({ client, sweep, from, to, format, store: path }) {
    if (sweep !== undefined && (from ?? to) !== undefined)
      throw new InputError('two sweeps are compared as a whole: --from and --to are for one client');
    const times = { from: from && readInstant(from, 'start'), to: to && readInstant(to, 'end') };
    return withStore(path, async (store) => {
      const compared =
        sweep === undefined
          ? await compareClient(store, client, times.from || null, times.to || null)
          : await openSweeps(store, readNumber(client), readNumber(sweep));
      const changed = await writeDiffs(compared, format, sweep === undefined);
      return changed ? EXIT.violation : EXIT.compliant;
    });
  },
});

const SWEEP_NUMBER = /^[1-9]\d{0,14}$/;

function readNumber(text: string): number {
  if (!SWEEP_NUMBER.test(text))
    throw new InputError(
      `"${text}" is not the number of a sweep; to compare checks of one client, use --from and --to`,
    );
  return Number(text);
}

/** Of every slot the look at `to` or before, and the one before it, or at `from` or before. */
async function compareClient(store: Store, client: string, from: Date | null, to: Date | null): Promise<SlotDiff[]> {
  const later = await store.readReports(client, to);
  if (later.length === 0) {
    if (to && (await store.listHistory(client, 1)).length > 0)
      throw new InputError(`"${client}" has no check of ${renderTime(to.toISOString())} or before`);
    if (SWEEP_NUMBER.test(client) && (await store.getSweep(Number(client))) !== null)
      throw new InputError(
        `the store has no client "${client}"; to compare sweep ${client} with a later one, name that one too: sallyport diff ${client} NUMBER`,
      );
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
  const output = await openOutput();
  const json = format === 'json' ? createJsonWriter(true) : null;
  const counts = { slots: 0, changed: 0, missing: 0 };
  await output.write(json?.begin() ?? '');
  for await (const diff of diffs) {
    counts.slots++;
    if (diff.to === null) counts.missing++;
    if (diff.changes.length > 0 || isVerdictTurned(diff.verdicts)) counts.changed++;
    else if (!single) continue;
    const said = { ...diff, changes: diff.changes.map(sayChange) };
    await output.write(json ? json.element(said) : renderDiff(said, single, width, paint));
  }
  await output.write(json ? json.end() : single ? '' : describeCounts(counts));
  await output.close();
  return counts.changed > 0;
}

function describeCounts({ slots, changed, missing }: { slots: number; changed: number; missing: number }): string {
  const gone = missing === 0 ? '' : `, ${missing} not checked in the later sweep`;
  return `${slots} ${slots === 1 ? 'address' : 'addresses'}: ${changed} changed${gone}\n`;
}
