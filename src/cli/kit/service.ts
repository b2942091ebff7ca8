import { stat, writeFile } from 'node:fs/promises';
import { type Inventory, type InventoryFormat, selectClients } from '../../files/clients/inventory.js';
import { InputError } from '../../files/text/input-error.js';
import { type AlertConfig, loadAlertConfig } from '../../fleet/alerts/alert-config.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import type { WatchView } from '../../fleet/sweep/watch-options.js';
import type { WatchedFiles } from '../../fleet/sweep/watched-files.js';
import { forTerminal } from '../../words/escape.js';
import { readDuration } from './check-options.js';
import { readInventory } from './inventory.js';
import type { Options, Values } from './option.js';
import { tellDelivery } from './progress.js';

/*
 * What `watch` and `serve` share: the files that are loaded again when they change, and the lines of a service.
 */

const HEARTBEAT_EVERY_MS = 30_000;
const JITTER_MS = 60_000;

/** The option that keeps sweeps of one schedule from beginning at the same moment each time. */
export const JITTER = {
  jitter: {
    value: 'TIME',
    otherwise: '60s',
    describe: 'Delay each scheduled sweep by a random time, at most this long',
  },
} as const satisfies Options;

/** A sweep begins up to so much after its time, ms. */
export function readJitter({ jitter }: Values<typeof JITTER>): number {
  return readDuration('jitter', jitter, JITTER_MS);
}

/** How to write a schedule. */
const HOW_TO: Readonly<Record<InventoryFormat, string>> = {
  yaml: 'write schedule: "30 3 * * *" (daily at 3:30) under "defaults", a group or a client',
  csv: 'add a column "schedule" with 30 3 * * * (daily at 3:30) or @daily',
};

/** Which files a service works by, and which of the clients. */
interface FileSettings {
  readonly inventory: string;
  readonly alerts?: string | undefined;
  readonly group?: readonly string[] | undefined;
  readonly client?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
}

/** The files of a service, as they are loaded. */
export interface ServiceFiles {
  readonly inventory: Inventory;
  readonly alerts: AlertConfig | null;
}

/**
 * The files of a service, which are loaded again when they change.
 * @param needsSchedule an inventory of which nothing would ever be due is a mistake
 */
export function createFiles(settings: FileSettings, note: (line: string) => void, needsSchedule: boolean) {
  const { inventory: file, alerts, group: groups, client: ids, tag: tags, ignore } = settings;
  const paths = [file, ...(alerts === undefined ? [] : [alerts])];
  const look = async (): Promise<string> => {
    const stats = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
    return JSON.stringify(stats.map((found) => found && [found.mtimeMs, found.size, found.ino]));
  };
  const chosen = JSON.stringify([groups ?? [], ids ?? [], tags ?? []]);
  const told = new Set<string>();
  const tellOnce = (line: string): void => {
    if (!told.has(line)) note(line);
    told.add(line);
  };
  let taken = '';
  let last: { readonly key: string; readonly files: ServiceFiles } | null = null;
  const loadAt = async (key: string): Promise<ServiceFiles> => {
    if (last?.key === key) return last.files;
    const inventory = await readInventory(file, { ignore, note: tellOnce });
    const config = alerts === undefined ? null : await loadAlertConfig(alerts, process.env);
    const files = { inventory, alerts: config };
    last = { key, files };
    return files;
  };
  return {
    chosen,
    /** What the files say now; what was loaded before where they have mistakes, which are told. */
    read: async (): Promise<ServiceFiles> => {
      try {
        return await loadAt(await look());
      } catch (error) {
        if (!last || !(error instanceof InputError)) throw error;
        tellOnce(error.message);
        return last.files;
      }
    },
    load: async (): Promise<WatchedFiles> => {
      taken = await look();
      const { inventory, alerts: config } = await loadAt(taken);
      const clients = selectClients(inventory, { groups, ids, tags });
      if (needsSchedule && !clients.some(({ schedule }) => schedule !== null) && !config?.reports.size) {
        throw new InputError(`no client has a schedule, so nothing would ever be due: ${HOW_TO[inventory.format]}`, {
          file,
        });
      }
      return {
        inventory: inventory.file,
        clients,
        everyone: inventory.clients,
        chosen,
        alerts: config,
      };
    },
    /** Whether the files changed since `load` took them. */
    changed: async (): Promise<boolean> => (await look()) !== taken,
  };
}

/** Lines on standard error, with the time, as service logs want them. */
export function createView(quiet: boolean, heartbeat: string | undefined): WatchView {
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

/** Updates the time of the heartbeat's file. */
export async function beatHeart(file: string): Promise<void> {
  await writeFile(file, `${new Date().toISOString()}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`the heartbeat cannot be written (${error.code})`, { file });
  });
}
