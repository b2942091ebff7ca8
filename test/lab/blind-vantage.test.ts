import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chooseServer, openWorkStatus, type WorkShown } from '../../src/cli/kit/work.js';
import { loadInventory } from '../../src/files/clients/inventory.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Store } from '../../src/fleet/store/store.js';
import { beginSweep } from '../../src/fleet/sweep/sweep.js';
import { servePages } from '../web/serve.js';
import { execute, must } from './namespace.js';
import { createPostgres, type PostgresServer } from './postgres-server.js';
import { type Running, startSallyport, until } from './workers.js';

/*
 * Two vantages see the same sites. Then the line of one of them goes dead, which is no one's fault but its own, and comes
 * back.
 */

const NETSIM = join(process.cwd(), 'test/lab/netsim/netsim.sh');
const PLACES = ['north', 'south'] as const;
const spaceOf = (place: string) => `${process.env['LAB_NAMESPACES'] ?? 'sallyport'}-dark-${process.pid}-${place}`;
/** Sites that answer all that they are asked, so that a look is short: of some all is shut, the others are exposed. */
const CLASSES = ['reject', 'dmz'];
const SITES = 8;

const directory = mkdtempSync(join(tmpdir(), 'sallyport-blind-'));
const inventory = join(directory, 'clients.yaml');
const alerts = join(directory, 'alerts.yaml');

let server: PostgresServer;
let place: string;
let store: Store;
let shown: WorkShown;
let pages: Awaited<ReturnType<typeof servePages>>;
let exposed: readonly string[];
const workers: Running[] = [];
let coordinator: Running | null = null;

beforeAll(async () => {
  chmodSync(directory, 0o711);
  server = await createPostgres();
  server.query('create database fleet');
  place = `postgres:///fleet?host=${server.directory}&port=${server.port}&user=postgres`;
  const options = ['-n', '48', '-s', '11'];
  for (const name of PLACES) await must(['bash', NETSIM, 'up', spaceOf(name), ...options, '-l', '0']);
  const sites = (await must(['bash', NETSIM, 'truth', ...options]))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { ip: string; class: string })
    .filter((site) => CLASSES.includes(site.class))
    .slice(0, SITES);
  exposed = sites.filter((site) => site.class === 'dmz').map(({ ip }) => ip);
  const clients = sites.map(({ ip }) => `  - {id: ${ip}, name: ${ip}, address: [${ip}]}`);
  const defaults = 'defaults: {profile: closed, schedule: "0 3 1 1 *", authorization: {by: lab, reference: netsim}}';
  writeFileSync(inventory, [defaults, 'clients:', ...clients, ''].join('\n'));
  writeFileSync(join(directory, 'secret'), 'a key of the lab', { mode: 0o600 });
  // Nobody listens there, so that all messages stay in the outbox.
  writeFileSync(
    alerts,
    'channels: {sink: {kind: webhook, url: "http://127.0.0.1:9/", secret: {file: secret}}}\n' +
      'routes: [{to: [sink]}]\noperator: {to: [sink]}\n',
  );
  store = await openStore(chooseServer(place));
  shown = await openWorkStatus(chooseServer(place));
  pages = await servePages({ readWork: shown.read });
}, 60_000);

afterAll(async () => {
  for (const one of [...workers, ...(coordinator ? [coordinator] : [])]) await one.signal('SIGKILL').catch(() => {});
  await shown?.close();
  await store?.close();
  server?.remove();
  for (const name of PLACES) await must(['bash', NETSIM, 'down', spaceOf(name)]).catch(() => {});
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

function startWorker(vantage: string): void {
  const args = ['worker', '--vantage', vantage, '--store', place, '--allow-special', '--timing', 'fast'];
  const spool = ['--spool', join(directory, `spool-${vantage}`)];
  workers.push(startSallyport([...args, ...spool, '--timeout', '1', '--retries', '1'], spaceOf(vantage)));
}

/** Has a coordinator that is started anew make a sweep. Returns what came of it. */
async function sweep() {
  await coordinator?.signal('SIGTERM');
  const { clients } = await loadInventory(inventory);
  const { sweep: begun } = await beginSweep({ store, inventory, clients, confirmAfterMs: 0, alerts: null });
  await store.finishSweep(begun.id, 'interrupted', new Date());
  coordinator = startSallyport([
    ...['coordinator', '--inventory', inventory, '--alerts', alerts, '--store', place, '--no-ping', '--no-canaries'],
    ...[...PLACES.flatMap((name) => ['--vantage', name]), '--allow-special', '--confirm-after', '0', '--jitter', '0s'],
  ]);
  const isFinished = async () => (await store.getSweep(begun.id))?.state === 'finished';
  await until('the sweep is finished', isFinished, 60_000).catch((error: unknown) => {
    throw new Error([coordinator, ...workers].map((one) => one?.lines()).join('\n'), { cause: error });
  });
  const query = (sql: string) =>
    server.query(`set search_path to sallyport; ${sql}`, 'fleet').split('\n').filter(Boolean);
  const reports = [];
  for (const { id } of clients) reports.push((await store.readReports(id, null))[0]!.report);
  return {
    id: begun.id,
    reports,
    rules: new Set(reports.flatMap(({ findings }) => findings.map(({ rule }) => rule))),
    violations: reports.flatMap(({ verdict, target }) => (verdict === 'violation' ? [target.address] : [])),
    verdicts: new Set(reports.map(({ verdict }) => verdict)),
    changes: query(`select distinct kind from changes where sweep_id = ${begun.id}`),
    messages: query(`select key from messages where key like '${begun.id}/%'`),
  };
}

/** What programs and people are told of vantages. */
async function readBlind() {
  const cli = join(process.cwd(), 'bin/sallyport.js');
  const { code, stdout } = await execute([process.execPath, cli, 'workers', '--store', place]);
  const { text } = await pages.send({ path: '/api/v1/workers' });
  const { blind } = JSON.parse(text) as { blind: readonly object[] };
  const metrics = (await pages.send({ path: '/metrics' })).text;
  return { code, stdout, blind, metrics: metrics.match(/^sallyport_vantage_blind\{.*$/gm)!.sort() };
}

const SEEING = {
  ...{ code: 0, blind: [], stdout: expect.not.stringContaining('DOES NOT HEAR') },
  metrics: ['sallyport_vantage_blind{vantage="north"} 0', 'sallyport_vantage_blind{vantage="south"} 0'],
};

test('a vantage whose line is dead blames no site, and is shown as blind until it hears again', async () => {
  PLACES.forEach(startWorker);
  const first = await sweep();
  expect(first.violations).toEqual(exposed);
  expect(first.verdicts).toEqual(new Set(['compliant', 'violation']));
  expect(await readBlind()).toEqual(SEEING);

  const nft = (...args: string[]) => must(['ip', 'netns', 'exec', spaceOf('south'), 'nft', ...args]);
  await nft('add table inet line; add chain inet line in { type filter hook input priority 0; policy drop; }');
  const cut = await sweep();
  // What the other one sees open stands and is told of; nothing is resolved, and nothing is an all clear.
  expect(cut.violations).toEqual(exposed);
  expect(cut.verdicts).toEqual(new Set(['inconclusive', 'violation']));
  expect([cut.rules.has('vantage-did-not-look'), cut.rules.has('vantage-shut-out')]).toEqual([true, false]);
  for (const { vantages } of cut.reports)
    expect(vantages).toMatchObject([
      { name: 'north', report: {} },
      { name: 'south', report: null },
    ]);
  expect(cut.changes).toEqual([]);
  expect(cut.messages).toEqual([`${cut.id}/silence/south/sink`]);
  expect(await readBlind()).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^south DOES NOT HEAR 8 of 8 clients since .* UTC/m),
    blind: [{ vantage: 'south', silent: SITES, known: SITES, since: expect.any(String) }],
    metrics: ['sallyport_vantage_blind{vantage="north"} 0', 'sallyport_vantage_blind{vantage="south"} 1'],
  });

  await nft('delete table inet line');
  const mended = await sweep();
  expect(mended.violations).toEqual(exposed);
  expect(mended.verdicts).toEqual(first.verdicts);
  expect([mended.changes, mended.messages]).toEqual([[], []]);
  expect(await readBlind()).toEqual(SEEING);
}, 90_000);
