import { describe, expect, jest, test } from '@jest/globals';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import type { Client } from '../../../src/model/client.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { answer, canaries, services, site, survey } from '../../check/rules/build-survey.js';
import { addSweep, client, type Seen } from '../../cli/filled-store.js';
import { servePages } from '../serve.js';

const ALLOWED = { by: 'Ann', reference: 'T1', until: null };
const WELL = survey(site());
const OPEN = survey(site(answer('tcp/80', 'nec-webpro')));
const SILENT = survey([...services('silent'), ...canaries('filtered')]);
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

const acme = (change: Partial<Client> = {}) => client('acme', { authorization: ALLOWED, ...change });

const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A waiver of acme, which was granted long ago. */
const accepted = (rule: string, endpoint: EndpointId | null, until: string) => ({
  ...{ clientId: 'acme', rule, endpoint, until, by: 'Ann', reason: 'moves', severity: null, identity: null },
  grantedAt: hoursAgo(200),
});

/** A sweep of an inventory. */
async function sweep({ store }: Awaited<ReturnType<typeof servePages>>, at: string, seen: readonly Seen[]) {
  await addSweep(store.path, at, seen);
  await store.putRoster('/clients.yaml', listRoster(new Set(seen.map((one) => one.client))));
}

/** What the API, the probe and the badge say of acme. */
async function ask({ send }: Awaited<ReturnType<typeof servePages>>) {
  const [one, list, probe, byAddress, badge] = await Promise.all(
    [
      '/api/v1/clients/acme',
      '/api/v1/clients?search=acme',
      '/probe?target=acme',
      '/probe?target=203.0.113.7',
      '/badge/acme.svg',
    ].map((path) => send({ path })),
  );
  const success = (text: string) => /^probe_success (\d)$/m.exec(text)?.[1];
  return {
    verdict: (JSON.parse(one!.text) as { verdict: string }).verdict,
    listed: (JSON.parse(list!.text) as { clients: { verdict: string }[] }).clients.map((row) => row.verdict),
    probe: [success(probe!.text), success(byAddress!.text)],
    badge: /aria-label="([^,"]+)/.exec(badge!.text)?.[1],
    isGreen: badge!.text.includes('#1b6e3c'),
  };
}

const COMPLIANT = { verdict: 'compliant', listed: ['compliant'], probe: ['1', '1'], badge: 'compliant', isGreen: true };
const UNKNOWN = {
  verdict: 'not-checked',
  listed: ['not-checked'],
  probe: ['0', '0'],
  badge: 'not known',
  isGreen: false,
};
const NO_ANSWER = { ...UNKNOWN, verdict: 'no-answer', listed: ['no-answer'] };
const VIOLATION = {
  verdict: 'violation',
  listed: ['violation'],
  probe: ['0', '0'],
  badge: 'violation',
  isGreen: false,
};

describe('a client', () => {
  test('is compliant where the last check found so, and not long ago', async () => {
    const served = await servePages();
    await sweep(served, hoursAgo(2), [{ client: acme(), survey: WELL }]);
    expect(await ask(served)).toEqual(COMPLIANT);
  });

  test('is not known after eight days', async () => {
    const served = await servePages();
    await sweep(served, hoursAgo(8 * 24 + 1), [{ client: acme(), survey: WELL }]);
    expect(await ask(served)).toEqual(UNKNOWN);
  });

  test('is not known by a check that is still to come', async () => {
    const served = await servePages();
    await sweep(served, hoursAgo(-3), [{ client: acme(), survey: WELL }]);
    expect(await ask(served)).toEqual(UNKNOWN);
  });

  test.each([
    ['is paused', { paused: true }],
    ['may not be checked any more', { authorization: { ...ALLOWED, until: '2020-01-31' } }],
    ['was never allowed to be checked', { authorization: null }],
  ])('is not known where it %s', async (_why, change) => {
    const served = await servePages();
    await sweep(served, hoursAgo(2), [{ client: acme(change), survey: WELL }]);
    expect(await ask(served)).toEqual(UNKNOWN);
  });

  test('is not known where one of its addresses was not checked', async () => {
    const served = await servePages();
    const two = acme({ addresses: ['203.0.113.7', '203.0.113.8'] });
    await sweep(served, hoursAgo(2), [{ client: two, survey: WELL }]);
    const said = await ask(served);
    expect(said).toMatchObject({ verdict: 'not-checked', badge: 'not known', isGreen: false });
    expect(said.probe[0]).toBe('0');
    expect(said.listed.sort()).toEqual(['compliant', 'not-checked']);
  });

  test('is not known where the inventory does not have one of its addresses any more, and no better than it was', async () => {
    for (const [seen, due] of [
      [site(), { ...UNKNOWN, listed: ['compliant', 'not-checked'] }],
      [site(answer('tcp/80', 'nec-webpro')), { ...VIOLATION, listed: ['compliant', 'violation'] }],
    ] as const) {
      const served = await servePages();
      const target = { input: '203.0.113.8', address: '203.0.113.8', name: null };
      const one = acme();
      await sweep(served, hoursAgo(2), [
        { client: one, survey: WELL },
        { client: one, survey: survey(seen, { target }), slot: '203.0.113.8' },
      ]);
      const said = await ask(served);
      expect({ ...said, listed: said.listed.sort() }).toEqual({ ...due, probe: ['0', '1'] });
      const probe = (await served.send({ path: '/probe?target=203.0.113.8' })).text;
      expect(probe).toContain('probe_success 0');
      expect(probe).toContain('sallyport_unknown_addresses 1');
      const { addresses } = JSON.parse((await served.send({ path: '/api/v1/clients/acme' })).text) as {
        addresses: { slot: string; notChecked: object | null }[];
      };
      const reason = 'the inventory does not have this address any more';
      const notChecked = { '203.0.113.7': null, '203.0.113.8': { why: 'gone', reason } };
      expect(Object.fromEntries(addresses.map(({ slot, notChecked: why }) => [slot, why]))).toEqual(notChecked);
      const metrics = (await served.send({ path: '/metrics' })).text;
      expect(metrics).toContain(`verdict="${due.verdict === 'not-checked' ? 'not_checked' : 'violation'}"} 1`);
      for (const path of ['/', '/?view=grid', '/clients/acme']) {
        const { text } = await served.browse(path);
        expect({ path, told: text.includes(reason) }).toEqual({ path, told: true });
      }
      const page = (await served.browse('/clients/acme')).text;
      expect(page).toContain(due.verdict === 'not-checked' ? 'Not determined' : 'Action needed');
    }
  });

  test('is a violation where something is open, and where that was accepted until a day that is over', async () => {
    const served = await servePages();
    await sweep(served, hoursAgo(2), [{ client: acme(), survey: OPEN }]);
    expect(await ask(served)).toEqual(VIOLATION);
    const waived = await servePages({ now: () => new Date(Date.now() + 3 * 86_400_000) });
    await sweep(waived, hoursAgo(30), [{ client: acme(), survey: OPEN }]);
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const path = '/api/v1/waivers';
    const body = { client: 'acme', rule: 'admin-interface-reachable', endpoint: 'tcp/80', reason: 'moves', until };
    // The days of the server are ahead: it accepts nothing for days that are over.
    const late = await waived.send({
      method: 'POST',
      path,
      body: JSON.stringify(body),
      headers: { origin: waived.origin },
    });
    expect([late.status, late.text]).toEqual([400, expect.stringContaining('until')]);
    await waived.store.addWaiver({
      ...{ clientId: 'acme', rule: 'admin-interface-reachable', endpoint: 'tcp/80', by: 'Ann', reason: 'moves', until },
      ...{ severity: null, identity: null, grantedAt: hoursAgo(29) },
    });
    await sweep(waived, hoursAgo(2), [{ client: acme(), survey: OPEN }]);
    expect(await ask(waived)).toEqual(VIOLATION);
  });

  test('that is accepted is compliant until then', async () => {
    const served = await servePages();
    await sweep(served, hoursAgo(30), [{ client: acme(), survey: OPEN }]);
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const granted = await served.send({
      ...{ method: 'POST', path: '/api/v1/waivers', headers: { origin: served.origin } },
      body: JSON.stringify({
        client: 'acme',
        rule: 'admin-interface-reachable',
        endpoint: 'tcp/80',
        reason: 'moves',
        until,
      }),
    });
    expect(granted.status).toBe(201);
    expect(JSON.parse(granted.text)).toMatchObject({
      isFound: true,
      others: [],
      waiver: { isOver: false, by: 'this machine' },
    });
    await sweep(served, hoursAgo(2), [{ client: acme(), survey: OPEN }]);
    expect(await ask(served)).toEqual(COMPLIANT);
  });
});

describe('what was accepted', () => {
  test.each([
    ['is over', -2],
    ['would go on', 2],
  ])('counts at once where its waiver is taken back that %s', async (_when, days) => {
    const served = await servePages();
    const { id } = await served.store.addWaiver(accepted('admin-interface-reachable', 'tcp/80', dayIn(days)));
    await sweep(served, hoursAgo(96), [{ client: acme(), survey: OPEN }]);
    expect(await ask(served)).toEqual(days < 0 ? VIOLATION : COMPLIANT);
    expect(await served.store.revokeWaiver(id)).toBe(true);
    expect(await ask(served)).toEqual(VIOLATION);
    const { text } = await served.browse('/clients/acme');
    expect(text).toContain('Action needed');
  });

  test('is silence no longer when that is over, or taken back', async () => {
    const waived = await servePages();
    const { id } = await waived.store.addWaiver(accepted('no-sign-of-life', null, dayIn(2)));
    await sweep(waived, hoursAgo(96), [{ client: acme(), survey: SILENT }]);
    expect(await ask(waived)).toEqual(COMPLIANT);
    await waived.store.revokeWaiver(id);
    expect(await ask(waived)).toEqual(NO_ANSWER);
    const over = await servePages();
    await over.store.addWaiver(accepted('no-sign-of-life', null, dayIn(-2)));
    await sweep(over, hoursAgo(96), [{ client: acme(), survey: SILENT }]);
    expect(await ask(over)).toEqual(NO_ANSWER);
  });

  test('in the inventory is silence until the day that it says', async () => {
    const clock = { ahead: 0 };
    const served = await servePages({ now: () => new Date(Date.now() + clock.ahead) });
    const silent = acme({ silence: { by: 'Ann', until: dayIn(1) } });
    await sweep(served, hoursAgo(2), [{ client: silent, survey: SILENT }]);
    expect(await ask(served)).toEqual(COMPLIANT);
    clock.ahead = 2 * 86_400_000;
    expect(await ask(served)).toEqual(NO_ANSWER);
  });
});

test('metrics are counted again although the clock was set back', async () => {
  const served = await servePages();
  await sweep(served, hoursAgo(3), [{ client: acme(), survey: WELL }]);
  const count = async () => (await served.send({ path: '/metrics' })).text;
  expect(await count()).toContain('verdict="violation"} 0');
  await sweep(served, hoursAgo(2), [{ client: acme(), survey: OPEN }]);
  const [date, elapsed] = [Date.now(), performance.now()];
  const clocks = [
    jest.spyOn(Date, 'now').mockReturnValue(date - 3_600_000),
    jest.spyOn(performance, 'now').mockReturnValue(elapsed + 20_000),
  ];
  const after = await count().finally(() => clocks.forEach((clock) => clock.mockRestore()));
  expect(after).toContain('verdict="violation"} 1');
});

test('metrics count as the list does, and tell nothing of what is not known', async () => {
  const served = await servePages();
  const empty = await served.send({ path: '/metrics' });
  expect(empty.text).not.toMatch(/^sallyport_(sweep_age|oldest_check_age|sweep_duration)_seconds /m);
  const north = acme({ group: 'north' });
  const other = client('bolt', { authorization: ALLOWED, paused: true, addresses: ['203.0.113.9'] });
  const counted = await servePages();
  await sweep(counted, hoursAgo(2), [
    { client: north, survey: OPEN },
    { client: other, survey: WELL, slot: '203.0.113.9' },
  ]);
  const { text } = await counted.send({ path: '/metrics' });
  expect(text).toContain('sallyport_addresses{group="north",verdict="violation"} 1');
  expect(text).toContain('sallyport_addresses{group="",verdict="not_checked"} 1');
  expect(text).toContain('sallyport_addresses{group="",verdict="compliant"} 0');
  const list = JSON.parse((await counted.send({ path: '/api/v1/clients' })).text) as { counts: object };
  expect(list.counts).toMatchObject({ violation: 1, 'not-checked': 1, compliant: 0 });
});
