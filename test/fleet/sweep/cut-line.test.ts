import { expect, test } from '@jest/globals';
import type { Report } from '../../../src/model/report.js';
import type { Client } from '../../../src/model/client.js';
import type { LookJob } from '../../../src/fleet/sweep/list-looks.js';
import type { RunLooks } from '../../../src/fleet/sweep/sweep.js';
import { sampleObservation } from '../../reports/sample-reports.js';
import { lookAt, violation } from '../store/looks.js';
import { changesOf, createClient, createStore, sweepAll } from './scene.js';

const ALIVE = violation();
const SILENT = lookAt({
  observations: (['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'] as const).map((endpoint) =>
    sampleObservation({ endpoint }),
  ),
});

const isMute = (slot: string) => slot.startsWith('127.0.43.');

/**
 * Looks that see what is given, by address. All first ones are under way at once, and those at clients that never answer
 * end first, the others in the opposite order: that is to make no difference.
 */
const see = (count: number, reportOf: (slot: string) => Report): RunLooks =>
  async function* (jobs) {
    const iterator = jobs[Symbol.asyncIterator]();
    const firsts: LookJob[] = [];
    while (firsts.length < count) firsts.unshift((await iterator.next()).value as LookJob);
    firsts.sort((a, b) => Number(isMute(b.slot)) - Number(isMute(a.slot)));
    const look = (job: LookJob) => ({ job, report: { ...reportOf(job.slot), target: job.target } });
    for (const job of firsts) yield look(job);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield look(next.value);
  };

/** A fleet of which 16 clients never answer: swept once, and then with `falls` silent as well. */
async function sweepTwice(others: readonly Client[], falls: (address: string) => boolean) {
  const store = await createStore();
  const mute = Array.from({ length: 16 }, (_, n) => createClient(`mute${n}`, `127.0.43.${n + 1}`));
  const clients = [...mute, ...others];
  const troubles: string[] = [];
  const common = { store, clients, confirmAfterMs: 1 };
  const count = clients.reduce((sum, { addresses }) => sum + addresses.length, 0);
  await sweepAll({ ...common, runLooks: see(count, (address) => (isMute(address) ? SILENT : ALIVE)) });
  const swept = await sweepAll({
    ...common,
    runLooks: see(count, (address) => (isMute(address) || falls(address) ? SILENT : ALIVE)),
    onTrouble: (trouble) => troubles.push(trouble),
  });
  return { swept, troubles };
}

const aliveOnes = (count: number) =>
  Array.from({ length: count }, (_, n) => createClient(`c${n}`, `127.0.42.${n + 1}`));

test('a line that fails is noticed in a fleet of which many never answer, and no change is told', async () => {
  const { swept, troubles } = await sweepTwice(aliveOnes(24), () => true);
  expect(troubles).toEqual([expect.stringMatching(/^12 of \d+ clients .*, 12 of them one after another: /)]);
  expect(swept.end.held).toBe(24);
  expect(changesOf(swept)).toEqual([]);
});

test('one client with many addresses that fall silent is no failing line', async () => {
  const addresses = Array.from({ length: 20 }, (_, n) => `127.0.44.${n + 1}`);
  const large = createClient('large', addresses[0]!, { addresses });
  const { swept, troubles } = await sweepTwice([...aliveOnes(24), large], (address) => addresses.includes(address));
  expect(troubles).toEqual([]);
  expect(swept.end.held).toBe(0);
});
