import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadInventory } from '../../src/files/clients/inventory.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { beginSweep } from '../../src/fleet/sweep/sweep.js';
import { chooseServer } from '../../src/cli/kit/work.js';
import { sayReport } from '../../src/check/judge/say-report.js';
import { type Report, reportSchema } from '../../src/model/report.js';
import { execute, makeNamespace, must, type Namespace } from './namespace.js';
import { createPostgres, type PostgresServer } from './postgres-server.js';
import { type Running, startRelay, startSallyport, until } from './workers.js';

const NETSIM = join(process.cwd(), 'test/lab/netsim/netsim.sh');
const PREFIX = `${process.env.LAB_NAMESPACES ?? 'sallyport'}-work-${process.pid}`;
const SITES = Number(process.env['LAB_SITES'] ?? 320);
/** Orders that a worker is at, and how long a sweep may take: more of both where LAB_SITES asks for many. */
const ORDERS = Math.ceil(SITES / 1_024);
const SWEEP_MS = 240_000 + SITES * 150;
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
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
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
      ...['--concurrency', String(ORDERS), '--spool', join(directory, `spool-${running.length}`)],
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

        const areAtWork = () => counts('select count(distinct worker) from looks where body is null') >= 3;
        await until('all three are at work', areAtWork);
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
        // That is the time lost: what the killed and the stopped one had is others' to take, or taken, by now.
        const lost = `select count(*) from looks join job on job.id = looks.job where body is null and state = 'active' and
          worker in (select id::text from workers where sign::json ->> 'pid' in ('${killed.pid}', '${stopped.pid}'))`;
        await until('their orders are given to others', () => counts(lost) === 0, 5_000);
        await stopped.signal('SIGCONT');
        const isFinished = () => counts(`select count(*) from sweeps where state = 'finished'`) === 1;
        await until('the sweep is finished', isFinished, SWEEP_MS);

        const finals = `select slot_id, count(*) from results where final = 1 group by slot_id`;
        expect(count(`select count(*) from (${finals}) as slots`)).toBe(SITES);
        expect(count(`select count(*) from (${finals} having count(*) > 1) as slots`)).toBe(0);
        expect(count('select count(*) from looks')).toBe(0);
        const twice = `select slot_id, key from changes group by slot_id, key having count(*) > 1`;
        expect(count(`select count(*) from (${twice}) as changes`)).toBe(0);
        const alerted = `select coalesce(sum(json_array_length(event -> 'changes')), 0) from messages, json_array_elements(events::json) as event`;
        expect(count(alerted)).toBe(count('select count(*) from changes'));
        // Of a tarpit no service is told.
        const isOpen = (site: Readonly<Record<string, string>>) =>
          site['class'] !== 'tarpit' &&
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
    SWEEP_MS + 180_000,
  );
});

/**
 * Three sites of one trunk profile, which the provider alone may reach, seen by the provider and by an outsider. `holds`
 * lets in the provider alone and refuses others, `broken` lets in anyone; `shuts-out` drops what the outsider sends.
 */
describe('sites that answer one vantage otherwise than the other', () => {
  const SITE = { holds: '203.0.113.1', broken: '203.0.113.2', 'shuts-out': '203.0.113.3' } as const;
  const LINKS = { provider: '198.51.100.0', outsider: '198.51.100.8' } as const;
  const at = (link: keyof typeof LINKS, host: number) =>
    LINKS[link].replace(/\d+$/, (last) => String(Number(last) + host));
  const spaces: Namespace[] = [];
  const reports = new Map<string, Report>();
  let place: string;
  let coordinator: Running;

  beforeAll(async () => {
    const site = await makeNamespace('site');
    spaces.push(site);
    const looking = new Map<string, Namespace>();
    for (const link of ['provider', 'outsider'] as const) {
      const space = await makeNamespace(link);
      spaces.push(space);
      looking.set(link, space);
      const ends = ['type', 'veth', 'peer', 'name', 'wan', 'netns', space.name];
      await must(['ip', '-n', site.name, 'link', 'add', link, ...ends]);
      await must(['ip', '-n', site.name, 'addr', 'add', `${at(link, 1)}/29`, 'dev', link]);
      await must(['ip', '-n', space.name, 'addr', 'add', `${at(link, 2)}/29`, 'dev', 'wan']);
      await must(['ip', '-n', site.name, 'link', 'set', link, 'up']);
      await must(['ip', '-n', space.name, 'link', 'set', 'wan', 'up']);
      await must(['ip', '-n', space.name, 'route', 'add', '203.0.113.0/24', 'via', at(link, 1)]);
    }
    for (const address of Object.values(SITE))
      await must(['ip', '-n', site.name, 'addr', 'add', `${address}/32`, 'dev', 'lo']);
    const rules = `
      table inet filter {
        chain input {
        type filter hook input priority 0; policy drop;
        ip daddr ${SITE.holds} ip saddr ${at('provider', 2)} meta l4proto { tcp, udp } th dport 5060 accept
        ip daddr ${SITE.broken} meta l4proto { tcp, udp } th dport 5060 accept
        ip daddr { ${SITE.holds}, ${SITE.broken} } meta l4proto tcp reject with tcp reset
        ip daddr { ${SITE.holds}, ${SITE.broken} } reject with icmpx port-unreachable
        ip daddr ${SITE['shuts-out']} ip saddr ${at('provider', 2)} meta l4proto { tcp, udp } th dport 5060 accept
        ip daddr ${SITE['shuts-out']} ip saddr ${at('provider', 2)} meta l4proto tcp reject with tcp reset
        ip daddr ${SITE['shuts-out']} ip saddr ${at('provider', 2)} reject with icmpx port-unreachable
        }
      }`;
    await must(['ip', 'netns', 'exec', site.name, 'nft', '-f', '-'], rules);
    await site.start(
      [process.execPath, join(process.cwd(), 'test/lab/servers/pbx.js'), 'sip'],
      ['tcp/5060', 'udp/5060'],
    );
    const clients = Object.entries(SITE).map(([id, address]) => `  - {id: ${id}, name: ${id}, address: [${address}]}`);
    const trunk = join(directory, 'trunk.yaml');
    const defaults = `defaults: {profile: sip-trunk, schedule: "0 3 1 1 *", authorization: {by: lab, reference: trunk}}`;
    writeFileSync(trunk, [defaults, 'clients:', ...clients, ''].join('\n'));
    server.query('create database trunk');
    place = storeAt(server.directory).replace('/fleet?', '/trunk?');
    const store = await openStore(chooseServer(place));
    try {
      const { clients: all } = await loadInventory(trunk);
      const options = { store, inventory: trunk, clients: all, confirmAfterMs: 0, alerts: null };
      const { sweep } = await beginSweep(options);
      await store.finishSweep(sweep.id, 'interrupted', new Date());
      coordinator = start([
        ...['coordinator', '--inventory', trunk, '--store', place, '--allow-special', '--confirm-after', '0'],
        ...['--vantage', 'trunk=provider', '--vantage', 'cloud'],
      ]);
      for (const [vantage, link] of [
        ['trunk', 'provider'],
        ['cloud', 'outsider'],
      ] as const)
        start(
          [
            ...['worker', '--vantage', vantage, '--store', place, '--allow-special', '--timing', 'fast'],
            ...['--spool', join(directory, `spool-${vantage}`)],
          ],
          looking.get(link)!.name,
        );
      await telling(() =>
        until('the sweep is finished', async () => (await store.getSweep(sweep.id))?.state === 'finished', 100_000),
      );
      for (const id of Object.keys(SITE)) reports.set(id, sayReport((await store.readReports(id, null))[0]!.report));
    } finally {
      await store.close();
    }
  }, 150_000);

  afterAll(async () => {
    for (const space of spaces) await space.remove();
  }, 60_000);

  const rulesOf = (id: string) => reports.get(id)!.findings.map(({ rule }) => rule);

  test('a restriction that holds is proved, as far as two vantages can', () => {
    expect(rulesOf('holds')).toContain('restriction-holds');
    expect(reports.get('holds')!.findings.filter(({ effect }) => effect === 'violation')).toEqual([]);
  });

  test('a restriction that lets another vantage in is a finding of its own', () => {
    expect(reports.get('broken')!.verdict).toBe('violation');
    expect(rulesOf('broken')).toContain('restriction-broken');
  });

  test('a site that is silent to one vantage alone is never as agreed', () => {
    expect(reports.get('shuts-out')!.verdict).toBe('inconclusive');
    expect(rulesOf('shuts-out')).toContain('vantage-shut-out');
  });

  test('each report has what each vantage saw, by its own source', () => {
    for (const report of reports.values())
      expect(report.vantages?.map(({ name, report: own }) => [name, own?.vantage.source])).toEqual([
        ['trunk', 'provider'],
        ['cloud', 'outsider'],
      ]);
  });

  const run = (...args: string[]) =>
    execute([process.execPath, join(process.cwd(), 'bin/sallyport.js'), ...args, '--store', place]);

  test('a check has running workers look at once', async () => {
    const args = ['check', SITE.broken, '--profile', 'sip-trunk', '--allow-special', '--format', 'json', '--quiet'];
    const { code, stdout } = await run(...args, '--vantages', 'trunk=provider,cloud');
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(code).toBe(1);
    expect(report.findings.map(({ rule }) => rule)).toContain('restriction-broken');
    expect(report.vantages?.map(({ name, report: own }) => [name, own?.verdict])).toEqual([
      ['trunk', 'compliant'],
      ['cloud', 'violation'],
    ]);
    expect(server.query('select count(*) from sallyport_work.looks', 'trunk').trim()).toBe('0');
  });

  test('who runs the schedules and who looks is shown', async () => {
    const { code, stdout } = await run('workers', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      coordinators: [{ pid: coordinator.pid, state: 'active', alive: true, vantages: ['trunk', 'cloud'] }],
      workers: [{ vantage: 'cloud' }, { vantage: 'trunk' }],
      ...{ unmanned: [], unled: [] },
    });
  });

  test('a vantage gets another name, with what is known from it, once no coordinator looks from it', async () => {
    const rename = () => run('workers', 'rename', 'cloud', 'cloud2');
    const countNamed = (name: string) =>
      server.query(`select count(*) from sallyport.slots where state like '%"${name}":%'`, 'trunk').trim();
    expect(await rename()).toMatchObject({ code: 2, stderr: expect.stringContaining('stop it first') });
    await coordinator.signal('SIGTERM');
    expect(await rename()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^cloud becomes cloud2, .*3 addresses/),
    });
    expect([countNamed('cloud'), countNamed('cloud2'), countNamed('trunk')]).toEqual(['0', '3', '3']);
  });
});
