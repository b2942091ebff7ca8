import { describe, expect, test } from '@jest/globals';
import { PROBES } from '../../../src/check/probes/registry.js';
import { runProbe } from '../../../src/check/probes/probe.js';
import type { LabServer } from '../../../src/lab/lab-server.js';
import {
  drip,
  endlessBanner,
  escapes,
  resetAfterAccept,
  sipHeaderFlood,
  tarpit,
} from '../../../src/lab/servers/hostile.js';
import { pcpro } from '../../../src/lab/servers/nec.js';
import { evidenceSchema } from '../../../src/model/evidence.js';
import { startServer, stopAfterAll } from '../../lab-sites/running.js';
import { endlessBody } from '../../lab-sites/servers/endless-body.js';
import { giantHeaders } from '../../lab-sites/servers/giant-headers.js';
import { startEngine } from '../start-engine.js';

stopAfterAll();

const PATIENCE = 250;
const ANSWER = 1_000;
const TCP_PROBES = Object.values(PROBES).filter(({ transport }) => transport === 'tcp');
const HOSTILE: Record<string, LabServer> = {
  'a banner without end': endlessBanner(),
  'line after line without end': endlessBanner('line\r\n'),
  'a body of 1 GB': endlessBody(),
  'giant header lines': giantHeaders(),
  'very many header lines': giantHeaders({ lines: 50_000, length: 3 }),
  'a flood of SIP headers': sipHeaderFlood(),
  'an answer byte by byte': drip({ text: 'HTTP/1.1 200 OK\r\nServer: x\r\n'.repeat(1_000), everyMs: 20 }),
  'a banner byte by byte': drip({ text: '5'.repeat(10_000), everyMs: 20, unasked: true }),
  'terminal escapes': escapes(),
  'a tarpit': tarpit(),
};

test.concurrent.each(Object.keys(HOSTILE))(
  '%s is open for every probe, in bounded time and with bounded evidence',
  async (name) => {
    const port = await startServer(HOSTILE[name]!);
    const engine = startEngine({ patienceMs: PATIENCE, answerMs: ANSWER });
    const host = engine.host('127.0.0.1');
    const value = await Promise.all(TCP_PROBES.map((probe) => runProbe(probe, engine, host, port)));
    for (const outcome of value) {
      expect(outcome).toMatchObject({ state: 'open', reason: 'syn-ack' });
      expect(evidenceSchema.safeParse(outcome.evidence).error).toBeUndefined();
      expect(JSON.stringify(outcome.evidence).length).toBeLessThan(32_768);
    }
  },
);

describe('a conversation', () => {
  const talkTo = async (server: LabServer, probe: keyof typeof PROBES) => {
    const engine = startEngine({ patienceMs: PATIENCE });
    return runProbe(PROBES[probe], engine, engine.host('127.0.0.1'), await startServer(server));
  };

  test('is open where the connection is reset after it was made', async () => {
    const outcome = await talkTo(resetAfterAccept(), 'tcp-banner');
    expect(outcome).toMatchObject({ state: 'open', reason: 'reset-after-accept' });
  });

  test('tells that the other side closed the connection', async () => {
    const hello: LabServer = { tcp: (socket) => void socket.end('hello\r\n') };
    expect(await talkTo(hello, 'tcp-banner')).toMatchObject({
      state: 'open',
      reason: 'syn-ack',
      evidence: { banner: 'hello\r\n', ended: 'closed' },
    });
  });

  test('with a reset after something was said is no reset after accept', async () => {
    const rude: LabServer = {
      tcp: (socket) => void socket.write('hello\r\n', () => setTimeout(() => socket.resetAndDestroy(), 50)),
    };
    expect(await talkTo(rude, 'tcp-banner')).toMatchObject({
      reason: 'syn-ack',
      evidence: { banner: 'hello\r\n', ended: 'reset' },
    });
  });

  test('that we end ourselves was not ended by the other side', async () => {
    expect((await talkTo(pcpro(), 'tcp-banner')).evidence).toEqual({});
    expect((await talkTo(endlessBanner(), 'tcp-banner')).evidence).toEqual({ banner: 'A'.repeat(1_024) });
  });

  test('reads on where the earlier read ended', async () => {
    const parts: LabServer = {
      tcp: (socket) => {
        socket.write('one');
        socket.on('data', (asked) => socket.write(`two ${String(asked)}`));
      },
    };
    const engine = startEngine();
    const { evidence } = await engine.tcp(engine.host('127.0.0.1'), await startServer(parts), async (conversation) => {
      const first = await conversation.read({ waitMs: 5_000, maxBytes: 3 });
      conversation.send(Buffer.from('please'));
      const second = await conversation.read({
        waitMs: 5_000,
        maxBytes: 99,
        isComplete: (all) => all.includes('please'),
      });
      const third = await conversation.read({ waitMs: 50, maxBytes: 99 });
      return { said: [first, second, third].map(({ bytes, end }) => `${String(bytes)} ${end}`) };
    });
    expect(evidence).toEqual({ said: ['one limit', 'two please complete', ' timeout'] });
  });

  test('holds one socket at a time, so that reopened ones never wait for one another', async () => {
    const page = '<title>WebPro</title>';
    const head = `HTTP/1.0 200 OK\r\nServer: Henry/1.1\r\nContent-Length: ${page.length}\r\n\r\n`;
    const lingering: LabServer = { tcp: (socket) => void socket.on('data', () => socket.write(head + page)) };
    const port = await startServer(lingering);
    const engine = startEngine({ maxSockets: 2, patienceMs: 60_000 });
    const host = engine.host('127.0.0.1');
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => runProbe(PROBES['http-get'], engine, host, port)),
    );
    for (const { evidence } of outcomes) {
      expect(evidence).toMatchObject({ http: { title: 'WebPro' }, login: { title: 'WebPro' } });
      expect(evidence).not.toHaveProperty('ended');
    }
  });

  test('that crashes rejects, and leaves no connection behind', async () => {
    let ended: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (ended = resolve));
    const port = await startServer({ tcp: (socket) => void socket.resume().on('close', () => ended?.()) });
    const engine = startEngine();
    const crash = engine.tcp(engine.host('127.0.0.1'), port, () => Promise.reject(new Error('broken probe')));
    await expect(crash).rejects.toThrow('broken probe');
    await gone;
  });
});
