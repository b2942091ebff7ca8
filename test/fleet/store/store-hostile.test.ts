import { expect, test } from '@jest/globals';
import type { Waiver } from '../../../src/model/change.js';
import { beginSweep, collect, createClient, createStores, NOW, onServer, reportAt } from './store-fixtures.js';

const stores = createStores();

/** What answers and files may hold, and a database may choke on. */
const HOSTILE = ['\ufdd0', '\ufdd00\ufdd01', `'; drop table slots; --`, '\\u0000', '\\', '\u2028😀\r\n'];

const NO_WAY = { rule: 'r', endpoint: null, by: 'b', until: '2027-01-31', severity: null, identity: null };

function waiver(clientId: string, reason: string): Omit<Waiver, 'id'> {
  return { ...NO_WAY, clientId, reason, grantedAt: NOW.toISOString() };
}

/** SQLite's library ends a text there, where it stands outside of JSON. */
const NUL = onServer ? '\0' : '';
const TEXTS = [...HOSTILE, ...(onServer ? ['\0', 'a\0b\0\0', '\ufdd0\0'] : [])];

test('every text comes back as it was', async () => {
  const store = await stores.open();
  for (const [index, text] of TEXTS.entries()) {
    await store.addWaiver(waiver(`c${index}`, text));
    await store.noteRun(text, NOW);
  }
  expect((await store.listWaivers()).map(({ reason }) => reason)).toEqual(TEXTS);
  for (const text of TEXTS) expect(await store.lastRun(text)).toEqual(NOW);
});

test('a state with what no text of a database holds is listed, searched and checked as any other', async () => {
  const store = await stores.open();
  const { id } = await beginSweep(store, ['a']);
  const data = { banner: `\0${HOSTILE.join('\0')}`, half: '\ud800', service: { id: `web${NUL}pro` } };
  const issue = {
    rule: `r${NUL}`,
    endpoint: 'tcp/80',
    severity: 'high',
    since: NOW.toISOString(),
    waived: false,
    data,
  };
  const report = reportAt('203.0.113.9');
  await store.write(async (writer) => {
    const client = createClient('a', { name: HOSTILE.join(`x${NUL}`) });
    const resultId = await writer.addResult({ sweepId: id, client, slot: `s${NUL}`, report, final: true });
    const state = { address: '203.0.113.9', verdict: 'violation', issues: { key: issue }, identities: {} };
    await writer.putState('a', `s${NUL}`, state as never, { resultId: resultId!, at: report.startedAt });
    await writer.finishClient(id, 'a');
  });
  const [status] = await collect(store.readClientStates());
  expect(status).toMatchObject({ slot: `s${NUL}`, client: { name: HOSTILE.join(`x${NUL}`) } });
  expect(status!.state.issues['key']).toEqual(issue);
  const time = { now: NOW, staleBefore: new Date(0) };
  const list = (filter: object) =>
    store.fleet.readPage({ ...time, sort: 'worst', offset: 0, limit: 9, ...filter }, (state) => state);
  for (const filter of [{}, { search: 'drop table' }, { address: '203.0.113.9' }, { services: [`web${NUL}pro`] }])
    expect((await list(filter)).total).toBe(1);
  expect((await list({ search: 'drop tables' })).total).toBe(0);
  expect([...(await store.check()), ...(await store.checkChains()), ...(await store.checkSummaries())]).toEqual([]);
});

test('lists are in the order of bytes, whatever language the server speaks', async () => {
  const store = await stores.open();
  const ids = ['b', 'B', 'ä', 'a', 'Z', '_', '-1', '😀', '\uffee', 'a b', 'ab'];
  const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const { id } = await beginSweep(store, ids);
  for (const one of ids)
    await store.write(async (writer) => {
      const client = createClient(one, { tags: [one], group: one });
      await writer.addResult({ sweepId: id, client, slot: one, report: reportAt('203.0.113.9'), final: true });
    });
  expect(await store.listClientIds()).toEqual(sorted);
  expect(await store.listGroups()).toEqual(sorted);
  expect(await store.listTags()).toEqual(sorted);
});
