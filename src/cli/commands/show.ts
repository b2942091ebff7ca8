import { readInstant } from '../../files/text/instant.js';
import { findSite, showSite } from '../kit/show-site.js';
import { readInvited } from '../../fleet/handover/read-invited.js';
import { sayAge } from '../../fleet/changes/not-checked.js';
import { listUnchecked, type Look, readLooks, sayLook } from '../../fleet/handover/read-looks.js';
import type { Store } from '../../fleet/store/store.js';
import type { ReportWanted } from '../../fleet/handover/missing-report.js';
import type { ClientCard } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { worstVerdict } from '../../model/standing.js';
import { REPORTERS } from '../../reports/registry.js';
import type { Reporter } from '../../reports/reporter.js';
import { listNames } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { BRAND, readBrand } from '../kit/brand.js';
import { COMMON, FULL, OUTPUT } from '../kit/check-options.js';
import { CRITICAL, CSV, readStale, STALE } from '../kit/list-options.js';
import { defineCommand } from '../kit/command.js';
import { chooseExit, tell } from '../kit/ending.js';
import { chooseFormat, REPORT_FORMAT, PLUGIN_CODES } from '../kit/format.js';
import { isOnScreen, openReport, tellWritten } from '../kit/output.js';
import { CLIENT, STORE, tellRetired, withStore } from '../kit/store.js';
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
    const found = await withStore(path, async (store) => {
      const chosen = await chooseLooks(store, client, { address, at });
      if (!chosen) return findSite(store, client, { address, at });
      return {
        ...chosen,
        unchecked:
          chosen.invited.length > 0 ? [UNSWEPT] : at ? [] : await listMissing(store, client, address, chosen.looks),
        retired: await store.listRetired(client),
      };
    });
    if ('site' in found) return showSite(found, { ...settings, format, brand, isStale: at ? null : isStale });
    const { card, looks, invited, unchecked, retired } = found;
    const old = at ? [] : listOld(looks, isStale);
    const output = await openReport(settings.output, settings.force);
    const reporter: Reporter = REPORTERS[format];
    const writer = reporter.create({
      ...chooseStyle(output, settings.color),
      reasons: settings.reason ?? false,
      full: settings.full ?? false,
      csvSeparator: settings['csv-separator'],
      criticalFrom: settings['critical-from'],
      isStale: at ? undefined : isStale,
      brand,
      help: `What to do: sallyport show ${client} ADDRESS`,
      many: looks.length + invited.length + unchecked.length > 1,
    });
    let verdict: Verdict = old.length + unchecked.length > 0 ? 'inconclusive' : 'compliant';
    // The table tells it to who reads this too.
    const isTold = format === 'table' && isOnScreen(settings.output);
    await output.write(writer.begin());
    for (const look of looks) {
      const { slot, unseen, standing, invite } = look;
      const report = sayLook(look);
      verdict = worstVerdict(verdict, report.verdict);
      const lost = [...unseen, ...standing];
      await output.write(writer.report(report, { client: card, slot, unseen: lost.length, lost }));
      if (settings.quiet) continue;
      if (invite !== null) tell(`${slot}: ${FROM_SITE} ${renderTime(report.startedAt)}`);
      if (isTold) continue;
      for (const { title } of unseen) tell(`${slot}: ${title}`);
      const titles = standing.map(({ title }) => title);
      if (titles.length > 0) tell(`${slot}: what stands from an earlier check: ${listNames(titles, MOST_STANDING)}`);
    }
    for (const report of invited) {
      const slot = report.target.address ?? report.target.input;
      verdict = worstVerdict(verdict, report.verdict);
      await output.write(writer.report(report, { client: card, slot, unseen: 0, lost: [] }));
      if (!settings.quiet) tell(`${slot}: ${FROM_SITE} ${renderTime(report.startedAt)}`);
    }
    const missing = [...old.map((one) => ({ ...one, isOld: true })), ...unchecked].map((one) => ({
      ...{ client: card, isOld: 'isOld' in one },
      reason: one.slot === null ? one.reason : `${one.slot}: ${one.reason}`,
    }));
    await output.write(writer.end({ outcome: verdict, troubles: [], unchecked: missing }));
    await output.close();
    for (const { reason } of settings.quiet || isTold ? [] : missing) tell(`not checked: ${reason}`);
    for (const { slot, why } of settings.quiet ? [] : unchecked)
      if (why === 'gone') tell(`to take it off the lists: sallyport client retire ${client} ${slot}`);
    if (!settings.quiet) tellRetired(retired.filter(({ slot }) => looks.some((look) => look.slot === slot)));
    tellWritten(verdict.toUpperCase(), ` of ${client}`, settings);
    return chooseExit(writer, verdict);
  },
});

/** How a check came about that someone at the site began. */
const FROM_SITE = 'checked from the site, with a code, at';

/** More of what stands is only counted. */
const MOST_STANDING = 3;

/** What is missing where only someone at the site had something checked: it may be of another line. */
const UNSWEPT = { slot: null, why: 'new', reason: 'no sweep has checked any of its addresses' } as const;

/** The addresses whose last check was too long ago to say how they are now. */
function listOld(looks: readonly Look[], isStale: (at: string) => boolean) {
  return looks
    .filter(({ report: { startedAt } }) => isStale(startedAt))
    .map(({ slot, report: { startedAt } }) => ({ slot, reason: sayAge(Date.now() - Date.parse(startedAt)) }));
}

/** The addresses that were not checked, or that the client has no more; of one that is asked for, only itself. */
async function listMissing(store: Store, client: string, address: string | undefined, looks: readonly Look[]) {
  const missing = await listUnchecked(store, client, new Date());
  return address === undefined ? missing : missing.filter((one) => looks.some(({ slot }) => slot === one.slot));
}

/**
 * The reports that are asked for, with what stands although they do not show it; where there is none, what someone at
 * the site had checked. Null: there is neither.
 */
async function chooseLooks(store: Store, client: string, { address, at }: ReportWanted) {
  const now = new Date();
  const { card, looks: all } = await readLooks(store, client, at, now);
  const looks = all.filter(({ slot, report: { target } }) => !address || [slot, target.address].includes(address));
  const wanted = { since: null, until: at ?? now, now, address, looks };
  const invited = looks.length > 0 ? [] : await readInvited(store, client, wanted);
  if (looks.length + invited.length === 0) return null;
  const unknown: ClientCard = { id: client, name: client, group: null, tags: [], contacts: [] };
  return { card: card ?? unknown, looks, invited };
}
