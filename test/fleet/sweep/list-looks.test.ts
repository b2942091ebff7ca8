import { expect, test } from '@jest/globals';
import { listLooks, type LookJob } from '../../../src/fleet/sweep/list-looks.js';
import { MassSilence } from '../../../src/fleet/sweep/mass-silence.js';
import { recordLook } from '../../../src/fleet/sweep/record-look.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Report } from '../../../src/model/report.js';
import { sampleObservation } from '../../reports/sample-reports.js';
import { lookAt, violation } from '../store/looks.js';
import { createClient, createStore } from './scene.js';

const ADDRESS = '203.0.113.7';
const SILENT = lookAt({
  observations: (['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'] as const).map((endpoint) =>
    sampleObservation({ endpoint }),
  ),
});

/** Begins a sweep over one client. */
async function begin(store: Store) {
  const plan = { inventory: '/i.yaml', filter: {}, owner: { host: 'here', pid: 1 }, startedAt: new Date() };
  return store.beginSweep(plan, [createClient('acme', ADDRESS)]);
}

/** The looks that a sweep begins with now, as after a crash. */
async function list(store: Store, sweepId: number): Promise<LookJob[]> {
  const options = { store, allowSpecial: true, failOn: 'low' } as const;
  const jobs: LookJob[] = [];
  for await (const job of listLooks(sweepId, options, new AbortController().signal, () => {})) jobs.push(job);
  return jobs;
}

function record(store: Store, sweepId: number, { client, slot, earlier }: LookJob, report: Report, confirm = true) {
  const options = { store, alerts: null, massSilence: new MassSilence(), confirm, now: new Date() };
  return recordLook({ sweepId, client, slot, report, earlier, last: true }, options);
}

/** How the client stands. */
async function standing(store: Store) {
  for await (const { state } of store.readClientStates())
    return { verdict: state.verdict, lost: Object.values(state.issues).map(({ lostAt }) => lostAt !== undefined) };
  return null;
}

test('what the first look saw before a crash stands until a look proves it gone', async () => {
  const store = await createStore();
  const { id } = await begin(store);
  const [first] = await list(store, id);
  expect(first!.earlier).toBeNull();
  expect((await record(store, id, first!, violation())).again).not.toBeNull();
  const [second] = await list(store, id);
  expect(second!.earlier?.unproved).toHaveLength(1);
  expect((await record(store, id, second!, SILENT)).again).not.toBeNull();
  // Another crash, before the third look: the first look is still the one that counts.
  const [third] = await list(store, id);
  expect(third!.earlier).toEqual(second!.earlier);
  const { again } = await record(store, id, third!, SILENT);
  expect(await record(store, id, { ...third!, earlier: again }, SILENT)).toMatchObject({
    lost: [{ severity: expect.any(String) }],
    changes: [{ kind: 'exposed' }],
  });
  expect(await standing(store)).toEqual({ verdict: 'violation', lost: [true] });
  expect(await store.tallySweep(id)).toMatchObject({
    results: { verdicts: { compliant: 0, inconclusive: 1 }, unseen: 1 },
  });
});

test('that stands too where the sweep goes on without second looks', async () => {
  const store = await createStore();
  const { id } = await begin(store);
  const [first] = await list(store, id);
  await record(store, id, first!, violation());
  const [second] = await list(store, id);
  const { again } = await record(store, id, second!, SILENT, false);
  await record(store, id, { ...second!, earlier: again }, SILENT, false);
  expect(await standing(store)).toEqual({ verdict: 'violation', lost: [true] });
});
