import { build } from 'esbuild';

/**
 * Builds dist before the tests, which run the command line from there, without the declarations, which take tsc most of
 * its time. Types are `npm run typecheck`'s affair: an error in them stops no test.
 */
export default async function buildOnce() {
  await build({
    entryPoints: ['src/**/*.ts'],
    outbase: 'src',
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    logLevel: 'warning',
    absWorkingDir: new URL('..', import.meta.url).pathname,
  });
  await import('../bundle.js');
}
