import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readError } from '../../vantage/run-app.js';
import { CODE_POINT } from '../../words/code-point.js';
import { servePages, TOKENS } from '../serve.js';

interface Operation {
  readonly summary: string;
  readonly security: object[];
  readonly parameters?: { name: string; in: string }[];
  readonly requestBody?: { content: Record<string, unknown> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

const READ = [
  '/api/v1/clients',
  '/api/v1/changes',
  '/api/v1/checks',
  '/api/v1/waivers',
  '/api/v1/sweeps',
  '/api/v1/workers',
];

/** What changes something, with the least role that may. */
const CHANGES = [
  ['POST', '/api/v1/checks', '{"client":"acme"}', 'operator'],
  ['POST', '/api/v1/clients/acme/handed-reports', '{}', 'operator'],
  ['POST', '/api/v1/waivers', '{}', 'operator'],
  ['DELETE', '/api/v1/waivers/1', undefined, 'operator'],
  ['POST', '/api/v1/inventory?dry-run=true', 'clients: []', 'admin'],
] as const;

describe('the document', () => {
  test('is there for everyone, and describes each route with its answers', async () => {
    const { send } = await servePages({ withTokens: true });
    const { status, text } = await send({ path: '/api/v1/openapi.json' });
    expect(status).toBe(200);
    const { openapi, paths } = JSON.parse(text) as OpenApi;
    expect(openapi).toBe('3.1.0');
    const named = Object.entries(paths).flatMap(([path, all]) => Object.keys(all).map((method) => `${method} ${path}`));
    expect(named.sort()).toEqual([
      'delete /api/v1/waivers/{id}',
      'get /api/v1/changes',
      'get /api/v1/checks',
      'get /api/v1/checks/{id}',
      'get /api/v1/checks/{id}/events',
      'get /api/v1/clients',
      'get /api/v1/clients/{id}',
      'get /api/v1/clients/{id}/report',
      'get /api/v1/clients/{id}/reports',
      'get /api/v1/inventory',
      'get /api/v1/sweeps',
      'get /api/v1/waivers',
      'get /api/v1/workers',
      'get /badge/{file}',
      'get /metrics',
      'get /probe',
      'post /api/v1/checks',
      'post /api/v1/clients/{id}/handed-reports',
      'post /api/v1/inventory',
      'post /api/v1/waivers',
    ]);
    for (const operation of Object.values(paths).flatMap((all) => Object.values(all))) {
      expect(operation.summary).not.toBe('');
      expect(operation.security).toEqual([{ token: [] }, { session: [] }]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '429']));
    }
  });
});

describe('who may', () => {
  let guarded: Awaited<ReturnType<typeof servePages>>;
  beforeAll(async () => void (guarded = await servePages({ withTokens: true })));

  test.each([...READ, '/probe?target=acme', '/badge/acme.svg', '/api/v1/inventory', '/api/v1/clients/acme'])(
    'read %s: those with a token, or signed in',
    async (path) => {
      const { send, signIn } = guarded;
      const refused = await send({ path });
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(readError(refused)).toContain('token');
      expect((await send({ path, token: 'spt_wrong' })).status).toBe(401);
      expect((await send({ path, token: TOKENS.viewer })).status).toBe(200);
      const cookie = await signIn('viewer');
      expect((await send({ path, headers: { cookie } })).status).toBe(200);
      expect((await send({ path, headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
      for (const site of ['cross-site', 'same-site'])
        expect((await send({ path, headers: { cookie, 'sec-fetch-site': site } })).status).toBe(403);
    },
  );

  test.each(CHANGES)('%s %s', async (method, path, body, needed) => {
    const { send, signIn, origin } = await servePages({ withTokens: true });
    const type = path.includes('inventory') ? 'application/yaml' : 'application/json';
    const headers = { ...(body !== undefined && { 'content-type': type }) };
    const status = async (token: string) => (await send({ method, path, body, token, headers })).status;
    const roles = ['viewer', 'operator', 'admin'] as const;
    for (const role of roles.slice(0, roles.indexOf(needed))) expect(await status(TOKENS[role])).toBe(403);
    expect(await status(TOKENS[needed])).not.toBe(403);
    // A session is good for our own pages alone.
    const cookie = await signIn('admin');
    const browse = async (more: Record<string, string>) =>
      (await send({ method, path, body, headers: { cookie, ...headers, ...more } })).status;
    expect(await browse({})).toBe(403);
    expect(await browse({ origin: 'https://evil.example' })).toBe(403);
    expect(await browse({ 'sec-fetch-site': 'cross-site', origin })).toBe(403);
    expect(await browse({ origin })).not.toBe(403);
  });

  test('no form changes anything', async () => {
    const { submit, signIn, checks } = await servePages({ withTokens: true });
    const cookie = await signIn('admin');
    const answer = await submit('/api/v1/checks', { client: 'acme' }, { headers: { cookie } });
    expect(answer.status).toBe(415);
    expect(checks.list()).toEqual([]);
  });
});

describe('what is not as described', () => {
  let served: Awaited<ReturnType<typeof servePages>>;
  beforeAll(async () => void (served = await servePages()));

  test.each([
    ['/api/v1/clients?limit=0', 400],
    ['/api/v1/clients?limit=501', 400],
    ['/api/v1/clients?offset=-1', 400],
    ['/api/v1/clients?limit=1&limit=2', 400],
    ['/api/v1/clients?sort=best', 400],
    ['/api/v1/clients?verdict=fine', 400],
    ['/api/v1/clients?group=none', 400],
    ['/api/v1/clients?unknown=1', 400],
    ['/api/v1/clients/nope', 404],
    ['/api/v1/clients/..%2f..%2fetc', 404],
    ['/api/v1/clients/acme/report?at=yesterday', 400],
    ['/api/v1/clients/acme/report?since=999999999d', 400],
    ['/api/v1/clients/nope/report', 404],
    ['/api/v1/clients/nope/reports', 404],
    ['/api/v1/changes?since=2027-01-01&until=2026-01-01', 400],
    ['/api/v1/changes?since=999999999d', 400],
    ['/api/v1/changes?kind=worse', 400],
    ['/api/v1/checks/nope', 404],
    ['/api/v1/checks/nope/events', 404],
    ['/api/v1/waivers?client=nope', 404],
    ['/api/v1/sweeps?limit=1e9', 400],
    ['/probe', 400],
    ['/probe?target=127.0.0.99', 404],
    ['/probe?target=%0d%0ax:%20y', 404],
    ['/badge/acme.png', 400],
    ['/badge/nope.svg', 404],
    ['/api/v1/nope', 404],
    ['/api/v1/clients/%ff', 400],
  ])('%s is told so: %d', async (path, status) => {
    const { send, troubles } = served;
    const answer = await send({ path });
    expect(answer.status).toBe(status);
    expect(readError(answer)).toMatch(/^\S/);
    expect(troubles).toEqual([]);
  });

  test('no query makes an error of ours, nor a header of theirs', async () => {
    const { send, troubles } = await servePages();
    const names = [
      'search',
      'group',
      'verdict',
      'since',
      'until',
      'limit',
      'offset',
      'target',
      'client',
      'at',
      '__proto__',
    ];
    const paths = [...READ, '/probe', '/api/v1/clients/acme', '/api/v1/clients/acme/report', '/metrics'];
    const text = fc.oneof(
      fc.string({ unit: CODE_POINT }),
      fc.constantFrom('\r\nx: y', '\0', '%', '1e400', '[]', '-0', '9'.repeat(40)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(fc.tuple(fc.constantFrom(...names), text)),
        async (path, fields) => {
          const query = new URLSearchParams(fields).toString();
          const answer = await send({ path: `${path}?${query}` });
          expect(answer.status).toBeLessThan(500);
          expect(answer.headers['x']).toBeUndefined();
        },
      ),
      { numRuns: 150 },
    );
    expect(troubles).toEqual([]);
  });

  test('no body makes an error of ours', async () => {
    const { send, origin, troubles, store } = await servePages();
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('acme', 'tcp/80', '127.0.0.99', 'closed', '2026-12-31'));
    const key = fc.constantFrom('client', 'target', 'profile', 'source', 'rule', 'endpoint', 'reason', 'until', 'by');
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(key, value));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/api/v1/checks', '/api/v1/waivers'), body, async (path, given) => {
        const answer = await send({ method: 'POST', path, body: JSON.stringify(given), headers: { origin } });
        expect([202, 400, 404, 503]).toContain(answer.status);
      }),
      { numRuns: 150 },
    );
    expect(troubles).toEqual([]);
    expect(await store.listWaivers()).toEqual([]);
  });

  test('a body that is too large is refused', async () => {
    const { send, origin } = await servePages();
    const answer = await send({
      ...{ method: 'POST', path: '/api/v1/checks', headers: { origin } },
      body: JSON.stringify({ client: 'a'.repeat(70_000) }),
    });
    expect([answer.status, readError(answer)]).toEqual([413, 'the body is too large']);
  });
});
