import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** Version of sallyport, from its package manifest. */
export const VERSION = manifest.version;

/** How sallyport names itself to servers. */
export const USER_AGENT = `sallyport/${VERSION} (network exposure check)`;
