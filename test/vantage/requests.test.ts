import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { Nonces } from '../../src/vantage/admission.js';
import { createKey, createNonce, readError, readEvents, runApp, TOKEN } from './run-app.js';

const PROOFS = { key: createKey(), endpoints: ['udp/5060', 'tcp/80'] };

/** Sends bytes and gives back all that is answered. */
function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.once('close', () => resolve(text));
    socket.once('error', reject);
  });
}

describe('a body', () => {
  const post = (body: string | Buffer, headers: Record<string, string> = {}) => ({
    method: 'POST',
    path: '/v1/proofs',
    token: TOKEN,
    body,
    headers,
  });

  test('that is too large is refused, whether its length is told or not', async () => {
    const { send } = await runApp();
    const body = JSON.stringify({ nonce: createNonce(), ...PROOFS, more: 'x'.repeat(70_000) });
    for (const chunked of [false, true]) {
      const answer = await send({ ...post(body), chunked });
      expect([answer.status, readError(answer)]).toEqual([413, 'the body is too large']);
    }
  });

  test('with two lengths is refused', async () => {
    const { send } = await runApp();
    expect((await send(post('{}', { 'transfer-encoding': 'chunked' }))).status).toBe(400);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', 'x'])(
    'of type %s is refused',
    async (type) => {
      const { send } = await runApp();
      const answer = await send(post(JSON.stringify({ nonce: createNonce(), ...PROOFS }), { 'content-type': type }));
      expect([answer.status, readError(answer)]).toEqual([415, 'the body must be application/json']);
    },
  );

  test.each(['', '{', 'null', '[]', '"x"', '7', '{"__proto__":{"x":1}}', '[['.repeat(30_000), '\u0000', '\ufeff{}'])(
    '%j is refused',
    async (body) => {
      const { send, troubles } = await runApp();
      const answer = await send(post(body));
      expect(answer.status).toBe(400);
      expect(readError(answer)).toMatch(/^(?:the )?body/);
      expect(troubles).toEqual([]);
    },
  );

  test.each([
    [{ key: 'short' }, /^body\.key: must be 32 bytes as base64url$/],
    [{ key: undefined }, /^body\.key: /],
    [{ nonce: 'x' }, /^body\.nonce: must be 16 bytes as base64url$/],
    [{ endpoints: [] }, /^body\.endpoints: /],
    [{ endpoints: ['tcp/0'] }, /^body\.endpoints\.0: must be an endpoint such as udp\/5060$/],
    [{ endpoints: ['tcp/80', 'tcp/80'] }, /^body\.endpoints: must not repeat an endpoint$/],
    [{ endpoints: Array.from({ length: 513 }, (_, index) => `tcp/${index + 1}`) }, /^body\.endpoints: /],
    [{ a: 1, b: 2, ['\u001b[31m']: 3 }, /^body: unknown key "a", "b", "\\u001b\[31m"$/],
  ])('%j is refused in words', async (change, sentence) => {
    const { post } = await runApp();
    const answer = await post('/v1/proofs', { ...PROOFS, ...change });
    expect(answer.status).toBe(400);
    expect(readError(answer)).toMatch(sentence);
  });

  test('is read where it is right', async () => {
    const seen: unknown[] = [];
    const { post } = await runApp({
      exchanges: {
        async *sendProofs({ address, key, endpoints }) {
          seen.push(address, key.toString('base64url'), endpoints);
          for (const endpoint of endpoints)
            yield await Promise.resolve({ endpoint, state: 'open', reason: 'syn-ack', tries: 1, receipt: true });
        },
      },
    });
    const answer = await post('/v1/proofs', PROOFS);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const proof = { state: 'open', reason: 'syn-ack', tries: 1, receipt: true };
    expect(readEvents(answer.text)).toEqual([
      { event: 'started', data: { address: '127.0.0.1', ports: [] } },
      { event: 'proof', data: { endpoint: 'udp/5060', ...proof } },
      { event: 'proof', data: { endpoint: 'tcp/80', ...proof } },
      { event: 'end', data: {} },
    ]);
    expect(seen).toEqual(['127.0.0.1', PROOFS.key, PROOFS.endpoints]);
  });
});

describe('what is no request', () => {
  test.each([
    ['noise', '\u0001\u0002\r\n\r\n', 400, 'this is not an HTTP request'],
    ['a TLS hello', '\x16\x03\x01\x02\x00', 400, 'this is not an HTTP request'],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}`, 431, 'the headers are too large'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 400, 'this is no'],
    ['a path that is none', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400, 'cannot be understood'],
  ])('%s is answered with a sentence', async (_, bytes, status, sentence) => {
    const { port, troubles } = await runApp();
    const [head = '', body = ''] = (await sendBytes(port, bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['error']);
    expect((JSON.parse(body) as { error: string }).error).toContain(sentence);
    expect(troubles).toEqual([]);
  });
});

describe('a nonce', () => {
  test('is good once, for one token', async () => {
    const { post } = await runApp();
    const nonce = createNonce();
    expect((await post('/v1/proofs', { ...PROOFS, nonce })).status).toBe(200);
    for (const path of ['/v1/proofs', '/v1/proofs']) {
      const answer = await post(path, { ...PROOFS, nonce });
      expect([answer.status, readError(answer)]).toEqual([409, expect.stringMatching(/^this nonce was used before/)]);
    }
    const other = await post('/v1/checks', { profile: 'closed', nonce });
    expect(other.status).toBe(409);
  });

  test('is the same in every spelling, and forgotten after a day', () => {
    const nonces = new Nonces(3);
    const at = (hours: number) => new Date(Date.UTC(2026, 10, 22, hours));
    const zeros = 'A'.repeat(22);
    expect(nonces.take('ann', zeros, at(0))).toBe('new');
    expect(nonces.take('ann', `${'A'.repeat(21)}P`, at(1))).toBe('used');
    expect(nonces.take('bob', zeros, at(1))).toBe('new');
    expect(nonces.take('ann', `B${'A'.repeat(21)}`, at(2))).toBe('new');
    expect(nonces.take('ann', `C${'A'.repeat(21)}`, at(3))).toBe('full');
    expect(nonces.take('ann', zeros, at(23))).toBe('used');
    expect(nonces.take('ann', zeros, at(24))).toBe('new');
  });

  test('that cannot be remembered is refused', async () => {
    const { post } = await runApp({ nonces: new Nonces(1) });
    expect((await post('/v1/proofs', PROOFS)).status).toBe(200);
    const answer = await post('/v1/proofs', PROOFS);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '3600']);
  });
});

test('trouble of our own is told to the operator alone', async () => {
  const { send, troubles } = await runApp({
    listTokens: () => {
      throw new Error('a secret of the house');
    },
  });
  const answer = await send({ token: TOKEN });
  expect(answer.status).toBe(500);
  expect(readError(answer)).toMatch(/^the server has an internal error/);
  expect(troubles).toEqual([expect.objectContaining({ message: 'a secret of the house' })]);
});
