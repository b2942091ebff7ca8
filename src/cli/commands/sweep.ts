import { sayReport } from '../../check/judge/say-report.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import { selectClients } from '../../files/clients/inventory.js';
import { type AlertConfig, loadAlertConfig } from '../../fleet/alerts/alert-config.js';
import { deliverMessages } from '../../fleet/alerts/deliver.js';
import { openStore } from '../../fleet/store/open-store.js';
import {
  beginSweep,
  type PreparedSweep,
  resumeSweep,
  runSweep,
  type RunSweepOptions,
  type SweepEnd,
} from '../../fleet/sweep/sweep.js';
import { tellSiteLooks } from '../../fleet/sweep/tell-site-looks.js';
import type { Brand } from '../../model/brand.js';
import { VERDICTS } from '../../model/report.js';
import { worstVerdict } from '../../model/standing.js';
import { type ReportFormat, REPORTERS } from '../../reports/registry.js';
import { renderResults } from '../../reports/sweep-table.js';
import { createSweepWriter } from '../../reports/sweep-writer.js';
import { listNames, renderCount } from '../../words/sentence.js';
import { BRAND, readBrand } from '../kit/brand.js';
import { OUTPUT } from '../kit/check-options.js';
import { CRITICAL, CSV } from '../kit/list-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, chooseExit, tell } from '../kit/ending.js';
import { chooseFormat, SWEEP_FORMAT, PLUGIN_CODES } from '../kit/format.js';
import { readInventory } from '../kit/inventory.js';
import { inGroup, type Values } from '../kit/option.js';
import { openReport, type Output, tellWritten } from '../kit/output.js';
import { createProgress, tellDelivery } from '../kit/progress.js';
import { createReportDrawer } from '../kit/report-mail.js';
import { chooseStore } from '../kit/store.js';
import { NO_CONTROL, readSweepFigures, SWEEP_OPTIONS, type SweepFigures } from '../kit/sweep-options.js';
import { chooseStyle } from '../kit/terminal.js';
import { tuneForMany } from '../kit/tune-for-many.js';

const OPTIONS = {
  ...SWEEP_OPTIONS,
  ...inGroup('Clients:', {
    limit: { limits: { least: 1, most: 10_000_000, whole: true }, describe: 'At most this many clients' },
    resume: { switch: true, describe: "Continue the inventory's unfinished sweep, if there is one" },
  }),
  ...inGroup('Output:', {
    ...SWEEP_FORMAT,
    ...OUTPUT,
    ...BRAND,
    ...CSV,
    ...CRITICAL,
  }),
} as const;

type Settings = Values<typeof OPTIONS>;

/** `sallyport sweep`: every client of an inventory, with history, changes and alerts. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  examples: [
    ['sweep --inventory clients.csv', 'Check all clients with a valid authorisation'],
    ['sweep --inventory clients.csv --resume', 'Continue a sweep that was cut off'],
  ],
  notes: [
    'Exit codes: 0 all compliant, 1 a violation, 2 usage or internal error, 3 inconclusive or not all clients checked',
    PLUGIN_CODES,
  ],
  async run(settings) {
    const format = chooseFormat(settings, SWEEP_FORMAT.format);
    const brand = await readBrand(settings, format);
    const figures = await readSweepFigures(settings);
    const alerts = settings.alerts === undefined ? null : await loadAlertConfig(settings.alerts, process.env);
    tuneForMany();
    // Before the sweep is stored, which a file that must not be replaced would leave unfinished.
    const output = await openReport(settings.output, settings.force);
    const { store, inventory, prepared } = await prepare(settings, figures, alerts).catch(async (error: unknown) => {
      await output.close();
      throw error;
    });
    const ending = catchSignals();
    try {
      const options = { ...figures, store, inventory, alerts, signal: ending.signal };
      const exitCode = await writeSweep(prepared, options, { settings, format, brand, output });
      const draw = createReportDrawer(store, tell);
      const delivery = { signal: ending.signal, now: () => new Date(), draw, onResult: tellDelivery };
      if (alerts) {
        await tellSiteLooks(store, alerts, new Date());
        await deliverMessages(store.messages, alerts, delivery);
      }
      return exitCode;
    } finally {
      ending.release();
      await store.close();
    }
  },
});

/** Puts the sweep into the store. The clients themselves, which may be very many, are let go of with this. */
async function prepare(settings: Settings, figures: SweepFigures, alerts: AlertConfig | null) {
  const { resume = false, quiet = false, group: groups, client: ids, tag: tags, limit } = settings;
  const loaded = await readInventory(settings.inventory, settings);
  const filter = { groups, ids, tags, limit };
  const clients = selectClients(loaded, filter);
  const store = await openStore(chooseStore(settings.store));
  try {
    const options = { ...figures, store, inventory: loaded.file, clients, everyone: loaded.clients, filter, alerts };
    const unfinished = await store.findUnfinished(loaded.file);
    const prepared = (resume ? await resumeSweep(options) : null) ?? (await beginSweep(options));
    if (!quiet && figures.control === undefined) tell(NO_CONTROL);
    if (!quiet) tellBeginning(prepared, resume, unfinished?.id ?? null);
    return { store, inventory: loaded.file, prepared };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** At most this many clients are named before a sweep; all that were left out are listed at its end. */
const MAX_NAMED = 10;

function tellBeginning(
  { sweep, resumed, results, skipped, skippedCount }: PreparedSweep,
  resume: boolean,
  unfinished: number | null,
) {
  const clients = renderCount(sweep.remaining, 'client');
  const before = renderResults(results);
  const counting = before === '' ? '' : `; what it found before counts, too: ${before}`;
  tell(resumed ? `sweep ${sweep.id} continues: ${clients} left${counting}` : `sweep ${sweep.id}: ${clients}`);
  if (resume && !resumed) tell('there was no unfinished sweep to continue');
  if (!resume && unfinished !== null) tell(`sweep ${unfinished} was not finished; --resume would have continued it`);
  if (skippedCount > 0) {
    const named = skipped.slice(0, MAX_NAMED).map(({ client }) => client.id);
    const more = skippedCount > named.length ? [`${skippedCount - named.length} more`] : [];
    tell(`${skippedCount} not checked, because there is no valid authorisation: ${listNames([...named, ...more])}`);
  }
}

interface WriteOptions {
  readonly settings: Settings;
  readonly format: ReportFormat;
  readonly brand: Brand | null;
  readonly output: Output;
}

/** Runs a sweep and writes its results as they come; the exit code is of the worst, a client not checked being unknown. */
async function writeSweep(
  prepared: PreparedSweep,
  options: RunSweepOptions,
  { settings, format, brand, output }: WriteOptions,
): Promise<number> {
  const total = prepared.sweep.remaining;
  const style = {
    ...chooseStyle(output, settings.color),
    reasons: false,
    many: true,
    csvSeparator: settings['csv-separator'],
    criticalFrom: settings['critical-from'],
    brand,
  };
  const writer = createSweepWriter(REPORTERS[format], style, total);
  const progress = await createProgress({
    total,
    quiet: settings.quiet ?? false,
    reportsShown: !output.toFile && process.stdout.isTTY,
  });
  const before = VERDICTS.filter((verdict) => prepared.results.verdicts[verdict] > 0);
  let verdict = before.reduce(worstVerdict, prepared.skippedCount + prepared.held > 0 ? 'inconclusive' : 'compliant');
  let end: SweepEnd = { state: 'interrupted', blind: 0, held: 0, failed: [] };
  let shown = { finished: 0, note: '' };
  let settled = 0;
  let checked = before.length > 0;
  const results = runSweep(
    prepared,
    {
      ...options,
      onTrouble: tell,
      onProgress: ({ finished, secondLooks }) => {
        shown = { finished, note: secondLooks > 0 ? `${secondLooks} to check again, to confirm what changed` : '' };
        progress.update(shown);
      },
      // Spread clients end all together: till then, this is all the progress that there is.
      onEndpoint:
        options.spreadMs === undefined
          ? undefined
          : () => progress.update({ ...shown, note: shown.note || `${++settled} endpoints asked` }),
    },
    (ended) => (end = ended),
  );
  try {
    await output.write(writer.begin());
    for await (const result of results) {
      checked = true;
      verdict = worstVerdict(verdict, result.report.verdict);
      if (result.unseen > 0) verdict = worstVerdict(verdict, 'inconclusive');
      const said = { report: sayReport(result.report), changes: result.changes.map(sayChange) };
      await output.write(writer.result({ ...result, ...said, sweepId: prepared.sweep.id }));
    }
    const interrupted = end.state === 'interrupted';
    if (!checked || interrupted || end.held > 0 || end.failed.length > 0)
      verdict = worstVerdict(verdict, 'inconclusive');
    progress.stop();
    if (!checked) tell('no client was checked, so nothing is known of any');
    await output.write(writer.end({ ...prepared, ...end, sweepId: prepared.sweep.id, interrupted, outcome: verdict }));
    await output.close();
    tellWritten(verdict.toUpperCase(), ` of sweep ${prepared.sweep.id}`, settings);
    return chooseExit(writer, verdict);
  } finally {
    progress.stop();
    await output.close();
  }
}
