import type { InferredOptionTypes, Options } from 'yargs';
import { CHECK_OPTIONS } from './check-options.js';

const LISTEN = 'Listening:';
const CALLERS = 'Callers:';

/** The options of `sallyport vantage`. */
export const VANTAGE_OPTIONS = {
  listen: { type: 'string', group: LISTEN, describe: 'ADDRESS:PORT to listen on; port 0 for any that is free' },
  'tls-cert': { type: 'string', group: LISTEN, describe: 'File of the certificate and those above it (PEM)' },
  'tls-key': { type: 'string', group: LISTEN, describe: 'File of its key (PEM)' },
  'behind-proxy': {
    type: 'string',
    group: LISTEN,
    describe: 'Addresses or networks of the proxies that do TLS and tell for whom, separated by commas',
  },
  'sip-port': {
    type: 'number',
    group: LISTEN,
    defaultDescription: '5060',
    describe: 'UDP and TCP port for SIP exchanges; 0 for none',
  },
  'stun-ports': {
    type: 'string',
    group: LISTEN,
    defaultDescription: '3478,3479',
    describe: 'Two UDP ports that tell how a NAT maps; 0 for none',
  },
  'token-file': { type: 'string', group: CALLERS, describe: 'File of the tokens, or with the token to use' },
  'allow-special': CHECK_OPTIONS['allow-special'],
  config: CHECK_OPTIONS.config,
  quiet: CHECK_OPTIONS.quiet,
} as const satisfies Record<string, Options>;

/** Options of a vantage that were given, from wherever. */
export type VantageSettings = Partial<InferredOptionTypes<typeof VANTAGE_OPTIONS>>;
