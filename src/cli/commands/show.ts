import { sayReport } from '../../check/judge/say-report.js';
import { formatDay } from '../../files/text/day.js';
import { readInstant } from '../../files/text/instant.js';
import { keepUnseen, sayUnseen } from '../../fleet/changes/out-of-sight.js';
import { sayState } from '../../fleet/changes/say-change.js';
import { issueKey } from '../../fleet/changes/slot-state.js';
import type { Store } from '../../fleet/store/store.js';
import type { SlotState, Unseen } from '../../model/change.js';
import type { ClientCard, StoredReport } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { REPORTERS } from '../../reports/registry.js';
import type { Reporter } from '../../reports/reporter.js';
import { listNames } from '../../words/sentence.js';
import { BRAND, readBrand } from '../kit/brand.js';
import { COMMON, CRITICAL, CSV, FULL, OUTPUT, readStale, STALE } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { chooseExit, tell, worstVerdict } from '../kit/ending.js';
import { chooseFormat, REPORT_FORMAT, PLUGIN_CODES } from '../kit/format.js';
import { openReport, tellWritten } from '../kit/output.js';
import { CLIENT, describeMissingReport, type ReportWanted, STORE, tellRetired, withStore } from '../kit/store.js';
import { chooseStyle } from '../kit/terminal.js';

/** `sallyport show`: the last report of a client, or that of a time, as the check printed it. Sends nothing. */
export const command = defineCommand({
  words: {
    client: { ...CLIENT, required: true },
    address: { describe: 'Only the report of this address or name of the client' },
  },
  options: {
    at: { value: 'TIME', otherwise: 'the newest check', describe: 'The last check at or before this time' },
    ...REPORT_FORMAT,
    ...OUTPUT,
    ...BRAND,
    ...CSV,
    ...CRITICAL,
    ...STALE,
    reason: { switch: true, describe: 'Show why each endpoint has its state' },
    ...FULL,
    ...STORE,
    ...COMMON,
  },
  configurable: true,
  examples: [
    ['show acme', 'What did the last check of a client see?'],
    ['show acme 203.0.113.7 --at 2026-11-20', 'What was known of one address at the end of that day, UTC?'],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive', PLUGIN_CODES],
  async run({ client, address, store: path, ...settings }) {
    const format = chooseFormat(settings, REPORT_FORMAT.format);
    const brand = await readBrand(settings, format);
    const isStale = readStale(settings, new Date());
    const at = settings.at === undefined ? null : readInstant(settings.at, 'end');
    const { looks, retired } = await withStore(path, async (store) => ({
      looks: await readLooks(store, client, { address, at }),
      retired: await store.listRetired(client),
    }));
    const output = await openReport(settings.output, settings.force);
    const reporter: Reporter = REPORTERS[format];
    const writer = reporter.create({
      ...chooseStyle(output, settings.color),
      reasons: settings.reason ?? false,
      full: settings.full ?? false,
      csvSeparator: settings['csv-separator'],
      criticalFrom: settings['critical-from'],
      isStale,
      brand,
      many: looks.length > 1,
    });
    let verdict: Verdict = 'compliant';
    await output.write(writer.begin());
    for (const { client: card, slot, report: data, unseen, standing } of looks) {
      const report = keepUnseen(sayReport(data), unseen);
      verdict = worstVerdict(verdict, report.verdict);
      await output.write(writer.report(report, { client: card, slot, unseen: unseen.length }));
      if (settings.quiet) continue;
      for (const { title } of unseen) tell(`${slot}: ${title}`);
      if (standing.length > 0)
        tell(`${slot}: what stands from an earlier check: ${listNames(standing, MOST_STANDING)}`);
    }
    await output.write(writer.end({ outcome: verdict, troubles: [], unchecked: [] }));
    await output.close();
    if (!settings.quiet) tellRetired(retired.filter(({ slot }) => looks.some((look) => look.slot === slot)));
    tellWritten(verdict.toUpperCase(), ` of ${client}`, settings);
    return chooseExit(writer, verdict);
  },
});

/** More of what stands is only counted. */
const MOST_STANDING = 3;

interface Look extends StoredReport {
  readonly client: ClientCard;
  readonly unseen: readonly Unseen[];
  /** What stands from an earlier check, and that the report came to no verdict of. */
  readonly standing: readonly string[];
}

/** The reports that are asked for, with what stands although they do not show it: of earlier times that is not known. */
async function readLooks(store: Store, client: string, { address, at }: ReportWanted): Promise<Look[]> {
  const all = await store.readReports(client, at);
  const looks = all.filter(({ slot, report: { target } }) => !address || [slot, target.address].includes(address));
  if (looks.length === 0) throw await describeMissingReport(store, client, { address, at });
  const states = new Map<string, SlotState>();
  let card: ClientCard = { id: client, name: client, group: null, tags: [], contacts: [] };
  for await (const { client: known, slot, state } of store.readClientStates(client)) {
    card = known;
    if (!at) states.set(slot, state);
  }
  const waivers = at ? [] : await store.listWaivers(client);
  const today = formatDay(new Date());
  return looks.map((look) => {
    const state = states.get(look.slot);
    if (!state) return { ...look, client: card, unseen: [], standing: [] };
    const found = new Set(look.report.findings.map(issueKey));
    const standing = Object.values(sayState(state).issues).filter(
      (issue) => !issue.waived && issue.lostAt === undefined && !found.has(issueKey(issue)),
    );
    return {
      ...look,
      client: card,
      unseen: sayUnseen(state, waivers, today),
      standing: standing.map(({ title }) => title),
    };
  });
}
