import { readFileSync } from 'node:fs';

/** The folder of this package: of the modules in src and dist, and of the bundle, one level up. */
export const PACKAGE_ROOT = new URL('../', import.meta.url);

const manifest = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8')) as { version: string };

/** Version of sallyport, from its package manifest. */
export const VERSION = manifest.version;

/** How sallyport names itself to servers. */
export const USER_AGENT = `sallyport/${VERSION} (network exposure check)`;
