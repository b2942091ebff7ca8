import { expect, test } from '@jest/globals';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import { createExclusion } from '../../../src/files/targets/guard.js';
import { parseTargetSpec } from '../../../src/files/targets/targets.js';
import { checkClient } from '../../../src/web/checks/check-client.js';
import { Checks } from '../../../src/web/checks/checks.js';
import { createClient, createStores, INVENTORY } from '../../fleet/store/store-fixtures.js';

const stores = createStores();

const [LOOKED_AT, EXCLUDED] = ['127.0.0.41', '127.0.0.42'];

test('a check of a client is never compliant where it did not look at all addresses', async () => {
  const store = await stores.open();
  const authorization = { by: 'Ann', reference: 'T1', until: null };
  const client = createClient('acme', { addresses: [LOOKED_AT, EXCLUDED], authorization });
  await store.putRoster(INVENTORY, listRoster([client]));
  const inventory = { file: INVENTORY, format: 'yaml', notes: [], groups: [], clients: [client] } as const;
  const files = {
    inventory: INVENTORY,
    chosen: '',
    ignore: [],
    read: () => Promise.resolve({ alerts: null, inventory }),
  };
  const figures = { confirmAfterMs: 0, allowSpecial: true, timing: 'fast', canaries: false } as const;
  const ending = new AbortController().signal;
  const checkWith = async (excluded: readonly string[]) => {
    const exclude = createExclusion(excluded.map((text) => parseTargetSpec(text)));
    const work = checkClient(client, { store, files, figures: { ...figures, exclude }, now: new Date() });
    const worst = () => 'compliant' as const;
    const checks = new Checks({ now: () => new Date(), ending, describeFailure: String, worst });
    const { id } = checks.begin({ title: 'Acme', client: 'acme', by: 'Ann' }, work);
    await new Promise<void>((resolve) => checks.listen(id, () => checks.get(id)!.state !== 'running' && resolve()));
    const { verdict, unchecked, reports } = checks.get(id)!;
    return { verdict, unchecked, of: reports.map(({ target }) => target.address) };
  };
  expect(await checkWith([EXCLUDED])).toEqual({
    verdict: 'inconclusive',
    unchecked: [{ slot: EXCLUDED, reason: 'no sweep has checked it yet' }],
    of: [LOOKED_AT],
  });
  expect(await checkWith([])).toMatchObject({ verdict: 'compliant', unchecked: [] });
});
