import { describe, expect, test } from '@jest/globals';
import { webpro } from '../../../src/lab/servers/nec.js';
import { dvr } from '../../lab-sites/servers/dvr.js';
import type { SitePlan } from '../../../src/lab/sites.js';
import { startSite } from '../../../src/lab/start-site.js';
import { planOne, startAt } from '../../check/checking.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import type { LabServer } from '../../../src/lab/lab-server.js';
import { changesOf, createClient, createStore, sweepAll } from './scene.js';

stopAfterEach();

/** Addresses of this file's own. */
const at = (n: number): string => `127.0.41.${n}`;

/** A plan of one server on one port, free of any service. */
function moveTo(port: number, server: LabServer): SitePlan {
  return { ...planOne('webpro', server), servers: [{ service: 'webpro', endpoints: [`tcp/${port}`], server }] };
}

async function startWebpro(n: number) {
  const site = await startAt(at(n), planOne('webpro', webpro()));
  return { site, client: createClient(`c${n}`, at(n), { services: site.services }) };
}

describe('a sweep', () => {
  test('stores every result, and tells each exposure once', async () => {
    const store = await createStore();
    const { client } = await startWebpro(1);
    const clients = [client, createClient('c2', at(2)), createClient('c3', at(3))];
    const first = await sweepAll({ store, clients });
    expect(first.end).toEqual({ state: 'finished', blind: 0, held: 0, failed: [] });
    expect(first.results.map(({ client: { id }, report }) => `${id} ${report.verdict}`).sort()).toEqual([
      'c1 violation',
      'c2 compliant',
      'c3 compliant',
    ]);
    expect(changesOf(first)).toEqual(['c1 exposed']);
    expect(first.results[0]!.report.authorization).toBe('Ann Owner, contract 7');
    const second = await sweepAll({ store, clients });
    expect(second.results).toHaveLength(3);
    expect(changesOf(second)).toEqual([]);
    expect((await store.listHistory('c1', 10)).map(({ sweepId }) => sweepId)).toEqual([second.sweepId, first.sweepId]);
    const noted = await store.readStandings(new Date(Date.now() - 86_400_000), new Date());
    expect(noted.at(-1)!.counts).toMatchObject({ violation: 1, compliant: 2, 'not-checked': 0 });
  });

  test('can spread the endpoints of its clients over a time, second looks too', async () => {
    const store = await createStore();
    const { client } = await startWebpro(9);
    const clients = [client, createClient('c10', at(10))];
    const { results, end } = await sweepAll({ store, clients, spreadMs: 300, confirmAfterMs: 10 });
    expect(end.state).toBe('finished');
    expect(results.map(({ client: { id }, report }) => `${id} ${report.verdict}`).sort()).toEqual([
      'c10 compliant',
      'c9 violation',
    ]);
    expect(results.flatMap(({ changes }) => changes.map(({ kind }) => kind))).toEqual(['exposed']);
  });

  test('tells what was closed, and what opens again', async () => {
    const store = await createStore();
    const { site, client } = await startWebpro(4);
    await sweepAll({ store, clients: [client] });
    await site.stop();
    expect(changesOf(await sweepAll({ store, clients: [client] }))).toEqual(['c4 resolved']);
    const again = keep(await startSite(moveTo(site.services['webpro']![0]!, webpro()), { address: at(4) }));
    expect(again.services).toEqual({});
    expect(changesOf(await sweepAll({ store, clients: [client] }))).toEqual(['c4 exposed']);
  });

  test('tells who answers instead', async () => {
    const store = await createStore();
    const { site, client } = await startWebpro(6);
    await sweepAll({ store, clients: [client] });
    await site.stop();
    keep(await startSite(moveTo(site.services['webpro']![0]!, dvr()), { address: at(6) }));
    const changes = changesOf(await sweepAll({ store, clients: [client] }));
    expect(changes).toContain('c6 identity-changed');
  });

  // A link-local address without an interface: this Node has the system refuse it; newer ones choose an interface.
  const testRefused = process.versions.node.startsWith('20.') ? test : test.skip;

  testRefused('goes on with IPv4 where nothing can be sent to IPv6, and says so once', async () => {
    const store = await createStore();
    const clients = Array.from({ length: 30 }, (_, n) => createClient(`six${n}`, `fe80::${n + 1}`));
    const { client } = await startWebpro(7);
    const troubles: string[] = [];
    const swept = await sweepAll({
      store,
      clients: [...clients, client],
      onTrouble: (trouble) => troubles.push(trouble),
    });
    expect(swept.end).toEqual({ state: 'finished', blind: 30, held: 0, failed: [] });
    expect(changesOf(swept)).toEqual(['c7 exposed']);
    expect(troubles).toEqual([expect.stringMatching(/^no probe of fe80::.+ IPv6 addresses prove nothing$/)]);
  });

  testRefused('ends where it can see nothing in any family', async () => {
    const store = await createStore();
    const clients = Array.from({ length: 60 }, (_, n) => createClient(`six${n}`, `fe80::${n + 1}`));
    const { end, results } = await sweepAll({ store, clients, rate: 100 });
    expect(end.state).toBe('interrupted');
    expect(results.length).toBeLessThan(60);
  });

  test('probes nobody without a valid authorisation, nor a paused client', async () => {
    const store = await createStore();
    const { client } = await startWebpro(5);
    const clients = [
      { ...client, id: 'none', authorization: null },
      { ...client, id: 'over', authorization: { by: 'Ann', reference: 'x', until: '2020-01-31' } },
      { ...client, id: 'paused', paused: true },
    ];
    const swept = await sweepAll({ store, clients });
    expect(swept.results).toEqual([]);
    expect(swept.skipped).toEqual(['none', 'over']);
  });
});
