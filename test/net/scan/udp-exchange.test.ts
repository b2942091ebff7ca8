import { describe, expect, jest, test } from '@jest/globals';
import { createSocket, Socket } from 'node:dgram';
import { PROBES } from '../../../src/check/probes/registry.js';
import { runProbe } from '../../../src/check/probes/probe.js';
import type { Datagram, UdpBehaviour } from '../../../src/lab/lab-server.js';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { renderSsdpAnswer, ssdp } from '../../../src/lab/servers/gateway.js';
import { datagramStorm, giantDatagram } from '../../../src/lab/servers/hostile.js';
import { renderSipAnswer, sip } from '../../../src/lab/servers/sip.js';
import { evidenceSchema } from '../../../src/model/evidence.js';
import type { Outcome } from '../../../src/net/scan/outcome.js';
import type { Timing } from '../../../src/net/scan/timing.js';
import type { UdpRequest } from '../../../src/net/scan/udp-request.js';
import { FixedPort } from '../../../src/net/sockets/fixed-port.js';
import { bindUdp } from '../../../src/net/sockets/udp-port.js';
import { keep, startServer, stopAfterAll } from '../../lab-sites/running.js';
import { clock, startEngine } from '../start-engine.js';

stopAfterAll();

const LOCAL = '127.0.0.1';
const SILENT = { state: 'open|filtered', reason: 'no-response', rttMs: null, evidence: {} };
const PING: UdpRequest = { ask: () => ({ bytes: Buffer.from('ping') }), read: () => undefined, reason: 'udp-response' };

async function probe(id: keyof typeof PROBES, port: number, timing: Partial<Timing> = {}): Promise<Outcome> {
  const engine = startEngine({ patienceMs: 300, ...timing });
  return runProbe(PROBES[id], engine, engine.host(LOCAL), port);
}

/** Starts a UDP server that gives every datagram to `behaviour`, and keeps them. */
async function startRecorder(behaviour: UdpBehaviour = () => undefined) {
  const heard: Datagram[] = [];
  const { port } = keep(
    await listenUdp(LOCAL, 0, (datagram) => {
      heard.push(datagram);
      behaviour(datagram);
    }),
  );
  return { port, heard };
}

const closeSocket = (socket: Socket) => new Promise<void>((resolve) => socket.close(resolve));

async function findFreePort(): Promise<number> {
  const socket = await bindUdp({ family: 4, port: 0 });
  const { port } = socket.address();
  await closeSocket(socket);
  return port;
}

const answerSip = ({ data, from }: Datagram): string => renderSipAnswer(String(data), from, {})!;

describe('a UDP endpoint that answers', () => {
  test.concurrent('is open with its protocol, and teaches the round-trip time', async () => {
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const outcome = await runProbe(PROBES['sip-options-udp'], engine, host, await startServer(sip({ server: 'x' })));
    expect(outcome).toMatchObject({ state: 'open', reason: 'sip-response', tries: 1 });
    expect(outcome.evidence).toEqual({ sip: expect.objectContaining({ status: 200, server: 'x' }) as unknown });
    expect(host.rtt.smoothedMs).toBe(outcome.rttMs);
    expect(host).toMatchObject({ answers: 1, lost: 0, localAddress: LOCAL });
  });

  test.concurrent('is open as well when it answers a later try, and lossy then', async () => {
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const outcome = await runProbe(PROBES['sip-options-udp'], engine, host, await startServer(sip({ dropFirst: 2 })));
    expect(outcome).toMatchObject({ state: 'open', reason: 'sip-response', tries: 3 });
    expect(host.lost).toBe(2);
    expect(host.rtt.smoothedMs).toBeNull();
  });

  test.concurrent('is open when it answers from another port, which the evidence tells', async () => {
    const port = await startServer(sip({ fromElsewhere: true }));
    const outcome = await probe('sip-options-udp', port, { patienceMs: 800 });
    expect(outcome).toMatchObject({ state: 'open', reason: 'sip-response' });
    expect(outcome.evidence.from).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(outcome.evidence.from).not.toBe(`${LOCAL}:${port}`);
  });

  test.concurrent('is open with any datagram, of which little is kept', async () => {
    const { port } = await startRecorder(({ reply }) => reply('x'.repeat(5_000)));
    expect(await probe('sip-options-udp', port)).toMatchObject({
      state: 'open',
      reason: 'udp-response',
      evidence: { banner: 'x'.repeat(256) },
    });
  });

  test.concurrent('is open with a datagram of 65,000 bytes', async () => {
    const outcome = await probe('sip-options-udp', await startServer(giantDatagram()));
    expect(outcome).toMatchObject({ state: 'open', reason: 'sip-response' });
    expect(evidenceSchema.safeParse(outcome.evidence).error).toBeUndefined();
    expect(JSON.stringify(outcome.evidence).length).toBeLessThan(4_096);
  });
});

describe('a UDP endpoint that does not answer', () => {
  test.concurrent('is closed where an ICMP error says so', async () => {
    const listener = await listenUdp(LOCAL, 0, () => undefined);
    await listener.stop();
    const engine = startEngine();
    const host = engine.host(LOCAL);
    const outcome = await engine.udp(host, listener.port, PING);
    expect(outcome).toMatchObject({ state: 'closed', reason: 'port-unreach', tries: 1, evidence: {} });
    expect(host).toMatchObject({ answers: 1, refusals: 1 });
  });

  test.concurrent('is open|filtered after the whole patience and all tries', async () => {
    const { port, heard } = await startRecorder();
    const engine = startEngine({ patienceMs: 300 });
    const { value, ms } = await clock(() => engine.udp(engine.host(LOCAL), port, PING));
    expect(value).toEqual({ ...SILENT, tries: 3 });
    expect(heard).toHaveLength(3);
    expect(ms).toBeGreaterThanOrEqual(300);
  });

  test.concurrent('is believed at the moment that was given, and after the tries that were', async () => {
    const { port, heard } = await startRecorder();
    const engine = startEngine({ patienceMs: 200 });
    const until = performance.now() + 350;
    expect(await engine.udp(engine.host(LOCAL), port, { ...PING, tries: 2, until })).toEqual({ ...SILENT, tries: 2 });
    expect(performance.now()).toBeGreaterThanOrEqual(until);
    expect(heard).toHaveLength(2);
  });

  test.concurrent(
    'gets one more try on a host whose ICMP errors are heard, since these are limited in rate',
    async () => {
      const { port, heard } = await startRecorder();
      const engine = startEngine({ patienceMs: 200 });
      const host = engine.host(LOCAL);
      host.refusals = 1;
      expect(await engine.udp(host, port, PING)).toEqual({ ...SILENT, tries: 4 });
      expect(heard).toHaveLength(4);
      expect(new Set(heard.map(({ from }) => from.port)).size).toBe(1);
    },
  );

  test.concurrent('hears answers from elsewhere all the same on such a host', async () => {
    for (const [id, server] of [
      ['sip-options-udp', sip({ fromElsewhere: true })],
      ['ssdp-search', ssdp({ flavour: 'gateway', fromElsewhere: true })],
    ] as const) {
      const engine = startEngine({ patienceMs: 600 });
      const host = engine.host(LOCAL);
      host.refusals = 1;
      const outcome = await runProbe(PROBES[id], engine, host, await startServer(server));
      expect(outcome.state).toBe('open');
      expect(outcome.evidence.from).toBeDefined();
    }
  });

  test.each(['EHOSTUNREACH', 'EACCES'])('goes on where a router on the way says %s', async (code) => {
    const engine = startEngine({ patienceMs: 300 });
    const send = jest.spyOn(Socket.prototype, 'send');
    const failOnce = () =>
      send.mockImplementationOnce(function (this: Socket) {
        setImmediate(() => this.emit('error', Object.assign(new Error(`recvmsg ${code}`), { code })));
      });
    failOnce();
    const open = await runProbe(PROBES['sip-options-udp'], engine, engine.host(LOCAL), await startServer(sip()));
    expect(open).toMatchObject({ state: 'open', reason: 'sip-response', tries: 2 });
    failOnce();
    const outcome = await engine.udp(engine.host(LOCAL), (await startRecorder()).port, PING);
    expect(outcome).toEqual({ ...SILENT, state: 'filtered', reason: 'host-unreach', tries: 3 });
    send.mockRestore();
  });

  test.concurrent('asks anew in each try: another Call-ID, branch and tag', async () => {
    const { port, heard } = await startRecorder();
    await probe('sip-options-udp', port);
    for (const field of [/^Call-ID: (.+)$/im, /branch=([^;\r]+)/, /^From: .*tag=(.+)$/im]) {
      const values = heard.map(({ data }) => field.exec(String(data))?.[1]);
      expect(values).not.toContain(undefined);
      expect(new Set(values).size).toBe(heard.length);
    }
  });
});

test('answers to another port of ours are heard where that was asked for, from the target alone', async () => {
  const alsoAt = await findFreePort();
  const [server, stranger] = await Promise.all(
    [LOCAL, '127.0.0.9'].map((address) => bindUdp({ family: 4, address, port: 0 })),
  );
  for (const socket of [server!, stranger!]) keep({ stop: () => closeSocket(socket) });
  const { port } = server!.address();
  let answersToo = false;
  server!.on('message', () => {
    stranger!.send('answer', alsoAt, LOCAL);
    if (answersToo) server!.send('answer', alsoAt, LOCAL);
  });
  const request: UdpRequest = {
    ask: () => ({ bytes: Buffer.from('ask'), key: LOCAL }),
    read: (bytes) => ({ banner: bytes.toString() }),
    correlate: (_bytes, from) => from.address,
    reason: 'ssdp-response',
    alsoAt,
  };
  const engine = startEngine({ patienceMs: 400 });
  expect(await engine.udp(engine.host(LOCAL), port, request)).toMatchObject({ state: 'open|filtered' });
  answersToo = true;
  expect(await engine.udp(engine.host(LOCAL), port, request)).toMatchObject({
    state: 'open',
    reason: 'ssdp-response',
    evidence: { banner: 'answer' },
  });
});

describe('answers that are none', () => {
  test.concurrent('a SIP answer from another port counts only with a Call-ID of ours', async () => {
    const { port, heard } = await startRecorder((datagram) => {
      const forged = answerSip(datagram).replace(/^Call-ID: .*$/m, 'Call-ID: guessed@192.0.2.1');
      datagram.reply(forged, { fromElsewhere: true });
      datagram.reply('noise', { fromElsewhere: true });
    });
    expect(await probe('sip-options-udp', port)).toMatchObject(SILENT);
    expect(heard.length).toBeGreaterThanOrEqual(3);
  });

  test.concurrent(
    'a datagram from another port that is not of the protocol does not count, whatever it is correlated with',
    async () => {
      const { port, heard } = await startRecorder(({ reply }) => reply('noise', { fromElsewhere: true }));
      const engine = startEngine({ patienceMs: 300 });
      const request: UdpRequest = {
        ...PING,
        ask: () => ({ bytes: Buffer.from('ping'), key: 'ours' }),
        correlate: () => 'ours',
      };
      expect(await engine.udp(engine.host(LOCAL), port, request)).toEqual({ ...SILENT, tries: 3 });
      expect(heard).toHaveLength(3);
    },
  );

  test.concurrent('an SSDP answer from another address does not count', async () => {
    const liar = createSocket('udp4');
    keep({ stop: () => new Promise<void>((resolve) => void liar.close(resolve)) });
    await new Promise<void>((resolve) => void liar.bind({ address: '127.0.0.2' }, resolve));
    const answer = renderSsdpAnswer({ target: 'upnp:rootdevice', usn: 'uuid:x', server: 'x', location: 'http://x/' });
    const { port } = await startRecorder(({ from }) => liar.send(answer, from.port, from.address));
    expect(await probe('ssdp-search', port)).toMatchObject(SILENT);
  });
});

describe('many answers', () => {
  test.concurrent.each(['sip-options-udp', 'nat-pmp-address', 'canary-udp'] as const)(
    'in a storm are survived (%s)',
    async (id) => {
      const port = await startServer(datagramStorm({ count: 2_000 }));
      const value = await probe(id, port);
      expect(value).toMatchObject({ state: 'open', reason: 'udp-response' });
      expect(JSON.stringify(value.evidence).length).toBeLessThan(1_024);
    },
  );

  test.concurrent('are collected, each once, from other ports too, sixteen at most and without the noise', async () => {
    const answer = (k: number) =>
      renderSsdpAnswer({ target: 'upnp:rootdevice', usn: `uuid:${k}`, server: 'x', location: 'http://192.0.2.1/' });
    const noisy = await startRecorder(({ reply }) => {
      reply('noise');
      for (let k = 0; k < 40; k++) reply(answer(k));
      reply('more noise');
    });
    const gateway = await startServer(ssdp({ flavour: 'gateway', answerAll: true }));
    const device = ssdp({ flavour: 'device', answerAll: true, fromElsewhere: true, delayMs: 100 });
    const elsewhere = await startServer(device);
    const storm = await startServer(datagramStorm({ count: 2_000 }));
    const outcomes = await Promise.all(
      [noisy.port, gateway, elsewhere, storm].map((port) => probe('ssdp-search', port, { patienceMs: 600 })),
    );
    const stormy = outcomes.pop()!;
    expect(stormy).toMatchObject({ state: 'open', reason: 'udp-response' });
    expect(JSON.stringify(stormy.evidence).length).toBeLessThan(1_024);
    for (const { state, reason, evidence } of outcomes) {
      expect({ state, reason }).toEqual({ state: 'open', reason: 'ssdp-response' });
      expect(evidenceSchema.safeParse(evidence).error).toBeUndefined();
    }
    expect(outcomes.map(({ evidence }) => evidence.ssdp!.length)).toEqual([16, 6, 4]);
    expect(outcomes[2]!.evidence.from).toBeDefined();
  });
});

describe('a server that answers only port 5060', () => {
  /** Someone else on this machine may have the port for itself: then there is nothing to test. */
  const isHeld = (outcome: Outcome) => outcome.evidence['portTaken'] === true;

  test('is found, and the evidence tells', async () => {
    const outcome = await probe('sip-options-udp', await startServer(sip({ onlyToPort5060: true })));
    if (isHeld(outcome)) return;
    expect(outcome).toMatchObject({ state: 'open', reason: 'sip-response', tries: 4 });
    expect(outcome.evidence).toMatchObject({ fromPort5060: true, sip: { status: 200 } });
  });

  test('is not what a late answer to an earlier try shows', async () => {
    let first: number | undefined;
    const { port } = await startRecorder((datagram) => {
      first ??= datagram.from.port;
      if (![first, 5_060].includes(datagram.from.port)) datagram.reply(answerSip(datagram), { delayMs: 600 });
    });
    // The tries leave at 0, 0.16, 0.48 and 0.66 s; the second, from the shared socket, is answered after the fourth.
    const outcome = await probe('sip-options-udp', port, { patienceMs: 1_000 });
    expect(outcome.state).toBe('open');
    expect(outcome.evidence.fromPort5060).toBeUndefined();
  });
});

describe('a server that answers only a port which', () => {
  /** Each request has a key of its own, which its answer repeats. */
  const askFrom = (lastFromPort: number): UdpRequest => ({
    ask: () => {
      const key = String(nextKey++);
      return { bytes: Buffer.from(`ask ${key}`), key };
    },
    read: (bytes) => (bytes.toString().startsWith('answer') ? { banner: 'answer' } : undefined),
    correlate: (bytes) => /^answer (\d+)$/.exec(bytes.toString())?.[1],
    reason: 'udp-response',
    lastFromPort,
  });
  let nextKey = 1;
  const ask = (server: number, from: number) => {
    const engine = startEngine({ patienceMs: 400 });
    return engine.udp(engine.host(LOCAL), server, askFrom(from));
  };
  const startFor = async (port: () => number, before: string[] = []) =>
    startRecorder(({ data, from, reply }) => {
      if (from.port !== port()) return;
      for (const text of before) reply(text);
      reply(data.toString().replace('ask', 'answer'), { fromElsewhere: before.length > 0 });
    });
  const FOUND = { state: 'open', tries: 4, evidence: { banner: 'answer', fromPort5060: true } };

  test.concurrent('this process uses for something else is found, and each hears what is meant for it', async () => {
    const taken: string[] = [];
    const user = {
      take: (bytes: Buffer) => bytes.toString().startsWith('signed') && taken.push(bytes.toString()) > 0,
    };
    const fixed = await FixedPort.open({ family: 4, port: 0 }, user);
    keep({ stop: () => fixed.leave(user) });
    const { port: server } = await startFor(() => fixed.port, ['signed for another']);
    const outcomes = await Promise.all([ask(server, fixed.port), ask(server, fixed.port)]);
    const from = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown;
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ ...FOUND, evidence: { ...FOUND.evidence, from } });
    }
    expect(taken).toEqual(['signed for another', 'signed for another']);
  });

  test.concurrent('two checks use at once is found by both', async () => {
    const port = await findFreePort();
    const { port: server } = await startFor(() => port);
    const outcomes = await Promise.all([ask(server, port), ask(server, port)]);
    for (const outcome of outcomes) expect(outcome).toMatchObject(FOUND);
  });

  test.concurrent('another process has and shares is found, and that one still hears the others', async () => {
    const port = await findFreePort();
    const other = await bindUdp({ family: 4, port, shared: true });
    keep({ stop: () => closeSocket(other) });
    const heard: string[] = [];
    const message = new Promise<void>((resolve) => {
      other.on('message', (bytes) => resolve(void heard.push(bytes.toString())));
    });
    const stranger = await bindUdp({ family: 4, port: 0 });
    keep({ stop: () => closeSocket(stranger) });
    const { port: server } = await startRecorder(({ data, from, reply }) => {
      if (from.port !== port) return;
      stranger.send('hello', port, LOCAL);
      reply(data.toString().replace('ask', 'answer'), { delayMs: 20 });
    });
    expect(await ask(server, port)).toMatchObject(FOUND);
    await message;
    expect(heard).toEqual(['hello']);
  });

  test.concurrent('another process has for itself stays silent, and the evidence says why', async () => {
    const other = await bindUdp({ family: 4, port: 0 });
    keep({ stop: () => closeSocket(other) });
    const { port } = other.address();
    const { port: server, heard } = await startFor(() => port);
    expect(await ask(server, port)).toEqual({ ...SILENT, tries: 3, evidence: { portTaken: true } });
    expect(heard).toHaveLength(3);
  });
});
