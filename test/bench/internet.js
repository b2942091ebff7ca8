import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '../..');
const NETSIM = join(ROOT, 'test/lab/netsim/netsim.sh');
const CLI = join(ROOT, 'bin/sallyport.js');
const PREFIX = process.env.LAB_NAMESPACES ?? `sallyportbench${process.pid}`;
let made = 0;

/** A simulated internet of `sites` sites with `loss` percent of packets lost each way, until `close()`. */
export function startInternet(directory, { sites, loss, seed }) {
  const name = `${PREFIX}-${(made += 1)}`;
  const options = ['-n', `${sites}`, '-s', `${seed}`];
  execFileSync('bash', [NETSIM, 'up', name, ...options, '-l', `${loss}`], { stdio: 'ignore' });
  const truthFile = join(directory, `${name}.truth`);
  writeFileSync(truthFile, execFileSync('bash', [NETSIM, 'truth', ...options], { maxBuffer: 1 << 28 }));
  return {
    range: `198.18.0.1-${addressOf(sites)}`,
    truth: readFileSync(truthFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    inside: (command) => ['ip', 'netns', 'exec', name, ...command],
    compare: (file) =>
      JSON.parse(execFileSync(process.execPath, [join(ROOT, 'test/lab/netsim/compare.js'), truthFile, file])),
    close: () => execFileSync('bash', [NETSIM, 'down', name]),
  };
}

/** The address of site `n`. */
export function addressOf(n) {
  return [198, 18 + (n >> 16), (n >> 8) & 255, n & 255].join('.');
}

/** The command line of a check. */
export function sallyport(...args) {
  return [process.execPath, CLI, ...args];
}
