import { describe, expect, test } from '@jest/globals';
import { NotedRoster } from '../../../src/fleet/sweep/noted-roster.js';
import { pageClients } from '../../../src/fleet/sweep/page-clients.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import { createClient, createStores, daysLater, INVENTORY, NOW } from '../store/store-fixtures.js';

const stores = createStores();

const OTHER = '/srv/others.yaml';

async function noteTwo() {
  const store = await stores.open();
  const roster = new NotedRoster(store);
  await roster.note({ inventory: INVENTORY, everyone: ['acme', 'bolt'].map((id) => createClient(id)) });
  const list = async () => {
    const when = { now: NOW, staleBefore: daysLater(-8) };
    const { clients } = await pageClients(store, { ...when, sort: 'name', offset: 0, limit: 10 });
    return clients.map(({ client }) => client.id);
  };
  return { store, roster, list };
}

describe('the clients of an inventory', () => {
  test('are listed again where one was forgotten that the inventory still has', async () => {
    const { store, roster, list } = await noteTwo();
    await store.forgetClient('acme');
    expect(await list()).toEqual(['bolt']);
    await roster.restore();
    expect(await list()).toEqual(['acme', 'bolt']);
  });

  test('are left to another inventory that has one of them now', async () => {
    const { store, roster } = await noteTwo();
    await roster.restore();
    await store.putRoster(OTHER, listRoster([createClient('acme'), createClient('zeta')]));
    await roster.restore();
    expect(await store.findInventory('acme')).toBe(OTHER);
  });
});
