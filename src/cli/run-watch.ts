import { stat, writeFile } from 'node:fs/promises';
import { openStore } from '../fleet/store/open-store.js';
import { loadAlertConfig } from '../fleet/alerts/alert-config.js';
import { InputError } from '../files/text/input-error.js';
import { loadInventory, selectClients } from '../files/clients/inventory.js';
import { forTerminal } from '../words/escape.js';
import { watch, type WatchedFiles, type WatchView } from '../fleet/sweep/watch.js';
import { tuneForMany } from './tune-for-many.js';
import { EXIT } from './exit-codes.js';
import { tellDelivery } from './send-alerts.js';
import { readSettings } from './settings.js';
import { catchSignals } from './signals.js';
import { chooseStorePath } from './store-path.js';
import type { WatchSettings } from './sweep-options.js';
import { readDuration, readSweepFigures } from './sweep-settings.js';

const JITTER_MS = 60_000;
const HEARTBEAT_EVERY_MS = 30_000;

/** Runs a watch as its options say, until it is stopped; the exit code. */
export async function runWatchFromOptions(args: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readSettings('watch', args);
  const { inventory, heartbeat, quiet = false } = settings;
  if (inventory === undefined) throw new InputError('no inventory is given: name one with --inventory FILE');
  const figures = await readSweepFigures(settings);
  const jitterMs = readDuration('jitter', settings.jitter, JITTER_MS);
  const files = createFiles(inventory, settings);
  if (heartbeat !== undefined) await beatHeart(heartbeat);
  const store = await openStore(chooseStorePath(settings.store));
  const ending = catchSignals();
  tuneForMany();
  try {
    await watch({ store, figures, ...files, jitterMs, view: createView(quiet, heartbeat), signal: ending.signal });
    return EXIT.compliant;
  } finally {
    ending.release();
    await store.close();
  }
}

/** The files of a watch, and whether they changed since they were loaded. */
function createFiles(inventory: string, { alerts, group, client, tag }: WatchSettings) {
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
  const tell = (line: string): void => {
    if (!quiet) process.stderr.write(`${new Date().toISOString()} ${forTerminal(line)}\n`);
  };
  return {
    note: tell,
    result: (sweepId, { client, report, changes }) => {
      for (const { kind, severity, title } of changes)
        tell(`sweep ${sweepId}: ${client.id} ${report.target.address ?? ''} ${kind} ${severity}: ${title}`);
    },
    delivery: tellDelivery,
    alive: () => {
      if (heartbeat === undefined || Date.now() - beatAt < HEARTBEAT_EVERY_MS) return;
      beatAt = Date.now();
      beatHeart(heartbeat).catch((error: unknown) => tell((error as Error).message));
    },
  };
}

async function beatHeart(file: string): Promise<void> {
  await writeFile(file, `${new Date().toISOString()}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`the heartbeat can not be written (${error.code})`, { file });
  });
}
