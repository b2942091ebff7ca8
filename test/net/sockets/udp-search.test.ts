import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { UdpBehaviour } from '../../../src/lab/lab-server.js';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { searchUdp, type UdpSearch } from '../../../src/net/sockets/udp-search.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { clock } from '../start-engine.js';

stopAfterEach();
const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.close()));

const LOCAL = '127.0.0.1';
const { signal } = new AbortController();

function search(port: number, options: Partial<UdpSearch> = {}) {
  const datagrams = [{ bytes: Buffer.from('who is there?'), atMs: 0 }];
  return searchUdp({ localAddress: LOCAL, address: LOCAL, port, datagrams, collectMs: 200, signal, ...options });
}

async function startServer(behaviour: UdpBehaviour): Promise<number> {
  return keep(await listenUdp(LOCAL, 0, behaviour)).port;
}

const textsOf = ({ answers }: Awaited<ReturnType<typeof search>>) => answers.map(({ bytes }) => String(bytes));

describe('a search by UDP', () => {
  test('takes answers of any port and address, with their senders', async () => {
    const other = createSocket('udp4');
    sockets.push(other);
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.9', resolve));
    const port = await startServer(({ from, reply }) => {
      reply('here');
      reply('there', { fromElsewhere: true });
      other.send('elsewhere', from.port, from.address);
    });
    const result = await search(port);
    expect(result).toMatchObject({ overflow: false, sent: 1, problem: null });
    expect(textsOf(result).sort()).toEqual(['elsewhere', 'here', 'there']);
    const senders = new Map(result.answers.map(({ bytes, from }) => [String(bytes), from]));
    expect(senders.get('here')).toEqual({ address: LOCAL, port });
    expect(senders.get('there')).not.toEqual({ address: LOCAL, port });
    expect(senders.get('elsewhere')).toEqual({ address: '127.0.0.9', port: other.address().port });
  });

  test('sends each datagram when it is told to, and tells an answer that is repeated once', async () => {
    const heard: string[] = [];
    const port = await startServer(({ data, reply }) => {
      heard.push(String(data));
      reply('same');
    });
    const datagrams = [60, 0, 120].map((atMs) => ({ bytes: Buffer.from(`at ${atMs}`), atMs }));
    const result = await search(port, { datagrams, collectMs: 300 });
    expect(heard).toEqual(['at 0', 'at 60', 'at 120']);
    expect(result.sent).toBe(3);
    expect(textsOf(result)).toEqual(['same']);
  });

  test('asks another address from the same socket', async () => {
    const askedBy: string[] = [];
    const port = await startServer(() => undefined);
    keep(await listenUdp('127.0.0.9', port, ({ data, from }) => askedBy.push(`${String(data)} ${from.address}`)));
    await search(port, { datagrams: [{ bytes: Buffer.from('you'), atMs: 0, to: '127.0.0.9' }] });
    expect(askedBy).toEqual(['you 127.0.0.1']);
  });

  test('keeps no more of a storm than it may, and still hears another', async () => {
    const other = createSocket('udp4');
    sockets.push(other);
    const port = await startServer(({ from, reply }) => {
      reply('x'.repeat(4_000));
      for (let index = 0; index < 100; index++) reply(`${index}`);
      setTimeout(() => other.send('quiet', from.port, from.address), 50);
    });
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.9', resolve));
    const result = await search(port, { collectMs: 400 });
    expect(result.overflow).toBe(true);
    expect(result.answers.filter(({ from }) => from.address === LOCAL)).toHaveLength(64);
    expect(textsOf(result)).toContain('quiet');
    for (const { bytes } of result.answers) expect(bytes.length).toBeLessThanOrEqual(2_048);
  });

  test('is silent about nobody answering, and ends in time', async () => {
    const { value, ms } = await clock(async () => search(await startServer(() => undefined)));
    expect(value).toEqual({ answers: [], overflow: false, sent: 1, problem: null });
    expect(ms).toBeGreaterThanOrEqual(195);
  });

  test('returns what it has when it is ended', async () => {
    const ending = new AbortController();
    const port = await startServer(({ reply }) => reply('quick'));
    setTimeout(() => ending.abort(), 100);
    const value = await search(port, { collectMs: 600_000, signal: ending.signal });
    expect(textsOf(value)).toEqual(['quick']);
    expect(await search(port, { signal: AbortSignal.abort() })).toMatchObject({ answers: [], sent: 0 });
  });
});

describe('our own trouble is told, and is no silence:', () => {
  test('an address that is not ours', async () => {
    const result = await search(9, { localAddress: '192.0.2.1' });
    expect(result).toMatchObject({
      sent: 0,
      problem: expect.stringMatching(/no address .*\(EADDRNOTAVAIL\)$/) as unknown,
    });
  });

  test('a datagram that the system does not take, beside one that it does', async () => {
    const port = await startServer(({ reply }) => reply('small'));
    const datagrams = [70_000, 10].map((size) => ({ bytes: Buffer.alloc(size), atMs: 0 }));
    const result = await search(port, { datagrams });
    expect(textsOf(result)).toEqual(['small']);
    expect(result).toMatchObject({ sent: 1, problem: 'the system refused to send (EMSGSIZE)' });
  });
});
