import type { InferredOptionTypes, Options } from 'yargs';
import { CHECK_OPTIONS } from './check-options.js';

const LAN = 'The network:';

const { profile, service, timeout, format, output, quiet, color, config } = CHECK_OPTIONS;

/** The options of `sallyport lan`. */
export const LAN_OPTIONS = {
  gateway: {
    type: 'string',
    array: true,
    group: LAN,
    defaultDescription: "the system's default one",
    describe: 'Address of a gateway to read',
  },
  multicast: {
    type: 'boolean',
    group: LAN,
    defaultDescription: 'true',
    describe: 'Search for devices on each network; --no-multicast asks the gateways alone',
  },
  pbx: { type: 'string', group: LAN, describe: 'Address of the phone system, to look at what it offers' },
  ...{ profile, service, timeout, format, output, quiet, color, config },
} as const satisfies Record<string, Options>;

/** Options of `sallyport lan` that were given, from wherever. */
export type LanSettings = Partial<InferredOptionTypes<typeof LAN_OPTIONS>>;
