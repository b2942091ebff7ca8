import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { tarpit } from '../../../src/lab/servers/hostile.js';
import { ssdp } from '../../../src/lab/servers/gateway.js';
import { startSilentTcp } from '../../lab-sites/start-silent-tcp.js';
import { PROBES } from '../../../src/check/probes/registry.js';
import { runProbe } from '../../../src/check/probes/probe.js';
import { keep, startServer, stopAfterEach } from '../../lab-sites/running.js';
import { startEngine } from '../start-engine.js';

stopAfterEach();

/** Longer than a test may take, ms: what ends before it was ended. */
const LONG = 600_000;
const CUT_OFF = { state: 'error', reason: 'cut-off', rttMs: null, evidence: {} };

test('cutOff ends connects, conversations, exchanges, queues and sleeps at once, with what is known', async () => {
  const silent = keep(await startSilentTcp(4));
  const quiet = await startServer(tarpit());
  const gateway = await startServer(ssdp({ flavour: 'gateway' }));
  const engine = startEngine({ patienceMs: LONG, maxSockets: 16 });
  const host = engine.host('127.0.0.1');
  const other = engine.host('127.0.0.1');
  const conversation = runProbe(PROBES['http-get'], engine, host, quiet);
  const collecting = runProbe(PROBES['ssdp-search'], engine, other, gateway);
  const knowing = runProbe(PROBES['sip-options-udp'], engine, other, quiet);
  const queued = Array.from({ length: 100 }, (_, k) => engine.tcp(other, silent.ports[k % 4]!));
  const slept = engine.sleep(LONG);
  // On a busy machine even loopback takes its time.
  for (let waits = 0; waits < 500 && (host.answers === 0 || other.answers === 0); waits++) await sleep(20);
  await sleep(300);
  engine.cutOff();
  const value = await Promise.all([conversation, collecting, knowing, slept, ...queued]);
  const [open, answered, unanswered, , ...rest] = value;
  expect(open).toMatchObject({ state: 'open', reason: 'syn-ack', evidence: {} });
  expect(answered).toMatchObject({ state: 'open', reason: 'ssdp-response' });
  expect(unanswered).toEqual({ ...CUT_OFF, tries: 1 });
  for (const outcome of rest) expect(outcome).toMatchObject(CUT_OFF);
  expect(host.waiting.size + other.waiting.size).toBe(0);
});

test('what is asked for after cutOff ends at once, and sends nothing', async () => {
  let asked = 0;
  const port = await startServer({ tcp: () => asked++, udp: () => asked++ });
  const engine = startEngine({ patienceMs: LONG });
  const host = engine.host('127.0.0.1');
  engine.cutOff();
  const value = await Promise.all([
    ...Object.values(PROBES).map((probe) => runProbe(probe, engine, host, port)),
    engine.sleep(LONG).then(() => ({ ...CUT_OFF, tries: 0 })),
  ]);
  for (const outcome of value) expect(outcome).toEqual({ ...CUT_OFF, tries: 0 });
  await sleep(50);
  expect(asked).toBe(0);
});

test('a conversation that is cut off does not connect again', async () => {
  const page = '<title>WebPro</title>';
  let connections = 0;
  let tellSent = (): void => undefined;
  const sent = new Promise<void>((resolve) => (tellSent = resolve));
  const port = await startServer({
    tcp: (socket) => {
      connections++;
      socket.on('data', () =>
        socket.write(`HTTP/1.0 200 OK\r\nServer: Henry/1.1\r\nContent-Length: 99\r\n\r\n${page}`, () => tellSent()),
      );
    },
  });
  const engine = startEngine({ patienceMs: LONG });
  const outcome = runProbe(PROBES['http-get'], engine, engine.host('127.0.0.1'), port);
  await sent;
  await sleep(200);
  engine.cutOff();
  const value = await outcome;
  expect(value).toMatchObject({ state: 'open', evidence: { http: { title: 'WebPro' } } });
  expect(value.evidence).not.toHaveProperty('ended');
  await sleep(50);
  expect(connections).toBe(1);
});
