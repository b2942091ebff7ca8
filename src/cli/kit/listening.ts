import { parseListen, parseProxies } from '../../files/server/listen.js';
import { InputError } from '../../files/text/input-error.js';
import type { Options, Values } from './option.js';

/** The option that says where a server of ours listens. */
export const LISTEN = {
  listen: { value: 'ADDRESS:PORT', describe: 'Where to listen; port 0 for any free port' },
} as const satisfies Options;

/** The options that protect what is said to a server of ours. */
export const PROTECTION = {
  'tls-cert': { value: 'FILE', describe: 'File of the certificate and its chain (PEM)' },
  'tls-key': { value: 'FILE', describe: 'File of its key (PEM)' },
  'behind-proxy': {
    value: 'ADDRESSES',
    describe: 'Addresses or networks, separated by commas, of the proxies that do TLS and name the caller',
  },
} as const satisfies Options;

/**
 * Where a server listens, and who protects what is said to it.
 * @throws InputError
 */
export function readListening(listen: string, settings: Values<typeof PROTECTION>) {
  const { 'tls-cert': cert, 'tls-key': key, 'behind-proxy': proxies } = settings;
  if ((cert === undefined) !== (key === undefined)) throw new InputError('--tls-cert and --tls-key go together');
  if (cert !== undefined && proxies !== undefined)
    throw new InputError('--behind-proxy and --tls-cert cannot be used together: only one of them does TLS');
  return {
    listen: parseListen(listen),
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    proxies: proxies === undefined ? [] : parseProxies(proxies),
  };
}
