import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadInventory } from '../../src/files/clients/inventory.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { beginSweep } from '../../src/fleet/sweep/sweep.js';
import { chooseServer } from '../../src/cli/kit/work.js';
import { must } from './namespace.js';
import { createPostgres, type PostgresServer } from './postgres-server.js';
import { type Running, startRelay, startSallyport, until } from './workers.js';

const NETSIM = join(process.cwd(), 'test/lab/netsim/netsim.sh');
const PREFIX = `${process.env.LAB_NAMESPACES ?? 'sallyport'}-work-${process.pid}`;
const SITES = Number(process.env['LAB_SITES'] ?? 320);
const EXPIRY_SECONDS = 20;

const directory = mkdtempSync(join(tmpdir(), 'sallyport-workers-'));
const inventory = join(directory, 'clients.yaml');
const alerts = join(directory, 'alerts.yaml');
/** Each sees the same simulated internet, from a namespace of its own. */
const places = ['one', 'two', 'three'].map((name) => `${PREFIX}-${name}`);

let server: PostgresServer;
let relay: Awaited<ReturnType<typeof startRelay>>;
/** What the processes said, where something was not as expected. */
async function telling(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const said = running.map(({ lines }, index) => `process ${index}:\n${lines()}`).join('\n');
    const dbg = ['select vantage, round, body is null as open, read, count(*), min(job::text), max(at) from sallyport_work.looks group by 1,2,3,4','select name, state, count(*), min(start_after), min(started_on), max(retry_count), now() from sallyport_work.job group by 1,2','select * from sallyport_work.version','select vantage, sign, beat_at from sallyport_work.workers','select final, count(*) from sallyport.results group by 1', 'select name,state,id,started_on,expire_in,retry_count,start_after from sallyport_work.job where state<$$completed$$'].map((q) => server.query(q, 'fleet')).join('\n\n');
    throw new Error(`${(error as Error).message}\n${said.replaceAll(/^.*(exposed|alert to).*$/gm, '')}\n${dbg}`, { cause: error });
  }
}

let truth: Readonly<Record<string, string>>[];
const running: Running[] = [];

const storeAt = (host: string) => `postgres:///fleet?host=${host}&port=${server.port}&user=postgres`;
const count = (sql: string) => Number(server.query(`set search_path to sallyport, sallyport_work; ${sql}`, 'fleet'));
/** Whether it can be asked now: the server is started again on the way. */
const counts = (sql: string) => {
  try {
    return count(sql);
  } catch {
    return NaN;
  }
};

function start(args: readonly string[], namespace: string | null = null): Running {
  const one = startSallyport(args, namespace);
  running.push(one);
  return one;
}

const startCoordinator = () =>
  start([
    ...['coordinator', '--inventory', inventory, '--alerts', alerts, '--store', storeAt(server.directory)],
    ...['--vantage', 'north', '--vantage', 'south', '--expiry', `${EXPIRY_SECONDS}s`, '--absent-after', '10m'],
    ...['--allow-special', '--confirm-after', '1s', '--jitter', '0s'],
  ]);

const startWorker = (vantage: string, place: number, host = server.directory) =>
  start(
    [
      ...['worker', '--vantage', vantage, '--store', storeAt(host), '--allow-special', '--timing', 'fast'],
      ...['--concurrency', '1', '--spool', join(directory, `spool-${running.length}`)],
    ],
    places[place],
  );

beforeAll(async () => {
  chmodSync(directory, 0o711);
  server = await createPostgres();
  server.query('create database fleet');
  const socket = `.s.PGSQL.${server.port}`;
  relay = await startRelay(join(server.directory, socket), join(directory, 'relay'), socket);
  const options = ['-n', String(SITES), '-s', '20261'];
  for (const place of places) await must(['bash', NETSIM, 'up', place, ...options, '-l', '0']);
  truth = (await must(['bash', NETSIM, 'truth', ...options]))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  const clients = truth.map(({ ip }) => `  - {id: site-${ip}, name: ${ip}, address: [${ip}]}`);
  const defaults = 'defaults: {profile: closed, schedule: "0 3 1 1 *", authorization: {by: lab, reference: netsim}}';
  writeFileSync(inventory, [defaults, 'clients:', ...clients, ''].join('\n'));
  writeFileSync(join(directory, 'secret'), 'a key of the lab', { mode: 0o600 });
  // Nobody listens there, so that all messages stay in the outbox.
  writeFileSync(
    alerts,
    'channels: {sink: {kind: webhook, url: "http://127.0.0.1:9/", secret: {file: secret}}}\n' +
      'routes: [{to: [sink]}]\noperator: {to: [sink]}\n',
  );
}, 120_000);

afterAll(async () => {
  for (const one of running) await one.signal('SIGKILL').catch(() => {});
  relay.close();
  server.remove();
  for (const place of places) await must(['bash', NETSIM, 'down', place]).catch(() => {});
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

describe('a sweep by workers at two vantages', () => {
  test(
    'comes to its end, with each look stored once and each change told once, whoever dies on the way',
    () =>
      telling(async () => {
        const store = await openStore(chooseServer(storeAt(server.directory)));
        const { clients } = await loadInventory(inventory);
        const options = { store, inventory, clients, confirmAfterMs: 1_000, alerts: null };
        const { sweep } = await beginSweep(options);
        await store.finishSweep(sweep.id, 'interrupted', new Date());
        await store.close();

        const first = startCoordinator();
        await until('the first coordinator is at it', () => first.lines().includes('goes on'));
        const second = startCoordinator();
        const killed = startWorker('north', 0);
        const stopped = startWorker('north', 1);
        const cutOff = startWorker('south', 2, join(directory, 'relay'));

        const isActive = () => counts(`select count(*) from job where state = 'active'`) >= 3;
        await until('all three are at work', isActive);
        await killed.signal('SIGKILL');
        await stopped.signal('SIGSTOP');
        const stoppedAt = performance.now();
        relay.cut();
        await until('the second stands by', () =>
          second.lines().includes('runs these schedules on this store already'),
        );
        await first.signal('SIGKILL');
        server.stop();
        server.start();
        relay.mend();
        startWorker('north', 0);
        await until('the second goes on', () => second.lines().includes('goes on'), 90_000);
        await until(
          'the order of the stopped one has expired',
          () => performance.now() - stoppedAt > (EXPIRY_SECONDS + 12) * 1_000,
        );
        await stopped.signal('SIGCONT');
        const isFinished = () => counts(`select count(*) from sweeps where state = 'finished'`) === 1;
        await until('the sweep is finished', isFinished, 240_000);

        const finals = `select slot_id, count(*) from results where final = 1 group by slot_id`;
        expect(count(`select count(*) from (${finals}) as slots`)).toBe(SITES);
        expect(count(`select count(*) from (${finals} having count(*) > 1) as slots`)).toBe(0);
        expect(count('select count(*) from looks')).toBe(0);
        const twice = `select slot_id, key from changes group by slot_id, key having count(*) > 1`;
        expect(count(`select count(*) from (${twice}) as changes`)).toBe(0);
        const isOpen = (site: Readonly<Record<string, string>>) =>
          Object.entries(site).some(([key, state]) => /^(?:tcp|udp)\//.test(key) && state === 'open');
        const told = server.query(
          `select distinct slot from sallyport.changes join sallyport.slots on slots.id = slot_id where kind = 'exposed'`,
          'fleet',
        );
        const missing = truth.filter((site) => isOpen(site) && !told.split('\n').includes(site['ip']!));
        expect(missing).toEqual([]);
        // What a stopped worker brings when it wakes is dropped: it is known by then.
        await cutOff.signal('SIGTERM');
        await stopped.signal('SIGTERM');
        expect(await cutOff.ended).toBe(0);
        expect(await stopped.ended).toBe(0);
        await second.signal('SIGTERM');
        expect(await second.ended).toBe(0);
      }),
    420_000,
  );
});
