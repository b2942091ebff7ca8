import { sayReport } from '../../check/judge/say-report.js';
import { InputError } from '../../files/text/input-error.js';
import { formatDay, readInstant } from '../../files/text/instant.js';
import { keepUnseen, sayUnseen } from '../../fleet/changes/out-of-sight.js';
import { sayState } from '../../fleet/changes/say-change.js';
import { issueKey } from '../../fleet/changes/slot-state.js';
import type { Store } from '../../fleet/store/store.js';
import type { SlotState, Unseen } from '../../model/change.js';
import type { StoredReport } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { REPORT_FORMATS, REPORTERS } from '../../reports/registry.js';
import { listNames } from '../../words/sentence.js';
import { CSV, FULL, OUTPUT } from '../kit/check-options.js';
import { renderTime } from '../../words/time.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell, worstVerdict } from '../kit/ending.js';
import { chooseFormat, openReport, tellWritten } from '../kit/output.js';
import { CLIENT, describeUnknownClient, STORE, withStore } from '../kit/store.js';
import { chooseStyle } from '../kit/terminal.js';

/** `sallyport show`: the last report of a client, or that of a time, as the check printed it. Sends nothing. */
export const command = defineCommand({
  words: {
    client: { ...CLIENT, required: true },
    address: { describe: 'Only the report of this address or name of the client' },
  },
  options: {
    at: { value: 'TIME', otherwise: 'the newest check', describe: 'The last check at or before this time' },
    format: { choices: REPORT_FORMATS, otherwise: 'as the file is called, or table', describe: 'Format of the report' },
    ...OUTPUT,
    ...CSV,
    reason: { switch: true, describe: 'Show why each endpoint has its state' },
    ...FULL,
    quiet: { switch: true, short: 'q', describe: 'No notes on standard error' },
    color: { switch: true, describe: 'Colours; --no-color and NO_COLOR switch them off' },
    ...STORE,
  },
  examples: [
    ['show acme', 'What did the last check of a client see?'],
    ['show acme 203.0.113.7 --at 2026-11-20', 'What was known of one address at the end of that day, UTC?'],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive'],
  async run({ client, address, store: path, ...settings }) {
    const format = chooseFormat(settings, REPORT_FORMATS);
    const at = settings.at === undefined ? null : readInstant(settings.at, 'end');
    const looks = await withStore(path, (store) => readLooks(store, client, { address, at }));
    const output = await openReport(settings.output, settings.force);
    const writer = REPORTERS[format].create({
      ...chooseStyle(output, settings.color),
      reasons: settings.reason ?? false,
      full: settings.full ?? false,
      csvSeparator: settings['csv-separator'],
      many: looks.length > 1,
    });
    let verdict: Verdict = 'compliant';
    await output.write(writer.begin());
    for (const { slot, report: data, unseen, standing } of looks) {
      const report = keepUnseen(sayReport(data), unseen);
      verdict = worstVerdict(verdict, report.verdict);
      await output.write(writer.report(report));
      if (settings.quiet) continue;
      for (const { title } of unseen) tell(`${slot}: ${title}`);
      if (standing.length > 0)
        tell(`${slot}: what stands from an earlier check: ${listNames(standing, MOST_STANDING)}`);
    }
    await output.write(writer.end());
    await output.close();
    tellWritten(verdict.toUpperCase(), ` of ${client}`, settings);
    return EXIT[verdict];
  },
});

/** More of what stands is only counted. */
const MOST_STANDING = 3;

interface Wanted {
  readonly address: string | undefined;
  readonly at: Date | null;
}

interface Look extends StoredReport {
  readonly unseen: readonly Unseen[];
  /** What stands from an earlier check, and that the report came to no verdict of. */
  readonly standing: readonly string[];
}

/** The reports that are asked for, with what stands although they do not show it: of earlier times that is not known. */
async function readLooks(store: Store, client: string, { address, at }: Wanted): Promise<Look[]> {
  const all = await store.readReports(client, at);
  if (all.length === 0) {
    if (at && (await store.readReports(client, null)).length > 0)
      throw new InputError(`"${client}" has no check of ${renderTime(at.toISOString())} or before`);
    throw await describeUnknownClient(store, client);
  }
  const looks = all.filter(({ slot, report: { target } }) => !address || [slot, target.address].includes(address));
  if (looks.length === 0) {
    const known = listNames(all.map(({ slot }) => slot));
    throw new InputError(`"${client}" has no address "${address}" in the store; it has ${known}`);
  }
  const states = new Map<string, SlotState>();
  if (!at) for await (const { slot, state } of store.readClientStates(client)) states.set(slot, state);
  const waivers = at ? [] : await store.listWaivers(client);
  const today = formatDay(new Date());
  return looks.map((look) => {
    const state = states.get(look.slot);
    if (!state) return { ...look, unseen: [], standing: [] };
    const found = new Set(look.report.findings.map(issueKey));
    const standing = Object.values(sayState(state).issues).filter(
      (issue) => !issue.waived && issue.lostAt === undefined && !found.has(issueKey(issue)),
    );
    return { ...look, unseen: sayUnseen(state, waivers, today), standing: standing.map(({ title }) => title) };
  });
}
