import { expect, jest, test } from '@jest/globals';
import { join } from 'node:path';
import { openStore } from '../../../src/fleet/store/open-store.js';
import { createFiles, sallyport } from '../../cli/run.js';
import { createDirectory } from './scene.js';

jest.setTimeout(90_000);

const files = createFiles();
const CLIENTS = 60;
const inventory = files.write(
  'clients.csv',
  [
    'id,name,address,profile,authorized_by,authorization_reference',
    ...Array.from({ length: CLIENTS }, (_, n) => `c${n},Client ${n},127.0.43.${n + 1},closed,Ann Owner,contract 7`),
  ].join('\n'),
);

const common = ['--allow-special', '--no-canaries', '--timing', 'fast', '--timeout', '0.5', '--confirm-after', '0'];

function sweep(store: string, ...more: readonly string[]) {
  const args = ['sweep', '--inventory', inventory, '--store', store, ...common, '--format', 'ndjson', ...more];
  let kill: () => void = () => {};
  const ended = sallyport(args, {
    onStart: (child) => {
      child.stdin?.end();
      kill = () => void child.kill('SIGKILL');
    },
  });
  return { ended, kill: () => kill() };
}

/** The clients whose results were printed. */
function readPrinted(stdout: string): string[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { sweep: number; client: { id: string } })
    .map(({ sweep: id, client }) => `${id} ${client.id}`);
}

/** The final results of each sweep of a store: `sweep client`. */
async function readStored(path: string): Promise<string[]> {
  const store = await openStore(path);
  try {
    const stored: string[] = [];
    for (const { id } of await store.listSweeps(1_000)) {
      for await (const { clientId } of store.readSweepReports(id)) stored.push(`${id} ${clientId}`);
    }
    return stored;
  } finally {
    await store.close();
  }
}

test.concurrent('killed at twenty random moments, a sweep loses no result and does none twice', async () => {
  const path = join(createDirectory(), 'store.sqlite');
  const printed: string[] = [];
  let killed = 0;
  for (let round = 0; round < 20; round++) {
    const { ended, kill } = sweep(path, '--resume', '--rate', '500');
    const timer = setTimeout(kill, 250 + Math.random() * 600);
    const { code, stdout } = await ended;
    clearTimeout(timer);
    if (code === null) killed++;
    printed.push(...readPrinted(stdout));
  }
  const { code, stderr, stdout } = await sweep(path, '--resume').ended;
  printed.push(...readPrinted(stdout));
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/sweep \d+/) });
  expect(killed).toBeGreaterThan(10);
  const stored = await readStored(path);
  // What was told is stored, once.
  expect(new Set(printed).size).toBe(printed.length);
  expect(printed.filter((result) => !stored.includes(result))).toEqual([]);
  expect(new Set(stored).size).toBe(stored.length);
  // Whatever was begun was done in the end.
  const sweeps = new Set(stored.map((result) => result.split(' ')[0]));
  expect(stored).toHaveLength(sweeps.size * CLIENTS);
});

test.concurrent('two sweeps at once on one store do each other no harm', async () => {
  const path = join(createDirectory(), 'store.sqlite');
  const runs = [sweep(path, '--rate', '1000'), sweep(path, '--rate', '1000')];
  const ended = await Promise.all(runs.map((run) => run.ended));
  expect(ended.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(['', '']);
  const stored = await readStored(path);
  expect(stored).toHaveLength(2 * CLIENTS);
  expect(new Set(stored).size).toBe(2 * CLIENTS);
  expect(ended.flatMap(({ stdout }) => readPrinted(stdout)).sort()).toEqual([...stored].sort());
});
