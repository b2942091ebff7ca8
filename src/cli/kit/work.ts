import { readTokenFile } from '../../files/server/token-file.js';
import { readCaFile } from '../../files/server/tls-files.js';
import { InputError } from '../../files/text/input-error.js';
import type { WorkQueue } from '../../fleet/workers/work-queue.js';
import type { WorkSource } from '../../fleet/workers/work-source.js';
import { refuseServerUrl } from '../../model/server-address.js';
import { StoreError } from '../../fleet/store/store-error.js';
import type { ServerPlace, StorePlace } from '../../model/store-place.js';
import type { ReadWork } from '../../model/work-status.js';
import { type VantagePlace, vantageNameSchema } from '../../model/work.js';
import { OUTSIDER } from '../../model/profile.js';
import { readDuration } from './check-options.js';
import type { Options, Values } from './option.js';
import { chooseStore } from './store.js';

const EXPIRY_MS = 60_000;
const LEAST_EXPIRY_MS = 15_000;

/** When an order goes to another worker. */
export const EXPIRY = {
  expiry: {
    value: 'TIME',
    otherwise: '60s',
    describe: 'How long a worker may be silent before another gets its orders: the time that its death costs',
  },
} as const satisfies Options;

/**
 * The server of a store that workers share.
 * @throws InputError if it is a file: workers find each other through the database
 */
export function chooseServer(given: string | undefined): ServerPlace {
  const place = chooseStore(given);
  if (typeof place !== 'string') return place;
  throw new InputError('--store: coordinators and workers need a store on a server: postgres://USER@HOST/DATABASE');
}

/**
 * How long a worker may be silent before its orders go to another, s.
 * @throws InputError
 */
export function readExpiry({ expiry }: Values<typeof EXPIRY>): number {
  const ms = readDuration('expiry', expiry, EXPIRY_MS);
  if (ms < LEAST_EXPIRY_MS) throw new InputError('--expiry: expected at least 15 s');
  return Math.ceil(ms / 1_000);
}

/** Opens the queue of orders; with an expiry for a coordinator. Loaded only here: one machine needs none. */
export async function openQueue(
  place: ServerPlace,
  note: (line: string) => void,
  expirySeconds?: number,
): Promise<WorkQueue> {
  const { WorkQueue: Queue } = await import('../../fleet/workers/work-queue.js');
  return Queue.open(place, { expirySeconds, onTrouble: (error) => note(error.message) });
}

/** How what workers are at is read, until it is closed. */
export interface WorkShown {
  readonly read: ReadWork;
  close(): Promise<void>;
}

/** Has what workers on a store are at be read; of a store that is a file, nothing is loaded for that. */
export async function openWorkStatus(place: StorePlace): Promise<WorkShown> {
  const nothing = { read: () => Promise.resolve(null), close: () => Promise.resolve() };
  if (typeof place === 'string') return nothing;
  const { WorkStatusReader } = await import('../../fleet/workers/work-status.js');
  try {
    const reader = new WorkStatusReader(place);
    return { read: () => reader.read(), close: () => reader.close() };
  } catch (error) {
    // Where the schema has a name with which there can be no workers, there are none.
    if (error instanceof StoreError) return nothing;
    throw error;
  }
}

/**
 * Where a worker gets its orders: from the database, or from a coordinator over HTTPS. Returns how that is opened.
 * @throws InputError unless it is one of them
 */
export async function readWorkSource(settings: {
  readonly store?: string | undefined;
  readonly server?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'server-ca'?: string | undefined;
}): Promise<(note: (line: string) => void, signal: AbortSignal) => Promise<WorkSource>> {
  const { store, server, 'token-file': tokenFile, 'server-ca': caFile } = settings;
  if ((store === undefined) === (server === undefined))
    throw new InputError('either --store (or SALLYPORT_STORE), the database, or --server, the coordinator, is needed');
  if (server === undefined) {
    if (tokenFile !== undefined || caFile !== undefined)
      throw new InputError('--token-file and --server-ca are for --server: a database has users of its own');
    const place = chooseServer(store);
    return (note) => openQueue(place, note);
  }
  const url = URL.canParse(server) ? new URL(server) : null;
  const problem = url ? refuseServerUrl(url) : 'it is not a URL such as https://coordinator.example.com';
  if (!url || problem !== undefined) throw new InputError(`--server ${server}: ${problem}`);
  if (tokenFile === undefined)
    throw new InputError('no token is given for --server: name its file with --token-file FILE');
  const token = await readTokenFile(tokenFile);
  const ca = caFile === undefined ? undefined : await readCaFile(caFile);
  return async (_note, signal) => {
    const { ServerWork } = await import('../../fleet/workers/server-work.js');
    return new ServerWork({ url, token, ca, signal });
  };
}

/**
 * Reads the name of a vantage.
 * @param option where it was given
 * @throws InputError
 */
export function readVantageName(text: string, option = '--vantage'): string {
  const name = vantageNameSchema.safeParse(text);
  if (name.success) return name.data;
  throw new InputError(`${option}: "${text}" is no name of a vantage: small letters, digits and hyphens, 32 at most`);
}

/**
 * Reads the vantages of a coordinator or a check, NAME or NAME=SOURCE each.
 * @param option where they were given
 * @throws InputError
 */
export function readVantages(given: readonly string[], option = '--vantage'): VantagePlace[] {
  const places = given.map((text): VantagePlace => {
    const [name = '', source = OUTSIDER, ...more] = text.split('=');
    if (source === '' || more.length > 0)
      throw new InputError(`${option}: "${text}" is not NAME or NAME=SOURCE, such as berlin or office=provider`);
    return { name: readVantageName(name, option), source };
  });
  const names = places.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InputError(`${option}: ${twice} is given twice`);
  return places;
}
