import type { InferredOptionTypes, Options } from 'yargs';
import { CHECK_OPTIONS } from './check-options.js';
import { LAN_OPTIONS } from './lan-options.js';
import { SWEEP_OPTIONS } from './sweep-options.js';

const OUTSIDE = 'From outside:';
const STAND_IN = "In the phone system's place:";
const SITE = 'The site:';

const { profile, service, source, timing, format, output, quiet, color, config } = CHECK_OPTIONS;
const { gateway, multicast } = LAN_OPTIONS;

/** The options of `sallyport preinstall`. */
export const PREINSTALL_OPTIONS = {
  vantage: { type: 'string', group: OUTSIDE, describe: 'URL of the vantage server, which looks from outside' },
  'token-file': { type: 'string', group: OUTSIDE, describe: 'File with the token that the vantage knows' },
  'vantage-ca': {
    type: 'string',
    group: OUTSIDE,
    describe: "File (PEM) of the CA to trust for the vantage instead of the system's",
  },
  source: { ...source, group: OUTSIDE },
  timing: { ...timing, group: OUTSIDE },
  'stand-in': {
    type: 'boolean',
    group: STAND_IN,
    describe: "Listen in the phone system's place: proves what is forwarded there and what is not",
  },
  'pbx-address': { type: 'string', group: STAND_IN, describe: 'Address that the phone system has or will have' },
  'firewall-open': {
    type: 'boolean',
    group: STAND_IN,
    describe: "You have seen to it that this machine's own firewall lets everything in",
  },
  binding: {
    type: 'string',
    group: OUTSIDE,
    describe: 'Try for so long, at most 5m, how long the NAT keeps a silent UDP binding; for example 2m',
  },
  client: {
    ...SWEEP_OPTIONS.client,
    group: SITE,
    describe: 'Id of the client: its checklist counts, its history is kept',
  },
  again: { type: 'boolean', group: SITE, describe: 'Tell what changed since the last run' },
  checklist: {
    type: 'string',
    group: SITE,
    defaultDescription: 'nec-sl',
    describe: 'Checklist of the client: a name or a file',
  },
  store: { ...SWEEP_OPTIONS.store, group: SITE },
  profile: { ...profile, group: SITE },
  service: { ...service, group: SITE },
  gateway: { ...gateway, group: SITE },
  multicast: { ...multicast, group: SITE },
  ...{ format, output, quiet, color, config },
} as const satisfies Record<string, Options>;

/** Options of `sallyport preinstall` that were given, from wherever. */
export type PreinstallSettings = Partial<InferredOptionTypes<typeof PREINSTALL_OPTIONS>>;
