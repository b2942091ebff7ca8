import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import type { ReadWork, WorkStatus } from '../../../src/model/work-status.js';
import { answer, site, survey } from '../../check/rules/build-survey.js';
import { addSweep, client } from '../../cli/filled-store.js';
import { type Answer, type Asked, until } from '../../vantage/run-app.js';
import { type Document, readDocument } from './described.js';
import { type ServeSetup, servePages, TOKENS } from '../serve.js';

/*
 * Each answer of the API is as the document says that serve publishes itself: every status that is declared is asked
 * for and compared, and nothing else is answered.
 */

const DAY_MS = 86_400_000;
const UNTIL = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);
const WAIVER = { client: 'acme', rule: 'admin-interface-reachable', endpoint: 'tcp/80', reason: 'moves', until: UNTIL };
const INVENTORY =
  'defaults: { authorization: { by: Ann, reference: T1 } }\nclients: [{ id: acme, address: 127.0.0.11 }]\n';
const FOREIGN = { 'sec-fetch-site': 'cross-site' };

/** Coordinators and workers. */
const WORK: WorkStatus = {
  coordinators: [
    {
      ...{ id: randomUUID(), host: 'box', pid: 5, version: '1.0.0', state: 'standby', inventory: '/srv/clients.yaml' },
      ...{ chosen: '', vantages: ['berlin'], alive: true, since: new Date(), beatAt: new Date() },
    },
  ],
  workers: [
    {
      ...{ id: randomUUID(), vantage: 'berlin', host: 'box', pid: 7, version: '1.0.0', state: 'busy', note: '' },
      ...{ looks: 3, orders: [randomUUID()], alive: false, beatAt: new Date() },
    },
  ],
  queues: [{ vantage: 'berlin', waiting: 1, active: 1, givenUp: 0 }],
  blind: [{ vantage: 'berlin', silent: 7, known: 8, since: new Date() }],
};

/** What makes a route answer: well, and as each status says that not all routes have. */
interface Plan {
  readonly status: number;
  readonly ok: Asked;
  /** Asks by other statuses. */
  readonly others?: Readonly<Record<number, Asked>>;
}

const json = (path: string, body: object): Asked => ({ method: 'POST', path, body: JSON.stringify(body) });
const yaml = (query: string, body: string, headers: Record<string, string> = {}): Asked => ({
  ...{ method: 'POST', path: `/api/v1/inventory${query}`, body },
  headers: { 'content-type': 'application/yaml', ...headers },
});
const read = (path: string, missing?: string): Plan => ({
  ...{ status: 200, ok: { path } },
  ...(missing !== undefined && { others: { 404: { path: missing } } }),
});

/** By route, in an order in which each of them succeeds; `{check}` is a check that was made. */
const PLANS: Readonly<Record<string, Plan>> = {
  'get /api/v1/clients': read('/api/v1/clients?limit=1'),
  'get /api/v1/clients/{id}': read('/api/v1/clients/acme', '/api/v1/clients/nope'),
  'get /api/v1/clients/{id}/reports': read('/api/v1/clients/acme/reports', '/api/v1/clients/nope/reports'),
  'get /api/v1/clients/{id}/report': read('/api/v1/clients/acme/report', '/api/v1/clients/nope/report'),
  'post /api/v1/clients/{id}/handed-reports': {
    ...{ status: 201, ok: json('/api/v1/clients/acme/handed-reports', { madeAt: '2026-11-01T00:00:00Z' }) },
    others: { 404: json('/api/v1/clients/nope/handed-reports', { madeAt: '2026-11-01T00:00:00Z' }) },
  },
  'get /api/v1/changes': read('/api/v1/changes?since=30d'),
  'post /api/v1/checks': {
    ...{ status: 202, ok: json('/api/v1/checks', { client: 'acme' }) },
    others: { 404: json('/api/v1/checks', { client: 'nope' }) },
  },
  'get /api/v1/checks': read('/api/v1/checks'),
  'get /api/v1/checks/{id}': read('/api/v1/checks/{check}', '/api/v1/checks/nope'),
  'get /api/v1/checks/{id}/events': read('/api/v1/checks/{check}/events', '/api/v1/checks/nope/events'),
  'post /api/v1/waivers': {
    ...{ status: 201, ok: json('/api/v1/waivers', WAIVER) },
    others: { 404: json('/api/v1/waivers', { ...WAIVER, client: 'nope' }) },
  },
  'get /api/v1/waivers': read('/api/v1/waivers', '/api/v1/waivers?client=nope'),
  'delete /api/v1/waivers/{id}': {
    ...{ status: 204, ok: { method: 'DELETE', path: '/api/v1/waivers/1' } },
    others: {
      404: { method: 'DELETE', path: '/api/v1/waivers/99' },
      413: { method: 'DELETE', path: '/api/v1/waivers/1', body: 'x'.repeat(70_000) },
    },
  },
  'get /api/v1/inventory': read('/api/v1/inventory'),
  'post /api/v1/inventory': {
    ...{ status: 200, ok: yaml('?dry-run=true', INVENTORY) },
    others: {
      400: yaml('', 'clients: [{ id: acme, address: 127.0.0.300 }]'),
      409: yaml('', 'clients: []\n'),
      412: yaml('', INVENTORY, { 'if-match': '"another"' }),
      413: yaml('', ' '.repeat((8 << 20) + 1)),
      503: yaml('', INVENTORY),
    },
  },
  'get /api/v1/sweeps': read('/api/v1/sweeps'),
  'get /api/v1/workers': read('/api/v1/workers'),
  'get /metrics': {
    ...read('/metrics'),
    others: {
      401: { path: '/metrics', headers: { 'x-forwarded-for': '203.0.113.9' } },
      403: { path: '/metrics', headers: { host: 'rebound.example' } },
    },
  },
  'get /probe': read('/probe?target=acme', '/probe?target=nope'),
  'get /badge/{file}': read('/badge/acme.svg', '/badge/nope.svg'),
};

/** A server with a client that is exposed, and what it is asked. */
async function serve(setup: ServeSetup = {}) {
  const served = await servePages({ withTokens: true, proxies: '127.0.0.1', ...setup });
  const acme = client('acme', { authorization: { by: 'Ann', reference: 'T1', until: null } });
  const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const open = survey(site(answer('tcp/80', 'nec-webpro')));
  await addSweep(served.store.path, at(48), [{ client: acme, survey: survey(site()) }]);
  await addSweep(served.store.path, at(2), [{ client: acme, survey: open }]);
  return served;
}

/** How a route is asked for a status. */
function plan(route: string, status: number, { ok, others, status: good }: Plan): Asked {
  const asked = others?.[status];
  const { headers = {}, path = '', body } = ok;
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  if (status === good) return { token: TOKENS.admin, ...ok };
  if (asked) return { ...(route !== 'get /metrics' && { token: TOKENS.admin }), ...asked };
  switch (status) {
    case 400:
      return { token: TOKENS.admin, ...ok, path: `${path}${path.includes('?') ? '&' : '?'}unknown=1` };
    case 401:
      return ok;
    case 403:
      return ok.method === undefined ? { ...ok, headers: { ...headers, ...FOREIGN } } : { ...ok, token: TOKENS.viewer };
    case 413:
      return { token: TOKENS.admin, ...ok, body: JSON.stringify({ client: 'a'.repeat(70_000) }) };
    case 415:
      return { token: TOKENS.admin, ...ok, body: body ?? 'a=b', headers: form };
    default:
      throw new Error(`${route} declares ${status}, and no test asks for it`);
  }
}

let document: Document;
const tested = new Set<string>();

/** Asks, and compares the answer with the document. */
async function compare(route: string, status: number, ask: () => Promise<Answer>): Promise<void> {
  const given = await ask();
  expect([route, given.status, given.status < 300 ? '' : given.text]).toEqual([
    route,
    status,
    status < 300 ? '' : expect.any(String),
  ]);
  expect(document.complainOf(route, given)).toEqual([]);
  tested.add(`${route} ${status}`);
}

beforeAll(async () => {
  const { send } = await servePages();
  document = readDocument((await send({ path: '/api/v1/openapi.json' })).text);
});

test('schemas/openapi.json is up to date (npm run generate)', () => {
  const file = new URL('../../../schemas/openapi.json', import.meta.url);
  expect(`${JSON.stringify(document.json, null, 2)}\n`).toBe(readFileSync(file, 'utf8'));
});

test('the document is one of OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document.json))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

describe('each answer is as it is described', () => {
  test('where all is well, and where it is not', async () => {
    const { send, signIn, checks, origin } = await serve({ readWork: () => Promise.resolve(WORK) });
    const cookie = await signIn('viewer');
    for (const [route, planned] of Object.entries(PLANS)) {
      for (const status of document.statusesOf(route)) {
        if (status === 503 || status === 429) continue;
        const asked = plan(route, status, planned);
        const path = asked.path?.replace('{check}', checks.list()[0]?.id ?? '');
        const isUnknown = status === 401;
        const headers = { ...asked.headers, ...(isUnknown ? { origin } : asked.token === undefined && { cookie }) };
        await compare(route, status, () => send({ ...asked, ...(path !== undefined && { path }), headers }));
      }
      await until(() => checks.list().every(({ state }) => state !== 'running'));
    }
  });

  test('where too many ask', async () => {
    const { send } = await serve({ limits: { addressRequests: 1 } });
    await send({ path: '/' });
    for (const [route, { ok }] of Object.entries(PLANS))
      await compare(route, 429, () => send({ token: TOKENS.admin, ...ok }));
  });

  test('where too much is checked already, and the store is damaged', async () => {
    let read: ReadWork = () => Promise.resolve(null);
    const { send, store, checks } = await serve({ readWork: () => read() });
    const endless = (_see: unknown, signal: AbortSignal) =>
      new Promise<{ reports: []; unchecked: [] }>((resolve) =>
        signal.addEventListener('abort', () => resolve({ reports: [], unchecked: [] })),
      );
    for (let index = 0; index < 8; index++) checks.begin({ title: 'endless', client: null, by: 'Ann' }, endless);
    read = () => Promise.reject(new StoreError('the database is away'));
    writeFileSync(store.path, Buffer.alloc(1 << 20, 'no database'));
    for (const [route, { ok, others }] of Object.entries(PLANS)) {
      const ask = () => send({ token: TOKENS.admin, ...(others?.[503] ?? ok) });
      if (document.statusesOf(route).includes(503)) await compare(route, 503, ask);
      else expect(document.complainOf(route, await ask())).toEqual([]);
    }
  });

  test('whatever is asked', async () => {
    const { send, origin, signIn } = await serve();
    const cookie = await signIn('operator');
    const text = fc.oneof(fc.string(), fc.constantFrom('acme', '1', '../..', '%', '9'.repeat(80)));
    const value = fc.record({
      route: fc.constantFrom(...Object.keys(PLANS)),
      id: text,
      query: fc.dictionary(fc.oneof(fc.constantFrom('limit', 'since', 'client', 'target', 'force'), text), text),
      headers: fc.dictionary(
        fc.constantFrom('if-match', 'range', 'accept', 'origin', 'sec-fetch-site', 'content-type', 'cookie'),
        fc.constantFrom('*', 'bytes=0-1', 'text/html', origin, 'cross-site', 'application/json', 'text/csv', cookie),
      ),
      body: fc.option(fc.oneof(fc.json(), text), { nil: undefined }),
      token: fc.option(fc.constantFrom(...Object.values(TOKENS)), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(value, async ({ route, id, query, token, headers, body }) => {
        const [method = '', template = ''] = route.split(' ');
        // Without an id it is another route.
        const path = template.replace(/\{\w+\}/, encodeURIComponent(id).replace(/^\.*$/, 'acme'));
        const suffix = new URLSearchParams(query).toString();
        const asked = { method: method.toUpperCase(), path: `${path}?${suffix}`, headers };
        const given = await send({
          ...asked,
          ...(token !== undefined && { token }),
          ...(body !== undefined && { body }),
        });
        expect(document.complainOf(route, given)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('where the inventory is CSV', async () => {
    const { send } = await serve({ inventoryName: 'clients.csv', inventory: 'id,address\nacme,127.0.0.11\n' });
    const asked = { path: '/api/v1/inventory', token: TOKENS.viewer };
    await compare('get /api/v1/inventory', 200, () => send(asked));
    expect((await send(asked)).headers['content-type']).toContain('text/csv');
  });

  test('all that is declared was asked for', () => {
    const declared = document.routes.flatMap((route) =>
      document.statusesOf(route).map((status) => `${route} ${status}`),
    );
    expect([...tested].sort()).toEqual(declared.sort());
  });
});
