import { build } from 'esbuild';

const ROOT = new URL('..', import.meta.url).pathname;
const COMMON = { format: 'esm', platform: 'node', target: 'es2023', logLevel: 'warning', absWorkingDir: ROOT };

/**
 * Builds dist before the tests, which run the command line from there, without the declarations, which take tsc most of
 * its time. Types are `npm run typecheck`'s affair: an error in them stops no test. Scripts that tests run as processes
 * are bundled with what they need of dist, into .processes: loading hundreds of modules takes longer than they work.
 */
export default async function buildOnce() {
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
    external: ['@photostructure/sqlite'],
    // Dependencies in CommonJS call require for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
}
