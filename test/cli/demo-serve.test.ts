import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { loadInventory } from '../../src/files/clients/inventory.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import { startDemoFleet } from '../../src/cli/kit/demo-fleet.js';

test('a simulated dealer has a month of history, in which clients were exposed and put right', async () => {
  const fleet = await startDemoFleet();
  const { clients } = await loadInventory(fleet.inventory);
  expect(clients).toHaveLength(10);
  // Two at one time have the same addresses, and would see each other.
  expect(fleet.taken).toEqual([]);
  const store = await openStore(fleet.store);
  const verdicts: Record<string, string> = {};
  for await (const { client, state } of store.readClientStates()) verdicts[client.id] = state.verdict;
  expect(verdicts).toEqual({
    ...{ 'harbour-dental': 'violation', 'old-town-hotel': 'violation', quayside: 'violation', 'st-anne': 'violation' },
    ...{ 'mill-lane': 'compliant', northgate: 'compliant', riverside: 'compliant', 'station-garage': 'compliant' },
  });
  const kinds = (await store.listChanges({ clientId: 'station-garage' })).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['exposed', 'resolved']));
  const controls = (await store.listNewest(8)).map(({ report }) => report.vantage.control?.endpoint);
  expect(new Set(controls)).toEqual(new Set([fleet.control]));
  await store.close();
  const second = await startDemoFleet();
  expect(second.taken).toContain('127.0.0.31');
  await second.stop();
  await fleet.stop();
  expect(existsSync(fleet.inventory)).toBe(false);
});
