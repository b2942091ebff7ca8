import { expect, test } from '@jest/globals';
import { recordLook } from '../../../src/fleet/sweep/record-look.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Report } from '../../../src/model/report.js';
import { sampleObservation } from '../../reports/sample-reports.js';
import { lookAt, openAt, violation } from '../store/looks.js';
import { beginSweep } from '../store/store-fixtures.js';
import { createClient, createStore } from './scene.js';

const client = createClient('acme', '203.0.113.7');

/** Records the only look of one sweep at the client, which no second one has to confirm. */
async function record(store: Store, report: Report) {
  const { id: sweepId } = await beginSweep(store, ['acme']);
  const look = { sweepId, client, slot: '203.0.113.7', report, earlier: null, last: true };
  const recorded = await recordLook(look, { store, alerts: null, confirm: false, now: new Date() });
  return { kinds: recorded.changes.map(({ kind }) => kind), unseen: recorded.unseen };
}

test('an exposure at a site that fell silent stands in the store until the site is seen with the port shut', async () => {
  const store = await createStore();
  const silence = (['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'] as const).map((endpoint) =>
    sampleObservation({ endpoint }),
  );
  const silent = lookAt({ observations: silence });
  expect(await record(store, violation())).toEqual({ kinds: ['exposed'], unseen: false });
  expect(await record(store, silent)).toEqual({ kinds: ['lost-sight'], unseen: true });
  expect(await record(store, silent)).toEqual({ kinds: [], unseen: true });
  for await (const { state } of store.readClientStates()) {
    expect(state).toMatchObject({
      verdict: 'violation',
      issues: { 'admin-exposed tcp/80': { severity: 'critical', lostAt: silent.startedAt } },
    });
  }
  expect((await store.listChanges({ clientId: 'acme' })).map(({ kind }) => kind)).toEqual(['lost-sight', 'exposed']);
  const shut = lookAt({ observations: [openAt('tcp/8000', null)] });
  expect(await record(store, shut)).toEqual({ kinds: ['resolved'], unseen: false });
});
