import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { sallyport, startInternet } from './internet.js';
import { measure } from './measure.js';

/*
 * What people who look at the pages cost a sweep: one server sweeps the same clients minute after minute, with no one
 * and with many looking at the list of clients by turns.
 */

const { fetch } = globalThis;
const SITES = 4096;
const VIEWERS = 200;
const URL_OF = 'http://127.0.0.1:8040';
/** The first sweep fills the store; what it takes does not count. */
const FIRST = 1;

/** Times of sweeps without and with viewers, ms, and the server's peak memory without and with them, MB. */
export async function measurePagesLoad(directory, pairs) {
  const internet = startInternet(directory, { sites: SITES, loss: 2, seed: 17 });
  const [inventory, store] = [join(directory, 'each-minute.csv'), join(directory, 'pages.sqlite')];
  const rows = internet.truth.map(({ ip }, n) => `c${n},Client ${n},${ip},closed,bench,bench,* * * * *`);
  const head = 'id,name,address,profile,authorized_by,authorization_reference,schedule';
  writeFileSync(inventory, [head, ...rows].join('\n'));
  const many = ['--allow-special', '--timing', 'fast', '--confirm-after', '0', '--jitter', '0'];
  const [file, ...args] = internet.inside(sallyport('serve', '--inventory', inventory, '--store', store, ...many));
  const server = spawn(file, args, { stdio: 'ignore' });
  let viewers = null;
  const listSweeps = async () => {
    const { code, stdout } = await measure(sallyport('sweeps', '--store', store, '--format', 'json'));
    return code === 0 ? JSON.parse(stdout) : [];
  };
  const finished = async () =>
    (await listSweeps())
      .filter(({ state }) => state === 'finished')
      .map(({ startedAt, finishedAt }) => Date.parse(finishedAt) - Date.parse(startedAt));
  const waitFor = async (count) => {
    for (;;) {
      const times = await finished();
      if (times.length >= count) return times[0];
      if (server.exitCode !== null) throw new Error(`serve: exit ${server.exitCode}`);
      await sleep(1000);
    }
  };
  const peakMb = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;
  try {
    await waitFor(FIRST);
    const [without, withThem] = [[], []];
    let alone = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      without.push(await waitFor(FIRST + 2 * pair + 1));
      if (pair === 0) alone = peakMb();
      const [node, ...more] = internet.inside([process.execPath, import.meta.filename, 'look']);
      viewers = spawn(node, more, { stdio: ['ignore', 'inherit', 'inherit'] });
      withThem.push(await waitFor(FIRST + 2 * pair + 2));
      viewers.kill();
      viewers = null;
    }
    return { without, withThem, aloneMb: alone, peakMb: peakMb() };
  } finally {
    viewers?.kill();
    server.kill();
    internet.close();
  }
}

/** Looks at the list of clients as a browser does: hears of what is new, and asks for the page again. */
async function look() {
  let gapMs = 1500;
  let due = false;
  let busy = false;
  const refresh = async () => {
    due = true;
    if (busy) return;
    busy = true;
    while (due) {
      due = false;
      const early = Math.random() * (gapMs - 1500);
      await sleep(early);
      await (await fetch(URL_OF, { headers: { accept: 'text/html' } })).text();
      await sleep(gapMs - early);
    }
    busy = false;
  };
  const { body } = await fetch(`${URL_OF}/live`);
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const told = /"gapMs":(\d+)/.exec(decoder.decode(chunk));
    if (!told) continue;
    gapMs = Number(told[1]);
    void refresh();
  }
}

if (process.argv[2] === 'look') await Promise.all(Array.from({ length: VIEWERS }, look));
