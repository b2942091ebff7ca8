import { afterAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askServer } from '../../../src/cli/kit/serve-invites.js';
import { openCheckMe } from '../../../src/cli/kit/check-me.js';
import { loadInventory } from '../../../src/files/clients/inventory.js';
import { VantageClient } from '../../../src/site/outside/vantage-client.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import { beginSweep, runSweep } from '../../../src/fleet/sweep/sweep.js';
import type { ChangeKind } from '../../../src/model/change.js';
import { OPERATOR_TOKEN, runApp, until } from '../../vantage/run-app.js';
import { servePages } from '../serve.js';

const servers: Server[] = [];
const closes: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const server of servers) server.close();
  for (const close of closes) await close();
});

/** Something that answers like administration at an address of the site; which port is free there, until it begins. */
async function createSite(address: string) {
  const server = createServer((_request, response) => response.end('hello'));
  servers.push(server);
  const listen = (port: number) =>
    new Promise<number>((resolve) =>
      server.listen(port, address, () => resolve((server.address() as AddressInfo).port)),
    );
  const port = await listen(0);
  await new Promise((resolve) => server.close(resolve));
  return { port, open: () => listen(port), shut: () => new Promise((resolve) => server.close(resolve)) };
}

/** Pages of a dealer with one client, and a vantage server: `remote` is asked for what codes came to, and `shared` stores it itself. */
async function serveDealer(address: string, way: 'remote' | 'shared') {
  const site = await createSite(address);
  const inventory = `
defaults: { authorization: { by: Ann, reference: T1 } }
clients:
  - { id: acme, name: Acme Dental, address: ${address}, services: { webpro: [${site.port}] } }
`;
  let port = 0;
  const served = await servePages({
    inventory,
    ...(way === 'remote' && {
      place: (signal) => ({
        page: null,
        make: (...asked) => vantageAt(port, signal).make(...asked),
        read: (...asked) => vantageAt(port, signal).read(...asked),
      }),
    }),
  });
  const { store, desk, directory, file } = served;
  const { clients } = await loadInventory(file);
  await store.putRoster(file, listRoster(clients));
  const invites = join(directory, 'invites');
  const opened = await openCheckMe({
    ...{ invites, pages: true, quiet: true },
    ...(way === 'shared' && { store: store.path }),
  } as Parameters<typeof openCheckMe>[0]);
  const app = await runApp({ invites, plugin: opened!.plugin, now: () => new Date() });
  ({ port } = app);
  closes.push(() => opened!.close());
  const sweep = async (confirmAfterMs = 0): Promise<ChangeKind[]> => {
    const { clients } = await loadInventory(file);
    const options = { store, inventory: file, clients, confirmAfterMs, alerts: null, allowSpecial: true };
    const kinds: ChangeKind[] = [];
    const fast = { ...options, timing: 'fast' } as const;
    for await (const { changes } of runSweep(await beginSweep(fast), fast))
      kinds.push(...changes.map(({ kind }) => kind));
    return kinds;
  };
  /** Someone has an address checked with a new code of the client's page; resolves once the result is stored. */
  const checkFromSite = async (from: string): Promise<void> => {
    const { text } = await served.submit('/clients/acme/invites', { hours: '24' });
    const code = /<p class="code">([^<]+)<\/p>/.exec(text)?.[1] ?? '';
    const start = await app.send({ path: '/', from, headers: { accept: 'text/html' } });
    const token = /name="token" value="([^"]+)"/.exec(start.text)?.[1] ?? '';
    const answer = await app.send({
      ...{ method: 'POST', path: '/check', from },
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ token, code, confirmed: from }).toString(),
    });
    expect(answer.status).toBe(303);
    const [made] = await store.codes.list('acme', 1);
    await until(async () => (await app.folder!.read(made!.invite))?.report != null);
    if (way === 'shared') await until(() => store.write((tx) => tx.hasCheckOf(made!.invite)));
    for (let times = 0; times < 2; times++) await desk.refresh(new Date());
  };
  const get = async (path: string) => (await served.send({ path })).text;
  /** How the client stands, wherever that is told. */
  const tell = async () => {
    const row = (JSON.parse(await get('/api/v1/clients?search=acme')) as { clients: { verdict: string }[] }).clients;
    const metrics = await get('/metrics');
    const list = (await served.browse('/')).text;
    return {
      api: [
        (JSON.parse(await get('/api/v1/clients/acme')) as { verdict: string }).verdict,
        ...row.map((one) => one.verdict),
      ],
      badge: /aria-label="([^,"]+)/.exec(await get('/badge/acme.svg'))?.[1],
      probe: /^probe_success (\d)$/m.exec(await get('/probe?target=acme'))?.[1],
      metrics: [...metrics.matchAll(/^sallyport_addresses\{[^}]*verdict="(\w+)"\} 1$/gm)].map(([, verdict]) => verdict),
      list: /Action needed|As agreed/.exec(list.slice(list.indexOf('<tbody')))?.[0],
    };
  };
  const history = async () =>
    JSON.parse(await get('/api/v1/clients/acme/reports')) as {
      checks: { invite: string | null; verdict: string; changes: { kind: string }[] }[];
      invited: { verdict: string }[];
    };
  return { ...served, site, sweep, checkFromSite, tell, history, get };
}

const vantageAt = (port: number, signal: AbortSignal) =>
  askServer(new VantageClient({ url: new URL(`http://127.0.0.1:${port}`), token: OPERATOR_TOKEN }), '', signal);

const WELL = {
  api: ['compliant', 'compliant'],
  badge: 'compliant',
  probe: '1',
  metrics: ['compliant'],
  list: 'As agreed',
};
const BAD = {
  api: ['violation', 'violation'],
  badge: 'violation',
  probe: '0',
  metrics: ['violation'],
  list: 'Action needed',
};

describe('a check from the site', () => {
  test.each([
    ['remote', '127.0.0.61'],
    ['shared', '127.0.0.62'],
  ] as const)(
    'that sees a violation at an address of the client counts at once, wherever it is told (%s)',
    async (way, address) => {
      const dealer = await serveDealer(address, way);
      const { site, sweep, checkFromSite, tell, history, browse, store, get, troubles } = dealer;
      expect(await sweep()).toEqual([]);
      await site.open();
      await checkFromSite(address);
      expect(await tell()).toEqual(BAD);
      const { checks, invited } = await history();
      expect(
        checks.map(({ invite, verdict, changes }) => [invite !== null, verdict, changes.map(({ kind }) => kind)]),
      ).toEqual([
        [true, 'violation', ['exposed']],
        [false, 'compliant', []],
      ]);
      expect(invited).toEqual([]);
      const page = (await browse('/clients/acme')).text;
      expect(page).toContain('checked from the site, by someone there with a code');
      expect(page).toMatch(/reported|used/);
      const sweeps = JSON.parse(await get('/api/v1/sweeps')) as { sweeps: { invite: string | null; state: string }[] };
      expect(sweeps.sweeps.map(({ invite, state }) => [invite !== null, state])).toEqual([
        [true, 'finished'],
        [false, 'finished'],
      ]);
      expect([await store.checkChains(), await store.check(), await store.checkSummaries()]).toEqual([[], [], []]);
      // A later check from the site ends nothing; a sweep does.
      await site.shut();
      await checkFromSite(address);
      expect(await tell()).toMatchObject({ api: BAD.api, badge: 'violation' });
      expect((await history()).invited.map(({ verdict }) => verdict)).toEqual(['compliant']);
      expect(await sweep()).toEqual(['resolved']);
      expect(await tell()).toMatchObject({ api: WELL.api, badge: 'compliant' });
      expect(troubles).toEqual([]);
    },
  );

  test('that saw something where sweeps do not look has them look there: it stands until it is shut', async () => {
    const { site, sweep, checkFromSite, tell, file, store } = await serveDealer('127.0.0.66', 'shared');
    await site.open();
    await checkFromSite('127.0.0.66');
    expect(await tell()).toEqual(BAD);
    const moved = (await readFile(file, 'utf8')).replace(/, services: \{.*?\}/, '');
    expect(moved).not.toContain('services');
    await writeFile(file, moved);
    const standing = async () => [...(await store.fleet.listOpenEndpoints('acme'))];
    for (const again of [1, 2]) {
      await sweep();
      expect([again, await standing()]).toEqual([again, [['127.0.0.66', [`tcp/${site.port}`]]]]);
    }
    expect((await tell()).api).toEqual(BAD.api);
    await site.shut();
    expect(await sweep()).toContain('resolved');
    expect((await tell()).api).toEqual(WELL.api);
  });

  test('of another address is in the report, and changes nothing of how the client stands', async () => {
    const { site, sweep, checkFromSite, tell, history } = await serveDealer('127.0.0.63', 'remote');
    await sweep();
    const other = createServer((_request, response) => response.end('hello'));
    servers.push(other);
    await new Promise<void>((resolve) => other.listen(site.port, '127.0.0.64', resolve));
    await checkFromSite('127.0.0.64');
    expect((await history()).invited.map(({ verdict }) => verdict)).toEqual(['violation']);
    expect((await history()).checks.map(({ invite }) => invite)).toEqual([null]);
    expect(await tell()).toEqual(WELL);
  });

  test('that is as agreed says nothing of what no sweep has looked at, and one that is not does', async () => {
    const { site, checkFromSite, tell, history } = await serveDealer('127.0.0.65', 'remote');
    await checkFromSite('127.0.0.65');
    expect((await history()).checks).toEqual([]);
    expect((await history()).invited.map(({ verdict }) => verdict)).toEqual(['compliant']);
    expect(await tell()).toMatchObject({ api: ['not-checked', 'not-checked'], probe: '0', badge: 'not known' });
    await site.open();
    await checkFromSite('127.0.0.65');
    expect(await tell()).toMatchObject({ api: BAD.api, badge: 'violation', list: BAD.list });
  });
});
