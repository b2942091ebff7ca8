import { openStore } from '../../fleet/store/open-store.js';
import { openPatiently } from '../../fleet/sweep/open-patiently.js';
import type { Store } from '../../fleet/store/store.js';
import { watch } from '../../fleet/sweep/watch.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT, tellError } from '../kit/ending.js';
import { inGroup } from '../kit/option.js';
import { loadEarly } from '../kit/load-early.js';
import { createReportDrawer } from '../kit/report-mail.js';
import { beatHeart, createFiles, createView, JITTER, readJitter } from '../kit/service.js';
import { chooseStore } from '../kit/store.js';
import { NO_CONTROL, readSweepFigures, SWEEP_OPTIONS } from '../kit/sweep-options.js';
import { tuneForMany } from '../kit/tune-for-many.js';

const OPTIONS = {
  ...SWEEP_OPTIONS,
  ...inGroup('Clients:', JITTER),
  ...inGroup('Output:', {
    heartbeat: {
      value: 'FILE',
      describe: 'File whose time is updated every 30 s while all is well, for a watchdog',
    },
  }),
} as const;

/** `sallyport watch`: sweeps on the schedules of an inventory, as a service. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  examples: [['watch --inventory clients.yaml --alerts alerts.yaml', 'Run in the foreground, as a service does']],
  notes: ['SIGTERM and Ctrl-C stop it cleanly, with exit code 0.'],
  async run(settings) {
    const { heartbeat, quiet = false } = settings;
    const figures = await readSweepFigures(settings);
    const jitterMs = readJitter(settings);
    const view = createView(quiet, heartbeat);
    const files = createFiles(settings, (line) => view.note(line), true);
    const path = chooseStore(settings.store);
    const ending = catchSignals();
    let store: Store | null = null;
    try {
      const { alerts } = await files.load();
      const { signal } = ending;
      store = await openPatiently(() => openStore(path), { alerts, note: (line) => view.note(line), signal });
      if (!store) return EXIT.compliant;
      if (figures.control === undefined) view.note(NO_CONTROL);
      // Not before: a service manager that starts us again and again must not keep it fresh.
      if (heartbeat !== undefined) await beatHeart(heartbeat);
      tuneForMany();
      void loadEarly().catch(tellError);
      const draw = createReportDrawer(store, (line) => view.note(line));
      await watch({ store, figures, ...files, jitterMs, view, signal, draw });
      return EXIT.compliant;
    } finally {
      ending.release();
      await store?.close();
    }
  },
});
