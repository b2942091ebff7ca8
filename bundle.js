import { readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

/*
 * Bundles the command line that tsc has built: loading its 250 modules one by one takes a third of a second, of
 * which the bundle needs half, and less without white space. Commands and what they alone need stay in chunks of their own. yargs,
 * cli-progress, SQLite, nodemailer, pdfkit, pg and pg-boss are left out, since they read files beside their modules, or may lack some.
 */
const DIST = new URL('dist/', import.meta.url);
const { metafile } = await build({
  entryPoints: [new URL('cli/main.js', DIST).pathname],
  outdir: DIST.pathname,
  entryNames: 'sallyport',
  chunkNames: 'chunk-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  external: ['yargs', 'cli-progress', '@photostructure/sqlite', 'nodemailer', 'pdfkit', 'pg', 'pg-boss'],
  // Dependencies in CommonJS call require for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  logLevel: 'warning',
  metafile: true,
});
// Only now, so that what runs meanwhile finds its chunks.
const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const name of readdirSync(DIST)) if (name.startsWith('chunk-') && !written.has(name)) rmSync(new URL(name, DIST));

/*
 * The scripts of pages, each whole: a browser loads the one for charts only where there is one.
 */
const BROWSER = new URL('src/web/browser/', import.meta.url);
await build({
  entryPoints: ['live.ts', 'chart.ts'].map((name) => new URL(name, BROWSER).pathname),
  outdir: new URL('web/browser/', DIST).pathname,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
});
