import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadInventory } from '../../src/files/clients/inventory.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { beginSweep, runSweep, type SweepOptions } from '../../src/fleet/sweep/sweep.js';
import { SITES } from '../../src/lab/sites.js';
import { startSite, type Site } from '../../src/lab/start-site.js';
import { createFiles, runHere } from './run.js';

const files = createFiles();
const EXPOSED = '127.0.48.1';

let site: Site;
beforeAll(async () => {
  site = await startSite(SITES.forwarded, { address: EXPOSED, ports: 'ephemeral' });
});
afterAll(() => site.stop());

function writeInventory(name: string, rows: readonly string[]): string {
  const head = 'id,name,address,profile,services,authorized_by,authorization_reference';
  return files.write(name, [head, ...rows].join('\n'));
}

const authorised = (id: string, address: string, services = '') =>
  `${id},Client ${id},${address},closed,${services},Ann Owner,contract 7`;

/** Sweeps an inventory as far as one client, and is cut off there. */
async function cutOffAfter(id: string, inventory: string, path: string): Promise<void> {
  const store = await openStore(path);
  try {
    const loaded = await loadInventory(inventory);
    const { file } = loaded;
    const clients = loaded.clients.map((client) =>
      client.id === 'lost' ? { ...client, profile: '/nowhere.yaml' } : client,
    );
    const options: SweepOptions = {
      ...{ store, inventory: file, clients, confirmAfterMs: 0, alerts: null },
      ...{ allowSpecial: true, canaries: false, timing: 'fast', timeoutMs: 400 },
    };
    for await (const { client } of runSweep(await beginSweep(options), options)) if (client.id === id) break;
  } finally {
    await store.close();
  }
}

const resume = (inventory: string, store: string) =>
  runHere([
    ...['sweep', '--inventory', inventory, '--store', store, '--resume', '--allow-special', '--no-canaries'],
    ...['--timing', 'fast', '--timeout', '0.4', '--confirm-after', '0'],
  ]);

test('a violation from before the interruption counts in the exit code and in the summary', async () => {
  const port = Object.values(site.services)[0]![0]!;
  const rows = [
    authorised('bad', EXPOSED, `webpro=${port}`),
    ...[2, 3].map((n) => authorised(`c${n}`, `127.0.48.${n}`)),
  ];
  const inventory = writeInventory('violation.csv', rows);
  const store = join(files.directory, 'violation.sqlite');
  await cutOffAfter('bad', inventory, store);
  const { code, stdout, stderr } = await resume(inventory, store);
  expect(stderr).toMatch(/sweep 1 continues: \d clients? left; what it found before counts, too: 1 with a violation/);
  expect(stdout).toMatch(/Found before it was continued: 1 with a violation/);
  expect(code).toBe(1);
});

test('so do clients that were left out before it, and those that could not be looked at', async () => {
  const lost = authorised('lost', '127.0.48.5');
  const rows = [authorised('c4', '127.0.48.4'), lost, 'none,Nobody,127.0.48.6,closed,,,'];
  const inventory = writeInventory('left-out.csv', rows);
  const store = join(files.directory, 'left-out.sqlite');
  await cutOffAfter('c4', inventory, store);
  const { code, stdout, stderr } = await resume(inventory, store);
  expect(stderr).toContain('1 not checked, because there is no valid authorisation: none\n');
  expect(stdout).toContain('none (Nobody)');
  expect(stdout).toContain('lost (Client lost)');
  expect(code).toBe(3);
  expect((await resume(inventory, store)).stderr).toContain('there was no unfinished sweep to continue');
});

test('results that did not count before it do not count after it', async () => {
  const inventory = writeInventory(
    'held.csv',
    [7, 8].map((n) => authorised(`h${n}`, `127.0.48.${n}`)),
  );
  for (const held of [0, 1]) {
    const path = join(files.directory, `held-${held}.sqlite`);
    await cutOffAfter('h7', inventory, path);
    const store = await openStore(path);
    if (held > 0) await store.write((tx) => tx.noteHeld(1));
    await store.close();
    const { code, stdout } = await resume(inventory, path);
    expect(code).toBe(held > 0 ? 3 : 0);
    expect(stdout.includes('1 result not counted: too many clients fell silent at once')).toBe(held > 0);
  }
});

test('a file that must not be replaced ends it before a sweep is stored', async () => {
  const inventory = writeInventory('taken.csv', [authorised('one', '127.0.48.9')]);
  const store = join(files.directory, 'taken.sqlite');
  const taken = files.write('taken.ndjson', 'mine');
  const sweep = ['sweep', '--inventory', inventory, '--store', store, '--allow-special', '--no-canaries'];
  const { code, stderr } = await runHere([...sweep, '-o', taken]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: `sallyport: ${taken}: exists already; --force replaces it\n` });
  const again = await runHere([...sweep, '--timing', 'fast', '--timeout', '0.4', '-o', taken, '--force']);
  expect(again.stderr).toContain('sweep 1: 1 client');
  expect(again.stderr).toMatch(/sallyport: [A-Z]+: the report of sweep 1 is in .*taken\.ndjson\n$/);
  expect(JSON.parse(readFileSync(taken, 'utf8'))).toMatchObject({ client: { id: 'one' } });
});

test('an inventory that cannot be read costs no earlier report', async () => {
  const earlier = '[{"schema":"sallyport/sweep-result@1"}]';
  const report = files.write('earlier.json', earlier);
  const inventory = writeInventory('broken.csv', [authorised('one', '127.0.48.9'), authorised('one', 'no address')]);
  const store = join(files.directory, 'broken.sqlite');
  const { code, stderr } = await runHere(['sweep', '--inventory', inventory, '--store', store, '-o', report]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is given twice') });
  expect(readFileSync(report, 'utf8')).toBe(earlier);
});

test('a sweep that checks nobody knows nothing, and says why', async () => {
  const inventory = writeInventory('nobody.csv', [authorised('one', '127.0.48.9')]);
  const store = join(files.directory, 'nobody.sqlite');
  const run = await runHere([
    'sweep',
    '--inventory',
    inventory,
    '--store',
    store,
    '--allow-special',
    '--exclude',
    '127.0.48.0/24',
  ]);
  expect(run.code).toBe(3);
  expect(run.stdout).toContain('1 client not checked:\n  one (Client one): all of its addresses are excluded');
  expect(run.stdout).not.toContain('authorisation');
  expect(run.stderr).toContain('no client was checked');
});
