import { describe, expect, test } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { parseProxies } from '../../src/files/server/listen.js';
import { isLocal, isProtected } from '../../src/server/caller.js';
import type { Exchanges } from '../../src/vantage/vantage-context.js';
import { createKey, type Answer, readError, readEvents, runApp, TOKEN } from '../vantage/run-app.js';

const addressOf = ({ text }: Answer) => (JSON.parse(text) as { address: string }).address;
const forwarded = (value: string | string[]) => ({ token: TOKEN, headers: { 'x-forwarded-for': value } });

/** Sends no proofs, but notes to whom they would have gone. */
function noteAddress(sent: string[]): Exchanges['sendProofs'] {
  return async function* ({ address }) {
    sent.push(address);
    await Promise.resolve();
    yield* [];
  };
}

/** The one address that a proof went to. */
async function proofAddress(options: Parameters<typeof runApp>[0], asked: object) {
  const sent: string[] = [];
  const { post } = await runApp({
    ...options,
    exchanges: {
      sendProofs: noteAddress(sent),
    },
  });
  const answer = await post('/v1/proofs', { key: createKey(), endpoints: ['udp/5060'] }, asked);
  return { answer, sent };
}

describe('the address of a caller', () => {
  test('is where the connection comes from', async () => {
    const { send } = await runApp();
    expect(addressOf(await send({ token: TOKEN, from: '127.0.0.9' }))).toBe('127.0.0.9');
  });

  test('comes from no header where no proxy is trusted', async () => {
    const { send } = await runApp();
    for (const name of [
      'x-forwarded-for',
      'x-real-ip',
      'forwarded',
      'x-client-ip',
      'cf-connecting-ip',
      'true-client-ip',
    ])
      expect(addressOf(await send({ token: TOKEN, headers: { [name]: '198.51.100.7' } }))).toBe('127.0.0.1');
  });

  test('comes from no header of a stranger where another proxy is trusted', async () => {
    const { send } = await runApp({ proxies: '127.0.0.1' });
    expect(addressOf(await send({ ...forwarded('198.51.100.7'), from: '127.0.0.9' }))).toBe('127.0.0.9');
  });

  test.each([
    ['what it added alone', '198.51.100.7', '198.51.100.7'],
    ['not what the caller had put there before', '203.0.113.1, 198.51.100.7', '198.51.100.7'],
    ['not a whole chain before it', '203.0.113.1,192.0.2.1 , 203.0.113.2,198.51.100.7', '198.51.100.7'],
    ['not the proxy that the caller pretends to be', '203.0.113.1, 127.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['not in a header of its own', ['203.0.113.1', '198.51.100.7'], '198.51.100.7'],
    ['through a second trusted proxy', '203.0.113.1, 198.51.100.7, 192.0.2.200', '198.51.100.7'],
    ['unmapped', '::ffff:198.51.100.7', '198.51.100.7'],
    ['in its canonical form', '2001:DB8:0::7', '2001:db8::7'],
  ])('is what a trusted proxy added: %s', async (_, header, expected) => {
    const { send } = await runApp({ proxies: '127.0.0.1, 192.0.2.128/25' });
    expect(addressOf(await send(forwarded(header)))).toBe(expected);
    const { sent } = await proofAddress({ proxies: '127.0.0.1, 192.0.2.128/25' }, forwarded(header));
    expect(sent).toEqual([expected]);
  });

  test.each([
    ['nothing', ''],
    ['itself', '127.0.0.1'],
    ['itself in another spelling', '::ffff:127.0.0.1'],
    ['a word', 'unknown'],
    ['a port too', '198.51.100.7:4711'],
    ['a zone', 'fe80::1%eth0'],
    ['an octal number', '0306.51.100.7'],
    ['a short form', '198.51.7'],
  ])('is not known where the proxy tells %s', async (_, header) => {
    const { answer, sent } = await proofAddress({ proxies: '127.0.0.1' }, forwarded(header));
    expect(answer.status).toBe(403);
    expect(readError(answer)).toMatch(/^the proxy did not say/);
    expect(sent).toEqual([]);
  });

  test('is not known where the proxy has no such header', async () => {
    const { send } = await runApp({ proxies: '127.0.0.1' });
    expect(readError(await send({ token: TOKEN }))).toMatch(/^the proxy did not say/);
  });

  test('is never taken from a request', async () => {
    const sent: string[] = [];
    const { send, post } = await runApp({
      exchanges: {
        sendProofs: noteAddress(sent),
      },
    });
    const body = { key: createKey(), endpoints: ['udp/5060'] };
    for (const key of ['address', 'target', 'host', 'ip']) {
      const answer = await post('/v1/proofs', { ...body, [key]: '198.51.100.7' });
      expect([answer.status, readError(answer)]).toEqual([400, `body: unknown key "${key}"`]);
    }
    const answer = await post('/v1/proofs?address=198.51.100.7', body);
    expect([answer.status, readError(answer)]).toEqual([400, 'querystring: unknown key "address"']);
    expect((await send({ path: 'http://198.51.100.7/v1/whoami', token: TOKEN })).status).not.toBe(500);
    expect(sent).toEqual([]);
  });
});

describe('what is looked at', () => {
  test.each([
    ['127.0.0.1', 'a loopback address'],
    ['10.1.2.3', 'a private address'],
    ['100.64.0.1', 'a carrier-grade NAT address'],
    ['169.254.1.1', 'a link-local address'],
    ['192.0.2.1', 'a documentation address'],
    ['198.18.0.1', 'an address for benchmarks'],
    ['240.0.0.1', 'a reserved address'],
    ['::ffff:10.0.0.1', 'a private address'],
    ['fd00::1', 'a private address'],
    ['64:ff9b::10.0.0.1', 'a private address'],
    ['2002:0a00:0001::1', 'a private address'],
  ])('is not %s', async (address, what) => {
    const { answer, sent } = await proofAddress(
      { allowSpecial: false, proxies: '127.0.0.9' },
      {
        ...forwarded(address),
        from: '127.0.0.9',
      },
    );
    expect(answer.status).toBe(403);
    expect(readError(answer)).toContain(`which is ${what}`);
    expect(readError(answer)).not.toContain('--');
    expect(sent).toEqual([]);
  });

  test.each(['224.0.0.1', '255.255.255.255', '0.0.0.0', 'ff02::1', '::'])('is never %s', async (address) => {
    const { answer, sent } = await proofAddress({ allowSpecial: true, proxies: '127.0.0.1' }, forwarded(address));
    expect([answer.status, sent]).toEqual([403, []]);
  });

  test('is a public address', async () => {
    const { answer, sent } = await proofAddress({ allowSpecial: false, proxies: '127.0.0.1' }, forwarded('9.9.9.9'));
    expect(readEvents(answer.text)).toEqual([
      { event: 'started', data: { address: '9.9.9.9', ports: [] } },
      { event: 'end', data: {} },
    ]);
    expect(sent).toEqual(['9.9.9.9']);
  });

  test('does not keep anybody from asking where they come from', async () => {
    const { send } = await runApp({ allowSpecial: false });
    expect(JSON.parse((await send({ token: TOKEN })).text)).toMatchObject({ address: '127.0.0.1', scope: 'loopback' });
  });
});

describe('a connection', () => {
  const from = (remoteAddress: string, more: { headers?: object; encrypted?: boolean } = {}) => {
    const socket = { remoteAddress, ...(more.encrypted && { encrypted: true }) };
    return { socket, headers: more.headers ?? {} } as unknown as FastifyRequest;
  };
  const proxies = parseProxies('192.0.2.1, 2001:db8::/64');

  test('is local from loopback alone, and not through a proxy', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect([address, isLocal(from(address))]).toEqual([address, true]);
      expect(isLocal(from(address, { headers: { 'x-forwarded-for': '127.0.0.1' } }))).toBe(false);
    }
    for (const address of ['198.51.100.7', '10.0.0.1', '192.0.2.1', 'fe80::1', '', 'x'])
      expect([address, isLocal(from(address))]).toEqual([address, false]);
  });

  test('is protected by TLS, on this machine, and from a trusted proxy', () => {
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '192.0.2.1', '::ffff:192.0.2.1', '2001:db8::9'])
      expect([address, isProtected(from(address), proxies)]).toEqual([address, true]);
    for (const address of ['198.51.100.7', '192.0.2.2', '2001:db8:0:1::1', ''])
      expect([address, isProtected(from(address), proxies)]).toEqual([address, false]);
    expect(isProtected(from('198.51.100.7', { encrypted: true }), [])).toBe(true);
    expect(isProtected(from('198.51.100.7', { headers: { 'x-forwarded-proto': 'https' } }), proxies)).toBe(false);
  });
});
