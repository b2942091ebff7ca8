import { SITE_FORMATS } from '../../reports/site-reporters.js';
import { BRAND } from './brand.js';
import { COMMON, FULL, OUTPUT } from './check-options.js';
import { declareSiteFormat } from './format.js';
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

/** Declares `--format` of the report of a site. */
export const SITE_FORMAT = declareSiteFormat(SITE_FORMATS);

/** Where and how the report of a site is written. */
export const SITE_OUTPUT = inGroup('Output:', {
  ...SITE_FORMAT,
  ...OUTPUT,
  ...BRAND,
  ...FULL,
  ...COMMON,
});
