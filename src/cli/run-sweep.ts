import { openStore } from '../fleet/store/open-store.js';
import { type AlertConfig, loadAlertConfig } from '../fleet/alerts/alert-config.js';
import { InputError } from '../files/text/input-error.js';
import { loadInventory, selectClients } from '../files/clients/inventory.js';
import type { Verdict } from '../model/report.js';
import { createSweepWriter } from '../reports/sweep-writer.js';
import {
  beginSweep,
  resumeSweep,
  runSweep,
  type PreparedSweep,
  type SweepEnd,
  type RunSweepOptions,
} from '../fleet/sweep/sweep.js';
import { tuneForMany } from './tune-for-many.js';
import { EXIT, worstVerdict } from './exit-codes.js';
import { openOutput } from './output.js';
import { createProgress } from './progress.js';
import { sendAlerts } from './send-alerts.js';
import { readSettings } from './settings.js';
import { catchSignals } from './signals.js';
import { chooseStorePath } from './store-path.js';
import type { SweepSettings } from './sweep-options.js';
import { readSweepFigures, type SweepFigures } from './sweep-settings.js';
import { useColor } from './terminal.js';

/** Runs a sweep as its options say; the exit code. */
export async function runSweepFromOptions(args: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readSettings('sweep', args);
  const figures = await readSweepFigures(settings);
  const alerts = settings.alerts === undefined ? null : await loadAlertConfig(settings.alerts, process.env);
  tuneForMany();
  const { store, inventory, prepared } = await prepare(settings, figures, alerts);
  const ending = catchSignals();
  try {
    const options = { ...figures, store, inventory, alerts, signal: ending.signal };
    const verdict = await writeSweep(prepared, options, settings);
    if (alerts) await sendAlerts(store, alerts, ending.signal);
    return EXIT[verdict];
  } finally {
    ending.release();
    await store.close();
  }
}

/** Puts the sweep into the store. The clients themselves, which may be very many, are let go of with this. */
async function prepare(settings: SweepSettings, figures: SweepFigures, alerts: AlertConfig | null) {
  if (settings.inventory === undefined) throw new InputError('no inventory is given: name one with --inventory FILE');
  const { resume = false, quiet = false, group: groups, client: ids, tag: tags, limit } = settings;
  const loaded = await loadInventory(settings.inventory);
  const filter = { groups, ids, tags, limit };
  const clients = selectClients(loaded, filter);
  const store = await openStore(chooseStorePath(settings.store));
  try {
    const options = { ...figures, store, inventory: loaded.file, clients, filter, alerts };
    const unfinished = await store.findUnfinished(loaded.file);
    const prepared = (resume ? await resumeSweep(options) : null) ?? (await beginSweep(options));
    if (!quiet) tellBeginning(prepared, resume, unfinished?.id ?? null);
    return { store, inventory: loaded.file, prepared };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function tellBeginning({ sweep, resumed, skippedCount }: PreparedSweep, resume: boolean, unfinished: number | null) {
  const clients = `${sweep.remaining} ${sweep.remaining === 1 ? 'client' : 'clients'}`;
  const notes = [resumed ? `sweep ${sweep.id} goes on: ${clients} left` : `sweep ${sweep.id}: ${clients}`];
  if (resume && !resumed) notes.push('there was no unfinished sweep to go on with');
  if (!resume && unfinished !== null)
    notes.push(`sweep ${unfinished} was not finished; --resume would have gone on with it`);
  if (skippedCount > 0) notes.push(`${skippedCount} not probed, for want of an authorisation`);
  for (const note of notes) process.stderr.write(`sallyport: ${note}\n`);
}

/** Runs a sweep and writes its results as they come; the worst verdict, in which a client not probed is unknown. */
async function writeSweep(
  prepared: PreparedSweep,
  options: RunSweepOptions,
  settings: SweepSettings,
): Promise<Verdict> {
  const output = await openOutput(settings.output);
  const { toFile } = output;
  const format = settings.format ?? 'table';
  const total = prepared.sweep.remaining;
  const style = {
    color: !toFile && useColor(settings.color),
    width: toFile ? 80 : process.stdout.columns || 80,
    reasons: false,
    many: true,
  };
  const writer = createSweepWriter(format, style, total);
  const progress = await createProgress({
    total,
    quiet: settings.quiet ?? false,
    reportsShown: !toFile && process.stdout.isTTY,
  });
  let verdict: Verdict = prepared.skippedCount > 0 ? 'inconclusive' : 'compliant';
  let end: SweepEnd = { state: 'interrupted', blind: 0, failed: [] };
  const results = runSweep(
    prepared,
    {
      ...options,
      onProgress: ({ finished, secondLooks }) =>
        progress.update({ finished, note: secondLooks > 0 ? `${secondLooks} to look at again` : '' }),
    },
    (ended) => (end = ended),
  );
  try {
    await output.write(writer.begin());
    for await (const result of results) {
      verdict = worstVerdict(verdict, result.report.verdict);
      await output.write(writer.result({ ...result, sweepId: prepared.sweep.id }));
    }
    const interrupted = end.state === 'interrupted';
    if (interrupted || end.failed.length > 0) verdict = worstVerdict(verdict, 'inconclusive');
    progress.stop();
    await output.write(writer.end({ ...prepared, ...end, sweepId: prepared.sweep.id, interrupted }));
    return verdict;
  } finally {
    progress.stop();
    await output.close();
  }
}
