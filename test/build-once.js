import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'node_modules/.cache/sallyport/built-from');

/** Exit code of tsc for errors in spite of which it wrote all files. */
const OUTPUT_ALL_THE_SAME = 2;

/** Digest of all files below some paths of the repository: their names and contents. */
function digest(...paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const names = path.includes('.') ? [''] : readdirSync(join(ROOT, path), { recursive: true }).sort();
    for (const name of names) {
      const file = join(ROOT, path, name);
      if (/\.(?:[jt]s|json)$/.test(file)) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

const digestSources = () => digest('src', 'bundle.js', 'package.json', 'tsconfig.json', 'tsconfig.build.json');

/**
 * Builds dist before the tests, which run the command line from there; not where it was built from these very
 * sources. Types are `npm run typecheck`'s affair: an error in them builds all the same, and stops no test.
 */
export default function buildOnce() {
  const sources = digestSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === `${sources} ${digest('dist')}`) return;
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) process.stderr.write(`The build has errors:\n${stdout}`);
  if (status !== 0 && status !== OUTPUT_ALL_THE_SAME) throw new Error('dist can not be built');
  const bundle = spawnSync(process.execPath, ['bundle.js'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (bundle.status !== 0) throw new Error('the command line can not be bundled');
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, status === 0 ? `${sources} ${digest('dist')}` : '');
}
