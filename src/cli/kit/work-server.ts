import type { WorkServer } from '../../coordinator/start-work-server.js';
import { InputError } from '../../files/text/input-error.js';
import type { WorkQueue } from '../../fleet/workers/work-queue.js';
import type { VantagePlace } from '../../model/work.js';
import { vantageOf } from '../../model/work-api.js';
import { logAccess, reloadOnHangup } from './api-server.js';
import { tell, tellError } from './ending.js';
import { LISTEN, PROTECTION, readListening } from './listening.js';
import { inGroup, type Values } from './option.js';
import { createTokenCommands } from './token-commands.js';

/** The options of a coordinator for workers that have no database. */
export const WORK_LISTENING = inGroup('Workers without a database:', {
  ...LISTEN,
  'token-file': { value: 'FILE', describe: 'File of the tokens of those workers' },
  ...PROTECTION,
});

/** The commands by which their tokens are made and revoked. */
export const WORKER_TOKENS = createTokenCommands({
  whose: 'The vantage that it is for, such as berlin; for several workers there berlin.1, berlin.2',
  refuseName: (name) =>
    vantageOf(name) === null ? 'it begins with that of a vantage, such as berlin or berlin.2' : null,
  ...{ role: null, words: null },
  may: {
    viewer: 'looks from that vantage, and is told whom to look at',
    operator: 'the same',
    admin: 'the same',
  },
  use: 'put it into a file, and give that to the worker with --server and --token-file',
});

/** How workers without a database are listened to, as the options say; null if they are not. */
export function readWorkListening(settings: Values<typeof WORK_LISTENING>) {
  const { listen, 'token-file': tokenFile, 'tls-cert': cert, 'behind-proxy': proxies } = settings;
  if (listen === undefined) {
    if (tokenFile === undefined && cert === undefined && proxies === undefined) return null;
    throw new InputError(
      '--listen HOST:PORT is missing: --token-file, --tls-cert and --behind-proxy are for workers that ask there',
    );
  }
  if (tokenFile === undefined)
    throw new InputError('no token file is given for --listen: name one with --token-file FILE');
  return { ...readListening(listen, settings), tokenFile };
}

/** Listens to workers that have no database, until it is closed. Those that are refused stand in the log. */
export async function serveWork(
  listening: NonNullable<ReturnType<typeof readWorkListening>>,
  queue: WorkQueue,
  vantages: readonly VantagePlace[],
): Promise<Pick<WorkServer, 'close'>> {
  // Heavy; most coordinators do without it.
  const { startWorkServer } = await import('../../coordinator/start-work-server.js');
  const server = await startWorkServer({
    ...listening,
    source: queue,
    vantages: vantages.map(({ name }) => name),
    onNote: tell,
    onTrouble: tellError,
    onAccess: (request) => {
      if (request.status >= 400) logAccess(request);
    },
  });
  const release = reloadOnHangup(server);
  tell(`workers are listened to on ${server.url}`);
  return {
    close: async () => {
      release();
      await server.close();
    },
  };
}
