import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTerms } from '../../dist/check/run/run-targets.js';
import { loadProfile } from '../../dist/files/profiles/profile.js';
import { judgeLooks } from '../../dist/fleet/workers/judge-looks.js';
import { lookRemotely } from '../../dist/fleet/workers/remote-looks.js';
import { WorkQueue } from '../../dist/fleet/workers/work-queue.js';
import { sallyport, startInternet } from './internet.js';
import { fillStore, surveyOf } from './large-store.js';
import { measure, median } from './measure.js';
import { startPostgres } from './postgres.js';

/*
 * What it takes to go beyond one machine: the store on PostgreSQL, the coordinator, and what workers add on two cores.
 */

const { AbortController, performance } = globalThis;

/** Times to store the result of a look, in a file and on a PostgreSQL server, ms. */
export async function measureStores(directory, rounds, clients = 4_000) {
  const server = startPostgres(directory);
  const [file, remote] = [[], []];
  const time = async (place) => {
    const started = performance.now();
    await fillStore(place, clients);
    return (performance.now() - started) / (2 * clients);
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      const path = join(directory, `filled-${round}.sqlite`);
      file.push(await time(path));
      rmSync(path);
      server.createDatabase(`filled${round}`);
      remote.push(await time(server.placeOf(`filled${round}`)));
    }
    return { file: median(file), remote: median(remote) };
  } finally {
    server.stop();
  }
}

/** So many vantages, each with as many orders out as a coordinator gives at once: 1,024 in all. */
const VANTAGES = 16;
const LOOKS = 4_096;

/**
 * How far a coordinator is behind while about 1,000 orders are queued: from the last vantage's result of a look to the
 * joined report, ms; how long it took to queue them, ms; and how many results a second it joins where workers take no
 * time.
 */
export async function measureCoordinator(directory) {
  const server = startPostgres(directory);
  server.createDatabase('queue');
  const place = server.placeOf('queue');
  const onTrouble = (...trouble) => console.error(...trouble.map(String));
  const queue = await WorkQueue.open(place, { expirySeconds: 60, onTrouble });
  const worker = await WorkQueue.open(place, { onTrouble });
  try {
    const vantages = Array.from({ length: VANTAGES }, (_, n) => ({ name: `v${n}`, source: 'outsider' }));
    const gaveAt = new Map();
    const started = performance.now();
    const reports = lookRemotely('sweep-1', listJobs(await createBenchTerms()), {
      ...{ queue, vantages, absentMs: 3_600_000, kind: 'sweep', allowSpecial: true, ping: false },
      ...{ signal: new AbortController().signal, onTrouble, judge: judgeLooks },
    });
    const lags = [];
    const joining = (async () => {
      for await (const { job } of reports) lags.push(performance.now() - gaveAt.get(job.slot));
    })();
    while ((await countWaiting(queue)) < (VANTAGES * LOOKS) / 64) await sleep(100);
    const queuedMs = performance.now() - started;
    const takenAt = performance.now();
    // One vantage after another gives the same order, so that looks come to their end bit by bit.
    while (lags.length < LOOKS) {
      const orders = await Promise.all(vantages.map(({ name }) => worker.take(name, WORKER)));
      if (orders.every((order) => order === null)) {
        await sleep(20);
        continue;
      }
      await Promise.all(
        orders.map(async (order, n) => {
          if (order === null) return;
          const results = order.looks.map(({ key, target }) => ({ key, survey: see(target), trouble: null }));
          for (const { key } of order.looks) gaveAt.set(key.slot, performance.now());
          await worker.deliver(vantages[n].name, order.id, results);
        }),
      );
    }
    await joining;
    const perSecond = (LOOKS * VANTAGES) / ((performance.now() - takenAt) / 1000);
    return { orders: (VANTAGES * LOOKS) / 64, queuedMs, lagMs: median(lags), worstMs: Math.max(...lags), perSecond };
  } finally {
    await worker.close();
    await queue.close();
    server.stop();
  }
}

const WORKER = '7f6d1f0e-6c6e-4a3b-9f4e-1f2a3b4c5d6e';

async function countWaiting(queue) {
  return (await queue.listQueues()).reduce((sum, { waiting }) => sum + waiting, 0);
}

async function createBenchTerms() {
  const profile = await loadProfile('closed');
  const options = { profile, failOn: 'low', authorization: 'bench, bench', source: 'outsider' };
  return createTerms({ ...options, plan: { profile } });
}

function see(target) {
  const [, high, low] = target.address.split('.').map(Number);
  return { ...surveyOf(high * 256 + low, new Date().toISOString(), []), target };
}

/** A look in each network, so that no order waits for another. */
async function* listJobs(terms) {
  for (let n = 0; n < LOOKS; n += 1) {
    const address = `10.${n >> 8}.${n & 255}.1`;
    const target = { input: address, address, name: null, resolvedAt: null, scope: 'benchmarking', problem: null };
    const authorization = { by: 'bench', reference: 'bench', until: null };
    const client = { id: `c${n}`, authorization, timeZone: 'UTC' };
    yield { client, slot: address, target, terms, open: { left: 1 }, earlier: null };
  }
}

/** Clients of a sweep by workers, in 4 networks, each of which is in one order at a time. */
const SITES = 1_024;

/**
 * How long workers take for a sweep of 1,024 sites, ms, by how many there are: each in a namespace of its own before the
 * same sites; and what the processor was busy with meanwhile, s.
 */
export async function measureWorkers(directory, counts = [1, 2, 3]) {
  const internets = counts.map(() => startInternet(directory, { sites: SITES, loss: 2, seed: 18 }));
  const server = startPostgres(directory);
  try {
    const inventory = join(directory, 'worked.csv');
    const rows = internets[0].truth.map(({ ip }, n) => `c${n},Client ${n},${ip},closed,bench,bench,* * * * *`);
    const head = 'id,name,address,profile,authorized_by,authorization_reference,schedule';
    writeFileSync(inventory, [head, ...rows].join('\n'));
    const times = [];
    for (const count of counts)
      times.push({ count, ...(await sweepByWorkers({ directory, server, inventory, internets, count })) });
    return times;
  } finally {
    server.stop();
    for (const internet of internets) internet.close();
  }
}

async function sweepByWorkers({ directory, server, inventory, internets, count }) {
  const name = `by${count}`;
  server.createDatabase(name);
  const store = server.urlOf(name);
  const start = (command) => spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
  const ours = ['--store', store, '--allow-special', '--quiet'];
  const workers = internets.slice(0, count).map((internet, n) => {
    const spool = ['--spool', join(directory, `spool-${name}-${n}`), '--timing', 'fast'];
    return start(internet.inside(sallyport('worker', '--vantage', 'bench', ...ours, ...spool)));
  });
  const plan = ['--vantage', 'bench', '--confirm-after', '0', '--jitter', '0', '--inventory', inventory];
  const before = server.cpuSeconds();
  const coordinator = start(sallyport('coordinator', ...ours, ...plan));
  const finished = async () => {
    const { code, stdout } = await measure(sallyport('sweeps', '--store', store, '--format', 'json'));
    return (code === 0 ? JSON.parse(stdout) : []).find(({ state }) => state === 'finished');
  };
  try {
    let sweep;
    while (!(sweep = await finished())) {
      const ended = [coordinator, ...workers].find(({ exitCode }) => exitCode !== null);
      if (ended) throw new Error(`a process ended: exit ${ended.exitCode}`);
      await sleep(1000);
    }
    const ms = Date.parse(sweep.finishedAt) - Date.parse(sweep.startedAt);
    const busy = {
      workers: workers.reduce((sum, { pid }) => sum + cpuOf(pid), 0),
      coordinator: cpuOf(coordinator.pid),
      server: server.cpuSeconds() - before,
    };
    return { ms, busy };
  } finally {
    for (const one of [coordinator, ...workers]) one.kill('SIGKILL');
  }
}

/** Processor time of a process, s; of the one that `ip netns exec` became. */
function cpuOf(pid) {
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

if (process.argv[1] === import.meta.filename) {
  const [, , what, directory] = process.argv;
  const run = { stores: () => measureStores(directory, 1), coordinator: () => measureCoordinator(directory) }[what];
  console.log(await (run ?? (() => measureWorkers(directory)))());
}
