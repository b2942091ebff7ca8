import { setMaxListeners } from 'node:events';
import type { ListenAddress } from '../files/server/listen.js';
import { readTlsFiles } from '../files/server/tls-files.js';
import { loadTokenFile, type TokenFile } from '../files/server/token-file.js';
import type { AddressRange } from '../model/address-ranges.js';
import { vantageOf } from '../model/work-api.js';
import { listenOn, requireProtection } from '../server/listen.js';
import { createWorkApp } from './work-app.js';
import { WORK_LIMITS, type WorkContext, type WorkLimits } from './work-context.js';

/** How orders are given to workers over HTTPS. */
export interface WorkServerOptions extends Pick<WorkContext, 'source' | 'onAccess' | 'onTrouble'> {
  readonly listen: ListenAddress;
  readonly tokenFile: string;
  /** Files of the certificate and its key. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Proxies that may tell for whom they ask. */
  readonly proxies?: readonly AddressRange[] | undefined;
  /** The vantages that are looked from: a token of any other is of no use, which is told. */
  readonly vantages: readonly string[];
  readonly limits?: Partial<WorkLimits> | undefined;
  /** What the operator should know. */
  readonly onNote: (note: string) => void;
}

/** A server that gives orders to workers. */
export interface WorkServer {
  readonly url: string;
  /**
   * Reads the tokens and the certificate again.
   * @throws InputError, with all as it was
   */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the server that workers without a database ask.
 * @throws InputError if it would listen unprotected, and for files and ports that cannot be had
 */
export async function startWorkServer(options: WorkServerOptions): Promise<WorkServer> {
  const { listen, proxies = [], tls, source, onAccess, onTrouble } = options;
  requireProtection(listen, tls !== undefined, proxies);
  let tokens = await loadTokens(options);
  const certificate = tls ? await readTlsFiles(tls.cert, tls.key) : null;
  const ending = new AbortController();
  // As many listen as there are requests for an order.
  setMaxListeners(0, ending.signal);
  const app = await createWorkApp(
    {
      ...{ source, proxies, onAccess, onTrouble, ending: ending.signal },
      limits: { ...WORK_LIMITS, ...options.limits },
      listTokens: () => tokens.entries,
      now: () => new Date(),
    },
    certificate,
  );
  const listener = await listenOn(app, listen);
  return {
    url: listener.url,
    reload: async () => {
      const read = await loadTokens(options);
      const renewed = tls ? await readTlsFiles(tls.cert, tls.key) : null;
      if (renewed) listener.replaceCertificate(renewed);
      tokens = read;
    },
    close: async () => {
      ending.abort();
      await listener.close();
    },
  };
}

async function loadTokens({ tokenFile, vantages, onNote }: WorkServerOptions): Promise<TokenFile> {
  const tokens = await loadTokenFile(tokenFile);
  tokens.notes.forEach(onNote);
  for (const { name } of tokens.entries) {
    const vantage = vantageOf(name);
    if (vantage === null || !vantages.includes(vantage))
      onNote(
        `${tokenFile}: the token ${name} is of none of the vantages (${vantages.join(', ')}): no order goes to it`,
      );
  }
  return tokens;
}
