import { describe, expect, test } from '@jest/globals';
import type { AlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import { webpro } from '../../../src/lab/servers/nec.js';
import { type Site, startSite } from '../../../src/lab/start-site.js';
import { beginSweep, runSweep, type SweepOptions } from '../../../src/fleet/sweep/sweep.js';
import { planOne, startAt } from '../../check/checking.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { changesOf, createClient, createStore, sweepAll } from './scene.js';

stopAfterEach();

const at = (n: number): string => `127.0.42.${n}`;

async function startWebpro(n: number) {
  const site = await startAt(at(n), planOne('webpro', webpro()));
  return { site, client: createClient(`c${n}`, at(n), { services: site.services }) };
}

/** Routes every change to one channel. */
const ALERTS: AlertConfig = {
  file: 'alerts.yaml',
  channels: new Map(),
  routes: [{ to: ['mail'], severity: 'info', mode: 'immediate' }],
  operator: { to: ['mail'] },
  reports: new Map(),
};

const claimAll = async (store: SweepOptions['store']) =>
  store.messages.claimMessages(new Date(Date.now() + 1_000), 100, 600_000);

describe('a change', () => {
  test('counts once a second look shows it too', async () => {
    const store = await createStore();
    const { client } = await startWebpro(1);
    const started = performance.now();
    const swept = await sweepAll({ store, clients: [client, createClient('c2', at(2))], confirmAfterMs: 300 });
    expect(changesOf(swept)).toEqual(['c1 exposed']);
    expect(performance.now() - started).toBeGreaterThan(300);
    expect((await store.listHistory('c1', 10)).map(({ final }) => final)).toEqual([true]);
  });

  test('that is gone at the second look does not count, and the final result is the second', async () => {
    const store = await createStore();
    const { site, client } = await startWebpro(3);
    setTimeout(() => void site.stop(), 300);
    const swept = await sweepAll({ store, clients: [client], confirmAfterMs: 800 });
    expect(changesOf(swept)).toEqual([]);
    expect(swept.results.map(({ report }) => report.verdict)).toEqual(['compliant']);
    expect(await store.listChanges({ clientId: 'c3' })).toEqual([]);
  });

  test('is told by one alert, queued with it; what is unchanged by none', async () => {
    const store = await createStore();
    const { client } = await startWebpro(4);
    const clients = [client, createClient('c5', at(5))];
    await sweepAll({ store, clients, alerts: ALERTS, confirmAfterMs: 100 });
    const [message, ...others] = await claimAll(store);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      channel: 'mail',
      events: [{ client: { id: 'c4' }, changes: [{ kind: 'exposed' }] }],
    });
    await sweepAll({ store, clients, alerts: ALERTS, confirmAfterMs: 100 });
    expect(await claimAll(store)).toEqual([]);
  });

  test('to and fro is told until it flaps, and then held back', async () => {
    const store = await createStore();
    const { site, client } = await startWebpro(6);
    const [port = 0] = site.services['webpro'] ?? [];
    const plan = {
      ...planOne('webpro', webpro()),
      servers: [{ service: 'webpro' as const, endpoints: [`tcp/${port}` as const], server: webpro() }],
    };
    let open: Site | null = site;
    const told: string[] = [];
    for (let look = 0; look < 7; look++) {
      await sweepAll({ store, clients: [client], alerts: ALERTS });
      for (const { events } of await claimAll(store)) {
        for (const event of events) {
          if (event.type === 'changes') told.push(`${event.changes.map(({ kind }) => kind).join()} ${event.flapping}`);
        }
      }
      if (open) await open.stop();
      open = open ? null : keep(await startSite(plan, { address: at(6) }));
    }
    expect(told).toEqual(['exposed false', 'resolved false', 'exposed true']);
    expect(await store.listChanges({ clientId: 'c6' })).toHaveLength(7);
  });
});

describe('a vantage that cannot see', () => {
  test('tells the operator once, and of no client that it was resolved', async () => {
    const store = await createStore();
    const { site, client } = await startWebpro(7);
    const clients = [client, ...Array.from({ length: 5 }, (_, n) => createClient(`d${n}`, at(20 + n)))];
    await sweepAll({ store, clients, alerts: ALERTS });
    await claimAll(store);
    await site.stop();
    const blind = await sweepAll({ store, clients, alerts: ALERTS, control: `${at(99)}:9` });
    expect(blind.end).toEqual({ state: 'finished', blind: 6, held: 0, failed: [] });
    expect(changesOf(blind)).toEqual([]);
    const messages = await claimAll(store);
    expect(messages.map(({ events }) => events.map(({ type }) => type))).toEqual([['operator']]);
    expect(changesOf(await sweepAll({ store, clients }))).toEqual(['c7 resolved']);
  });

  test('ends a sweep that would prove nothing', async () => {
    const store = await createStore();
    const clients = Array.from({ length: 60 }, (_, n) => createClient(`e${n}`, at(30 + n)));
    const blind = await sweepAll({ store, clients, control: `${at(99)}:9`, maxSockets: 30 });
    expect(blind.end.state).toBe('interrupted');
    expect(blind.results.length).toBeLessThan(60);
  });
});

test('an abort leaves what is not done to the next sweep', async () => {
  const store = await createStore();
  const clients = Array.from({ length: 40 }, (_, n) => createClient(`f${n}`, at(100 + n)));
  const abort = new AbortController();
  const options: SweepOptions = {
    store,
    clients,
    inventory: '/inventory.yaml',
    confirmAfterMs: 0,
    alerts: null,
    allowSpecial: true,
    maxSockets: 40,
    signal: abort.signal,
  };
  const seen: string[] = [];
  for await (const { client } of runSweep(await beginSweep(options), options)) {
    seen.push(client.id);
    if (seen.length === 5) abort.abort();
  }
  expect(seen.length).toBeLessThan(40);
  const sweep = await store.findUnfinished('/inventory.yaml');
  expect(sweep?.remaining).toBe(40 - seen.length);
});
