import { readFileSync } from 'node:fs';
import { PACKAGE_ROOT } from './package-root.js';

const manifest = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8')) as { version: string };

/** Version of sallyport, from its package manifest. */
export const VERSION = manifest.version;

/** How sallyport names itself to servers. */
export const USER_AGENT = `sallyport/${VERSION} (network exposure check)`;
