import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashToken } from '../../src/files/server/token-file.js';
import { findToken } from '../../src/server/find-token.js';
import { EXPIRED_TOKEN, OTHER_TOKEN, readError, runApp, TOKEN } from './run-app.js';
import { CODE_POINT } from '../words/code-point.js';

describe('tokens', () => {
  test('one that holds gets in, on its last day too', async () => {
    const { send, accesses } = await runApp();
    for (const token of [TOKEN, OTHER_TOKEN]) expect((await send({ token })).status).toBe(200);
    expect((await send({ headers: { authorization: `bearer ${TOKEN}` } })).status).toBe(200);
    expect(accesses.map(({ token }) => token)).toEqual(['ann', 'bob', 'ann']);
  });

  test.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer spt_wrong' }],
    ['one cut short', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['one with more behind it', { authorization: `Bearer ${TOKEN}x` }],
    ['two', { authorization: `Bearer ${TOKEN} ${TOKEN}` }],
    ['one that expired', { authorization: `Bearer ${EXPIRED_TOKEN}` }],
    ['its hash', { authorization: `Bearer ${hashToken(TOKEN).toString('hex')}` }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`ann:${TOKEN}`).toString('base64')}` }],
    ['no scheme', { authorization: TOKEN }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a huge one', { authorization: `Bearer ${'x'.repeat(8_000)}` }],
    ['one in another header', { 'x-token': TOKEN }],
  ])('%s is refused, always with the same words', async (_, headers) => {
    const { send, accesses } = await runApp();
    const answer = await send({ headers });
    expect(answer.status).toBe(401);
    expect(readError(answer)).toBe('a valid token is needed');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(accesses).toMatchObject([{ token: null, status: 401, route: '/v1/whoami' }]);
    expect(JSON.stringify(accesses)).not.toContain(TOKEN);
  });

  test.each(['/v1/checks', '/v1/proofs', '/v1/sip-exchanges', '/v1/nat-bindings'])(
    'POST %s reads no body without one',
    async (path) => {
      const { send } = await runApp();
      const answer = await send({ method: 'POST', path, body: 'x'.repeat(100_000) });
      expect(readError(answer)).toBe('a valid token is needed');
    },
  );

  test('a token that is taken off the list is refused at once', async () => {
    let tokens = [{ name: 'ann', hash: hashToken(TOKEN), until: null, role: null }];
    const { send } = await runApp({ listTokens: () => tokens });
    expect((await send({ token: TOKEN })).status).toBe(200);
    tokens = [];
    expect((await send({ token: TOKEN })).status).toBe(401);
  });

  test('no other text is taken for one', () => {
    const entries = [{ name: 'ann', hash: hashToken(TOKEN), until: null, role: null }];
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), (text) => {
        fc.pre(text !== `Bearer ${TOKEN}`);
        expect(findToken(entries, text, new Date())).toBeNull();
        expect(findToken(entries, `Bearer ${text}`, new Date())?.name ?? null).toBe(text === TOKEN ? 'ann' : null);
      }),
    );
  });
});

describe('without a token', () => {
  test('the health is told, and nothing else', async () => {
    const { send } = await runApp();
    const answer = await send({ path: '/healthz' });
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
  });

  test('what is not there is not there', async () => {
    const { send } = await runApp();
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/v1/checks'],
      ['POST', '/v1/whoami'],
      ['DELETE', '/v1/checks'],
      ['GET', '/v1/../metrics/x'],
    ] as const) {
      const answer = await send({ method, path, token: TOKEN });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(readError(answer)).toMatch(/openapi\.json/);
    }
  });
});
