import { expect, test } from '@jest/globals';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { recordLook, type Recorded } from '../../../src/fleet/sweep/record-look.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Waiver } from '../../../src/model/change.js';
import type { Report } from '../../../src/model/report.js';
import { sampleObservation } from '../../reports/sample-reports.js';
import { lookAt, openAt, violation } from '../store/looks.js';
import { MassSilence } from '../../../src/fleet/sweep/mass-silence.js';
import { beginSweep } from '../store/store-fixtures.js';
import { createClient, createStore } from './scene.js';

const client = createClient('acme', '203.0.113.7');

/** Records the only look of one sweep at the client, which no second one has to confirm. */
async function record(store: Store, report: Report, waivers?: readonly Waiver[]) {
  const { id: sweepId } = await beginSweep(store, ['acme']);
  const look = { sweepId, client, slot: '203.0.113.7', report, earlier: null, waivers, last: true };
  const recorded = await recordLook(look, {
    store,
    alerts: null,
    massSilence: new MassSilence(),
    confirm: false,
    now: new Date(),
  });
  return { kinds: recorded.changes.map(({ kind }) => kind), unseen: recorded.lost.length };
}

test('an exposure at a site that fell silent stands in the store until the site is seen with the port shut', async () => {
  const store = await createStore();
  const silence = (['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'] as const).map((endpoint) =>
    sampleObservation({ endpoint }),
  );
  const silent = lookAt({ observations: silence });
  expect(await record(store, violation())).toEqual({ kinds: ['exposed'], unseen: 0 });
  expect(await record(store, silent)).toEqual({ kinds: ['lost-sight'], unseen: 1 });
  expect(await record(store, silent)).toEqual({ kinds: [], unseen: 1 });
  for await (const { state } of store.readClientStates()) {
    expect(state).toMatchObject({
      verdict: 'violation',
      issues: { 'admin-exposed tcp/80': { severity: 'critical', lostAt: silent.startedAt } },
    });
  }
  expect((await store.listChanges({ clientId: 'acme' })).map(({ kind }) => kind)).toEqual(['lost-sight', 'exposed']);
  const shut = lookAt({ observations: [openAt('tcp/8000', null)] });
  expect(await record(store, shut)).toEqual({ kinds: ['resolved'], unseen: 0 });
  // What those sweeps came to stays so, after it is closed too.
  const counts: unknown[] = [];
  for (const { id } of await store.listSweeps(10)) counts.unshift(await store.countSweep(id));
  expect(silent.verdict).toBe('compliant');
  expect(counts).toMatchObject([
    { verdicts: { violation: 1, inconclusive: 0, compliant: 0 }, unseen: 0 },
    { verdicts: { violation: 0, inconclusive: 1, compliant: 0 }, unseen: 1 },
    { verdicts: { violation: 0, inconclusive: 1, compliant: 0 }, unseen: 1 },
    { verdicts: { violation: 0, inconclusive: 0, compliant: 1 }, unseen: 0 },
  ]);
});

test('what is out of sight is accepted from the check on that knows the waiver, and no longer than that', async () => {
  const store = await createStore();
  const silence = (['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'] as const).map((endpoint) =>
    sampleObservation({ endpoint }),
  );
  const silent = lookAt({ observations: silence });
  const day = silent.startedAt.slice(0, 10);
  const waiver = {
    ...{ id: 1, clientId: 'acme', rule: 'admin-exposed', endpoint: null, by: 'Ann', reason: 'known', until: day },
    ...{ severity: null, identity: 'a web server', grantedAt: silent.startedAt },
  };
  await record(store, violation());
  await record(store, silent);
  const state = async () => {
    for await (const one of store.readClientStates()) return one.state;
    throw new Error('no state');
  };
  expect(await record(store, silent, [waiver])).toEqual({ kinds: [], unseen: 0 });
  expect((await state()).verdict).toBe(silent.verdict);
  for (const other of [{ endpoint: 'tcp/81' as const }, { severity: 'low' as const }, { until: '2000-01-01' }]) {
    expect(await record(store, silent, [{ ...waiver, ...other }])).toEqual({ kinds: ['exposed'], unseen: 1 });
    expect(await record(store, silent, [waiver])).toEqual({ kinds: [], unseen: 0 });
  }
  expect(await record(store, silent)).toEqual({ kinds: ['exposed'], unseen: 1 });
  expect((await state()).verdict).toBe('violation');
});

test('where many sites fall silent at once, their looks wait for a second one and then do not count', async () => {
  const store = await createStore();
  const ids = Array.from({ length: 12 }, (_, n) => `c${n}`);
  const silent = lookAt({
    observations: (['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'] as const).map((endpoint) =>
      sampleObservation({ endpoint }),
    ),
  });
  const looks = async (report: Report, known: readonly Recorded[], massSilence: MassSilence, sweepId: number) => {
    const all: Recorded[] = [];
    for (const [index, id] of ids.entries()) {
      const earlier = known[index]?.again ?? null;
      const look = { sweepId, client: createClient(id, id), slot: id, report, earlier, last: true };
      all.push(await recordLook(look, { store, alerts: null, massSilence, confirm: true, now: new Date() }));
    }
    return all;
  };
  const first = await beginSweep(store, ids);
  const calm = new MassSilence();
  await looks(violation(), await looks(violation(), [], calm, first.id), calm, first.id);
  const known: unknown[] = [];
  for await (const { client: who, state } of store.readClientStates()) known.push([who.id, state]);
  const second = await beginSweep(store, ids);
  const massSilence = new MassSilence();
  const unseen = await looks(silent, [], massSilence, second.id);
  expect(massSilence.isLikely).toBe(true);
  expect(unseen.every(({ again, changes }) => again !== null && changes.length === 0)).toBe(true);
  const again = await looks(silent, unseen, massSilence, second.id);
  expect(again.every(({ held, changes }) => held && changes.length === 0)).toBe(true);
  // Whoever continues the sweep knows of them.
  expect((await store.tallySweep(second.id)).held).toBe(ids.length);
  expect((await store.tallySweep(first.id)).held).toBe(0);
  const after: unknown[] = [];
  for await (const { client: who, state } of store.readClientStates()) after.push([who.id, state]);
  expect(after).toEqual(known);
});

test('addresses that must not be asked are not silent: no line of ours is suspected, and the change is told', async () => {
  const ids = Array.from({ length: 12 }, (_, n) => `c${n}`);
  const target = { input: '127.0.0.1', name: null, resolvedAt: null, address: null, scope: null };
  const looks = async (store: Store, report: Report) => {
    const massSilence = new MassSilence();
    const { id: sweepId } = await beginSweep(store, ids);
    const kinds: string[][] = [];
    for (const id of ids) {
      const look = { sweepId, client: createClient(id, id), slot: id, report, earlier: null, last: true };
      const { changes } = await recordLook(look, { store, alerts: null, massSilence, confirm: false, now: new Date() });
      kinds.push(changes.map(({ kind }) => kind));
    }
    return { kinds, isLikely: massSilence.isLikely };
  };
  const after = async (change: object) => {
    const store = await createStore();
    await looks(store, violation());
    const unasked = { ...target, problem: 'not asked', ...change };
    return looks(store, { ...lookAt({ verdict: 'inconclusive', target: unasked }), observations: [] });
  };
  expect(await after({})).toEqual({ kinds: ids.map(() => ['no-longer-determined']), isLikely: false });
  // A name that does not resolve may be our own trouble.
  expect(await after({ name: 'pbx.example' })).toMatchObject({ isLikely: true });
});

test('a few sites that fall silent, or a fleet that mostly is, are no reason to doubt ourselves', () => {
  const alive = stateOf(lookAt());
  const quiet = { ...alive, silent: true };
  const few = new MassSilence();
  for (let n = 0; n < 100; n++) few.note(alive, n >= 20);
  expect(few.isLikely).toBe(false);
  few.note(alive, false);
  expect(few.isLikely).toBe(true);
  const usual = new MassSilence();
  for (let n = 0; n < 10; n++) usual.note(quiet, false);
  for (let n = 0; n < 30; n++) usual.note(alive, false);
  expect(usual.isLikely).toBe(false);
  usual.note(alive, false);
  expect(usual.isLikely).toBe(true);
});
