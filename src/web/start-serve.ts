import type { ListenAddress } from '../files/server/listen.js';
import { readTlsFiles } from '../files/server/tls-files.js';
import { loadTokenFile } from '../files/server/token-file.js';
import { InputError } from '../files/text/input-error.js';
import type { AddressRange } from '../model/address-ranges.js';
import { listenOn, requireProtection } from '../server/listen.js';
import { Sessions } from './access/sessions.js';
import { createServeApp } from './serve-app.js';
import { type ServeContext, WEB_LIMITS, type WebLimits } from './serve-context.js';

/** How the dealer's pages are served. */
export interface ServeOptions extends Omit<ServeContext, 'access' | 'limits'> {
  readonly listen: ListenAddress;
  /** File of the tokens to sign in with; null where only this machine is served, and nobody signs in. */
  readonly tokenFile: string | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Proxies that do TLS, and tell for whom they ask. */
  readonly proxies: readonly AddressRange[];
  readonly limits?: Partial<WebLimits> | undefined;
  readonly onNote: (note: string) => void;
}

/** Pages that are served. */
export interface Served {
  readonly url: string;
  /**
   * Reads the tokens and the certificate again.
   * @throws InputError, with all as it was
   */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves the dealer's pages and their API.
 * @throws InputError if they would be served unprotected, and for files and ports that cannot be had
 */
export async function startServe(options: ServeOptions): Promise<Served> {
  const { listen, tokenFile, tls, proxies, onNote, limits, ...context } = options;
  requireProtection(listen, tls !== null, proxies);
  if (tokenFile === null && (!listen.loopback || proxies.length > 0)) {
    throw new InputError(
      'beyond this machine everyone has to sign in: make a token with sallyport serve token NAME --token-file FILE, and give --token-file FILE',
    );
  }
  let tokens = tokenFile === null ? null : await loadTokenFile(tokenFile);
  tokens?.notes.forEach(onNote);
  const certificate = tls && (await readTlsFiles(tls.cert, tls.key));
  const listTokens = tokens && (() => tokens?.entries ?? []);
  const access = { listTokens, sessions: new Sessions(context.now), proxies, now: context.now };
  const app = await createServeApp({ ...context, access, limits: { ...WEB_LIMITS, ...limits } }, certificate);
  const listener = await listenOn(app, listen);
  return {
    url: listener.url,
    reload: async () => {
      const read = tokenFile === null ? null : await loadTokenFile(tokenFile);
      if (tls) listener.replaceCertificate(await readTlsFiles(tls.cert, tls.key));
      tokens = read;
      read?.notes.forEach(onNote);
    },
    close: () => listener.close(),
  };
}
