import { SITE_FORMATS } from '../../reports/site-reporters.js';
import { COMMON, FULL, OUTPUT } from './check-options.js';
import { inGroup, type Options } from './option.js';

/** Which gateways of a network are asked, and how. */
export const GATEWAYS = {
  gateway: {
    list: true,
    value: 'ADDRESS',
    otherwise: "the system's default gateway",
    describe: 'Address of a gateway to read',
  },
  multicast: {
    switch: true,
    otherwise: 'on',
    describe: 'Search for devices on each network; --no-multicast asks the gateways only',
  },
} as const satisfies Options;

/** Where and how the report of a site is written. */
export const SITE_OUTPUT = inGroup('Output:', {
  format: { choices: SITE_FORMATS, otherwise: 'as the file is called, or table', describe: 'Format of the report' },
  ...OUTPUT,
  ...FULL,
  ...COMMON,
});
