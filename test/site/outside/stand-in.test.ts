import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { openStandIn } from '../../../src/site/outside/stand-in.js';
import { FixedPort, type PortUser } from '../../../src/net/sockets/fixed-port.js';
import { type EndpointId, parseEndpointId } from '../../../src/model/endpoint.js';
import { SERVICES } from '../../../src/model/service.js';
import { isReceipt, type ProofMessage, renderProof } from '../../../src/protocols/proof.js';
import { drawCanaries } from '../../../src/site/outside/prove-endpoints.js';
import { ask, talk } from '../../lab-sites/clients.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { findFreeEndpoints, LOCAL, startStandIn } from './start-stand-in.js';

stopAfterEach();

const portOf = (id: EndpointId): number => parseEndpointId(id)!.port;
const proofOf = (endpoint: EndpointId): ProofMessage => ({ endpoint, nonce: randomBytes(16).toString('base64url') });

async function start() {
  const endpoints = await findFreeEndpoints();
  const { standIn, key } = await startStandIn(endpoints);
  const tcp = endpoints.filter((id) => id.startsWith('tcp'));
  const udp = endpoints.filter((id) => id.startsWith('udp'));
  return { standIn, key, tcp: tcp[0]!, udp: udp[0]!, otherTcp: tcp[1]! };
}

describe('a stand-in', () => {
  test('answers a proof over TCP and UDP with its receipt, and notes where it came and from whom', async () => {
    const { standIn, key, tcp, udp } = await start();
    expect(standIn.bound).toHaveLength(6);
    expect(standIn.unbound).toEqual([]);
    // The router may have translated the port: the proof tells the one that was asked.
    const [overTcp, overUdp] = [proofOf('tcp/80'), proofOf('udp/5060')];
    const { data, ended } = await talk(portOf(tcp), String(renderProof(key, overTcp)));
    expect(isReceipt(key, overTcp, data)).toBe(true);
    expect(ended).toBe('closed');
    const [answer] = await ask(portOf(udp), renderProof(key, overUdp));
    expect(isReceipt(key, overUdp, answer!.data)).toBe(true);
    expect(standIn.arrivals).toEqual(
      new Map([
        ['tcp/80', { at: tcp, from: expect.stringMatching(/^127\.0\.0\.1:\d+$/), count: 1 }],
        ['udp/5060', { at: udp, from: expect.stringMatching(/^127\.0\.0\.1:\d+$/), count: 1 }],
      ]),
    );
  });

  test('takes a proof that comes in pieces', async () => {
    const { standIn, key, tcp } = await start();
    const socket = connect(portOf(tcp), LOCAL);
    keep({ stop: () => Promise.resolve(void socket.destroy()) });
    socket.setNoDelay(true);
    const got = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    const proof = proofOf(tcp);
    for (const byte of renderProof(key, proof)) {
      socket.write(Buffer.of(byte));
      await sleep(0);
    }
    expect(isReceipt(key, proof, await got)).toBe(true);
    expect([...standIn.arrivals.keys()]).toEqual([tcp]);
  });

  test('counts what comes again once, by its first arrival, and never what another key signed', async () => {
    const { standIn, key, tcp, otherTcp, udp } = await start();
    const proof = renderProof(key, proofOf('tcp/80'));
    await talk(portOf(tcp), String(proof));
    const first = standIn.arrivals.get('tcp/80');
    const { text } = await talk(portOf(otherTcp), String(proof));
    expect(text).toMatch(/^sallyport-got /);
    expect(standIn.arrivals).toEqual(new Map([['tcp/80', first]]));
    const forged = renderProof(randomBytes(32), proofOf('udp/5060'));
    expect(await ask(portOf(udp), forged, { waitMs: 100 })).toEqual([]);
    expect((await talk(portOf(tcp), String(forged))).text).toBe('');
    // A proof of TCP has no business on UDP.
    expect(await ask(portOf(udp), renderProof(key, proofOf('tcp/5060')), { waitMs: 100 })).toEqual([]);
    expect(standIn.arrivals.size).toBe(1);
  });

  test('says nothing to anybody else: a check sees an open port that is silent and then closes', async () => {
    const { standIn, tcp, udp } = await start();
    const requests = ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'OPTIONS sip:x SIP/2.0\r\n\r\n', 'x'.repeat(5_000), '\r\n.'];
    const talks = await Promise.all(requests.map((text) => talk(portOf(tcp), text, { waitMs: 4_000 })));
    for (const { text, ended, ms } of talks) {
      expect([text, ended]).toEqual(['', 'closed']);
      expect(ms).toBeGreaterThan(500);
    }
    expect(await talk(portOf(tcp), '', { waitMs: 300 })).toMatchObject({ connected: true, text: '', ended: 'open' });
    expect(await ask(portOf(udp), 'OPTIONS sip:x SIP/2.0\r\n\r\n', { waitMs: 100 })).toEqual([]);
    expect(standIn.arrivals.size).toBe(0);
  });

  test('tells what it cannot bind, and listens on the rest', async () => {
    const { standIn, tcp } = await start();
    const [free] = await findFreeEndpoints();
    const other = createSocket('udp4').bind(0, LOCAL);
    await once(other, 'listening');
    const udp: EndpointId = `udp/${other.address().port}`;
    const second = await startStandIn([tcp, udp, free!]);
    expect(second.standIn.bound).toEqual([free]);
    expect(second.standIn.unbound).toEqual([
      { endpoint: tcp, reason: 'taken', detail: expect.stringContaining('another program') as unknown },
      { endpoint: udp, reason: 'taken', detail: expect.stringContaining('another program') as unknown },
    ]);
    expect(standIn.bound).toContain(tcp);
    other.close();
  });

  test('listens on a port that a search for gateways hears at the same time, and keeps to what is its own', async () => {
    const heard: string[] = [];
    const ear: PortUser = { hear: (bytes) => void heard.push(bytes.toString()) };
    const search = await FixedPort.open({ family: 4, address: LOCAL, port: 0, besideOthers: true }, ear);
    const udp: EndpointId = `udp/${search.port}`;
    const { standIn, key } = await startStandIn([udp]);
    expect(standIn.bound).toEqual([udp]);
    expect(await ask(search.port, renderProof(key, proofOf(udp)), { waitMs: 2_000 })).toHaveLength(1);
    expect(standIn.arrivals.size).toBe(1);
    await ask(search.port, 'NOTIFY * HTTP/1.1\r\n\r\n', { waitMs: 100 });
    expect(heard).toEqual(['NOTIFY * HTTP/1.1\r\n\r\n']);
    await search.leave(ear);
  });

  test.each(['192.0.2.10', '0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'localhost', ''])(
    'binds nothing at %j, which is no address of one interface here',
    async (address) => {
      const standIn = await openStandIn({ address, endpoints: ['tcp/40001', 'udp/40001'], key: randomBytes(32) });
      await standIn.close();
      expect(standIn.bound).toEqual([]);
      expect(standIn.unbound.map(({ endpoint, reason }) => [endpoint, reason])).toEqual([
        ['tcp/40001', 'no-address'],
        ['udp/40001', 'no-address'],
      ]);
    },
  );

  test('lets go of everything when it is closed', async () => {
    const { standIn, tcp, udp } = await start();
    const talking = talk(portOf(tcp), '', { waitMs: 3_000 });
    await sleep(50);
    await standIn.close();
    expect((await talking).ended).toBe('ECONNRESET');
    expect((await startStandIn([tcp, udp])).standIn.bound).toEqual([tcp, udp]);
  });

  test('stays bounded under a flood of connections and datagrams, and still takes proofs', async () => {
    const { standIn, key, tcp, udp } = await start();
    const before = process.memoryUsage().rss;
    const flood = createSocket('udp4');
    keep({ stop: () => new Promise((resolve) => flood.close(resolve)) });
    flood.on('error', () => {});
    const sockets: Socket[] = [];
    keep({ stop: () => Promise.resolve(sockets.forEach((socket) => socket.destroy())) });
    let closed = 0;
    for (let count = 0; count < 1_000; count++) {
      const socket = connect(portOf(tcp), LOCAL).on('error', () => {});
      socket.once('close', () => closed++);
      if (count % 2 === 0) socket.write(Buffer.alloc(4_096, 'x'));
      sockets.push(socket);
      for (const bytes of [
        randomBytes(300),
        Buffer.from(`sallyport-proof 1 tcp/80 ${'A'.repeat(22)} ${'A'.repeat(43)}.`),
      ]) {
        flood.send(bytes, portOf(udp), LOCAL, () => {});
      }
      if (count % 50 === 0) await sleep(1);
    }
    const [overTcp, overUdp] = [proofOf(tcp), proofOf(udp)];
    // Connections of the flood that waited for the system to accept them can push one of ours out: the vantage, too, asks again.
    let taken = false;
    for (let tries = 0; tries < 50 && !taken; tries++) {
      taken = isReceipt(key, overTcp, (await talk(portOf(tcp), String(renderProof(key, overTcp)))).data);
    }
    expect(taken).toBe(true);
    let answers: Awaited<ReturnType<typeof ask>> = [];
    for (let tries = 0; tries < 50 && answers.length === 0; tries++) {
      answers = await ask(portOf(udp), renderProof(key, overUdp), { waitMs: 300 });
    }
    expect(isReceipt(key, overUdp, answers[0]!.data)).toBe(true);
    // 32 on one port at most: the rest is reset, as soon as the system lets them connect.
    for (let tries = 0; tries < 900 && closed < 1_000 - 32; tries++) await sleep(50);
    expect(closed).toBeGreaterThanOrEqual(1_000 - 32);
    expect([...standIn.arrivals.keys()].sort()).toEqual([tcp, udp].sort());
    expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
  });
});

describe('drawCanaries', () => {
  test('draws three ports of each transport that can be bound and belong to no service', async () => {
    const services: readonly EndpointId[] = Array.from(
      { length: 40_000 },
      (_, index): EndpointId => `udp/${20_000 + index}`,
    );
    const known = new Set([...services, ...SERVICES.flatMap(({ endpoints }) => endpoints)].map(portOf));
    const drawn = await drawCanaries({ address: LOCAL, services });
    expect(drawn.map((id) => id.slice(0, 3)).sort()).toEqual(['tcp', 'tcp', 'tcp', 'udp', 'udp', 'udp']);
    expect(new Set(drawn.map(portOf)).size).toBe(6);
    for (const port of drawn.map(portOf)) {
      expect(port).toBeGreaterThanOrEqual(60_000);
      expect(port).toBeLessThanOrEqual(60_999);
      expect(known.has(port)).toBe(false);
    }
    expect((await startStandIn(drawn)).standIn.bound).toHaveLength(6);
  });

  test('draws none where the address is not ours, and none where services have all ports', async () => {
    expect(await drawCanaries({ address: '192.0.2.10', services: [] })).toEqual([]);
    const services = Array.from({ length: 41_000 }, (_, index): EndpointId => `tcp/${20_000 + index}`);
    expect(await drawCanaries({ address: LOCAL, services })).toEqual([]);
  });
});
