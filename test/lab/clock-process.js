import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import process from 'node:process';
import { parseServerUrl } from '../../dist/files/stores/server-url.js';
import { loadInventory } from '../../dist/files/clients/inventory.js';
import { openStore } from '../../dist/fleet/store/open-store.js';
import { watch } from '../../dist/fleet/sweep/watch.js';
import { createRemoteRunner } from '../../dist/fleet/workers/run-remotely.js';
import { WorkQueue } from '../../dist/fleet/workers/work-queue.js';

/* global AbortController */

/*
 * A coordinator whose clock a test sets, for tests that run several, stop them and kill them. The time is what a file
 * says, so that it goes on for one that is stopped, too. On standard input, "later" says that it is later now: each
 * time that the coordinator has nothing more to do until then, it says so: "idle MS". "stop before beginRun" sets a trap:
 * the process stops itself (or "kill"s) before (or "after") the next call of that method of the store.
 *
 *     node clock-process.js STORE-URL INVENTORY CLOCK-FILE
 */
const [url, inventory, clockFile] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);
const readClock = () => Number(readFileSync(clockFile, 'utf8'));
const end = new AbortController();
const { signal } = end;

/** Who waits for a time. */
const waiting = new Set();
const isIdle = () => [...waiting].some((one) => one.signal === signal);
const sayIdle = () => say(`idle ${readClock()}`);
const clock = {
  now: () => new Date(readClock()),
  wait: (ms, until) =>
    new Promise((resolve) => {
      const one = { due: readClock() + ms, signal: until, resolve };
      one.done = () => {
        waiting.delete(one);
        until.removeEventListener('abort', one.done);
        resolve();
      };
      waiting.add(one);
      if (until.aborted) one.done();
      else until.addEventListener('abort', one.done, { once: true });
      if (until === signal) sayIdle();
    }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line !== 'later') return setTrap(line);
  const now = readClock();
  for (const one of [...waiting].sort((a, b) => a.due - b.due)) if (one.due <= now) one.done();
  if (isIdle()) sayIdle();
});
process.on('SIGTERM', () => end.abort());

const place = parseServerUrl(url, 'environment', { env: {}, user: 'postgres', passwordFile: '/nowhere' });
const store = await openStore(place);

function setTrap(line) {
  const [what, when, method] = line.split(' ');
  const target = method in store ? store : store.schedulers;
  const whole = target[method];
  const spring = () => {
    say(`trapped: ${what} ${when} ${method}`);
    process.kill(process.pid, what === 'stop' ? 'SIGSTOP' : 'SIGKILL');
  };
  target[method] = async (...given) => {
    target[method] = whole;
    if (when === 'before') spring();
    const result = await whole.apply(target, given);
    if (when === 'after') spring();
    return result;
  };
}

const queue = await WorkQueue.open(place, { expirySeconds: 60, onTrouble: (error) => say(`queue: ${error.message}`) });
const { clients } = await loadInventory(inventory);
await watch({
  ...{ store, signal, clock, jitterMs: 0, draw: () => Promise.reject(new Error('no report is due')) },
  figures: {
    ...{ confirmAfterMs: 0, allowSpecial: true, canaries: false },
    runLooks: createRemoteRunner({
      ...{ queue, vantages: [{ name: 'here', source: 'outsider' }], absentMs: 1e9, allowSpecial: true },
      onTrouble: (_key, title, detail) => say(`${title}: ${detail}`),
    }),
  },
  load: () => Promise.resolve({ inventory, clients, everyone: clients, chosen: '', alerts: null }),
  changed: () => Promise.resolve(false),
  view: { note: (line) => say(`note ${line}`), result: () => {}, delivery: () => {}, alive: () => {} },
});
await queue.close();
await store.close();
process.exit(0);
