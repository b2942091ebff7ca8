import { stat, writeFile } from 'node:fs/promises';
import { type InventoryFormat, selectClients } from '../../files/clients/inventory.js';
import { InputError } from '../../files/text/input-error.js';
import { loadAlertConfig } from '../../fleet/alerts/alert-config.js';
import { openStore } from '../../fleet/store/open-store.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import { openPatiently } from '../../fleet/sweep/open-patiently.js';
import type { Store } from '../../fleet/store/store.js';
import { watch, type WatchView } from '../../fleet/sweep/watch.js';
import type { WatchedFiles } from '../../fleet/sweep/watched-files.js';
import { forTerminal } from '../../words/escape.js';
import { readDuration } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT } from '../kit/ending.js';
import { readInventory } from '../kit/inventory.js';
import { inGroup, type Values } from '../kit/option.js';
import { tellDelivery } from '../kit/progress.js';
import { createReportDrawer } from '../kit/report-mail.js';
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

/** How to write a schedule. */
const HOW_TO: Readonly<Record<InventoryFormat, string>> = {
  yaml: 'write schedule: "30 3 * * *" (daily at 3:30) under "defaults", a group or a client',
  csv: 'add a column "schedule" with 30 3 * * * (daily at 3:30) or @daily',
};

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
    const view = createView(quiet, heartbeat);
    const files = createFiles(settings, (line) => view.note(line));
    if (figures.control === undefined) view.note(NO_CONTROL);
    const path = chooseStorePath(settings.store);
    const ending = catchSignals();
    let store: Store | null = null;
    try {
      const { alerts } = await files.load();
      const { signal } = ending;
      store = await openPatiently(() => openStore(path), { alerts, note: (line) => view.note(line), signal });
      if (!store) return EXIT.compliant;
      // Not before: a service manager that starts us again and again must not keep it fresh.
      if (heartbeat !== undefined) await beatHeart(heartbeat);
      tuneForMany();
      const draw = createReportDrawer(store, (line) => view.note(line));
      await watch({ store, figures, ...files, jitterMs, view, signal, draw });
      return EXIT.compliant;
    } finally {
      ending.release();
      await store?.close();
    }
  },
});

/** The files of a watch, and whether they changed since they were loaded. */
function createFiles({ inventory, alerts, group, client, tag, ignore }: Settings, note: (line: string) => void) {
  const paths = [inventory, ...(alerts === undefined ? [] : [alerts])];
  const look = async (): Promise<string> => {
    const stats = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
    return JSON.stringify(stats.map((found) => found && [found.mtimeMs, found.size, found.ino]));
  };
  let seen = '';
  const told = new Set<string>();
  const tellOnce = (line: string): void => {
    if (!told.has(line)) note(line);
    told.add(line);
  };
  return {
    load: async (): Promise<WatchedFiles> => {
      seen = await look();
      const loaded = await readInventory(inventory, { ignore, note: tellOnce });
      const clients = selectClients(loaded, { groups: group, ids: client, tags: tag });
      const config = alerts === undefined ? null : await loadAlertConfig(alerts, process.env);
      if (!clients.some(({ schedule }) => schedule !== null) && !config?.reports.size) {
        throw new InputError(`no client has a schedule, so nothing would ever be due: ${HOW_TO[loaded.format]}`, {
          file: inventory,
        });
      }
      return {
        inventory: loaded.file,
        clients,
        everyone: loaded.clients,
        chosen: JSON.stringify([group ?? [], client ?? [], tag ?? []]),
        alerts: config,
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
