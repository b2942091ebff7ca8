import { stat, writeFile } from 'node:fs/promises';
import { loadInventory, selectClients } from '../../files/clients/inventory.js';
import { InputError } from '../../files/text/input-error.js';
import { loadAlertConfig } from '../../fleet/alerts/alert-config.js';
import { openStore } from '../../fleet/store/open-store.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import { watch, type WatchedFiles, type WatchView } from '../../fleet/sweep/watch.js';
import { forTerminal } from '../../words/escape.js';
import { readDuration } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT } from '../kit/ending.js';
import { inGroup, type Values } from '../kit/option.js';
import { tellDelivery } from '../kit/progress.js';
import { chooseStorePath } from '../kit/store.js';
import { NO_CONTROL, readSweepFigures, SWEEP_OPTIONS } from '../kit/sweep-options.js';
import { tuneForMany } from '../kit/tune-for-many.js';

const JITTER_MS = 60_000;
const HEARTBEAT_EVERY_MS = 30_000;

const OPTIONS = {
  ...SWEEP_OPTIONS,
  ...inGroup('Clients:', {
    jitter: {
      value: 'TIME',
      otherwise: '60s',
      describe: 'Delay each scheduled sweep by a random time, at most this long',
    },
  }),
  ...inGroup('Output:', {
    heartbeat: {
      value: 'FILE',
      describe: 'File whose time is updated every 30 s while all is well, for a watchdog',
    },
  }),
} as const;

type Settings = Values<typeof OPTIONS>;

/** `sallyport watch`: sweeps on the schedules of an inventory, as a service. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  examples: [['watch --inventory clients.yaml --alerts alerts.yaml', 'Run in the foreground, as a service does']],
  notes: ['SIGTERM and Ctrl-C stop it cleanly, with exit code 0.'],
  async run(settings) {
    const { heartbeat, quiet = false } = settings;
    const figures = await readSweepFigures(settings);
    const jitterMs = readDuration('jitter', settings.jitter, JITTER_MS);
    const files = createFiles(settings);
    if (heartbeat !== undefined) await beatHeart(heartbeat);
    const view = createView(quiet, heartbeat);
    if (figures.control === undefined) view.note(NO_CONTROL);
    const store = await openStore(chooseStorePath(settings.store));
    const ending = catchSignals();
    tuneForMany();
    try {
      await watch({ store, figures, ...files, jitterMs, view, signal: ending.signal });
      return EXIT.compliant;
    } finally {
      ending.release();
      await store.close();
    }
  },
});

/** The files of a watch, and whether they changed since they were loaded. */
function createFiles({ inventory, alerts, group, client, tag }: Settings) {
  const paths = [inventory, ...(alerts === undefined ? [] : [alerts])];
  const look = async (): Promise<string> => {
    const stats = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
    return JSON.stringify(stats.map((found) => found && [found.mtimeMs, found.size, found.ino]));
  };
  let seen = '';
  return {
    load: async (): Promise<WatchedFiles> => {
      seen = await look();
      const loaded = await loadInventory(inventory);
      return {
        inventory: loaded.file,
        clients: selectClients(loaded, { groups: group, ids: client, tags: tag }),
        alerts: alerts === undefined ? null : await loadAlertConfig(alerts, process.env),
      };
    },
    changed: async (): Promise<boolean> => (await look()) !== seen,
  };
}

/** Lines on standard error, with the time, as service logs want them. */
function createView(quiet: boolean, heartbeat: string | undefined): WatchView {
  let beatAt = 0;
  const note = (line: string): void => {
    if (!quiet) process.stderr.write(`${new Date().toISOString()} ${forTerminal(line)}\n`);
  };
  return {
    note,
    result: (sweepId, { client, report, changes }) => {
      for (const { kind, severity, title } of changes.map(sayChange))
        note(`sweep ${sweepId}: ${client.id} ${report.target.address ?? ''} ${kind} ${severity}: ${title}`);
    },
    delivery: tellDelivery,
    alive: () => {
      if (heartbeat === undefined || Date.now() - beatAt < HEARTBEAT_EVERY_MS) return;
      beatAt = Date.now();
      beatHeart(heartbeat).catch((error: unknown) => note((error as Error).message));
    },
  };
}

async function beatHeart(file: string): Promise<void> {
  await writeFile(file, `${new Date().toISOString()}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`the heartbeat cannot be written (${error.code})`, { file });
  });
}
