import { access, constants, statfs } from 'node:fs/promises';
import { build } from 'esbuild';

const ROOT = new URL('..', import.meta.url).pathname;
const COMMON = { format: 'esm', platform: 'node', target: 'es2023', logLevel: 'warning', absWorkingDir: ROOT };

/** A file system in memory, which Linux has. */
const MEMORY = '/dev/shm';
/** Many times what tests have on disk at once. */
const ROOM = 2 * 1024 ** 3;

/**
 * Has tests keep their files in memory where there is room: hundreds of them write a store, and each then waits for the
 * disk. Who sets TMPDIR has them there.
 */
async function avoidDisk() {
  if (process.env.TMPDIR !== undefined) return;
  try {
    await access(MEMORY, constants.W_OK);
    const { bavail, bsize } = await statfs(MEMORY);
    if (bavail * bsize >= ROOM) process.env.TMPDIR = MEMORY;
  } catch {
    // There is none.
  }
}

/**
 * Builds dist before the tests, which run the command line from there, without the declarations, which take tsc most of
 * its time. Types are `npm run typecheck`'s affair: an error in them stops no test. Scripts that tests run as processes
 * are bundled with what they need of dist, into .processes: loading hundreds of modules takes longer than they work.
 */
export default async function buildOnce() {
  await avoidDisk();
  await build({
    ...COMMON,
    entryPoints: ['src/**/*.ts', 'src/**/*.tsx'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outbase: 'src',
    outdir: 'dist',
  });
  await import('../bundle.js');
  await build({
    ...COMMON,
    entryPoints: [
      'test/check/few-descriptors.js',
      'test/fleet/store/store-process.js',
      'test/net/scan/engine-process.js',
      'test/site/outside/vantage-process.js',
    ],
    outdir: '.processes',
    entryNames: '[name]',
    bundle: true,
    external: ['@photostructure/sqlite', 'pg'],
    // Dependencies in CommonJS call require for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
}
