import { type SecureContextOptions, TLSSocket } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { identify } from '../../../src/check/fingerprints/registry.js';
import { createPlanner } from '../../../src/check/probes/plan.js';
import { PROBES } from '../../../src/check/probes/registry.js';
import { runProbe } from '../../../src/check/probes/probe.js';
import { runProbes } from '../../../src/check/survey/run-probes.js';
import type { LabServer, TcpBehaviour } from '../../../src/lab/lab-server.js';
import { necSip, pcpro, webpro } from '../../../src/lab/servers/nec.js';
import { evidenceSchema } from '../../../src/model/evidence.js';
import type { Outcome } from '../../../src/net/scan/outcome.js';
import { startServer, stopAfterAll } from '../../lab-sites/running.js';
import { dvr } from '../../lab-sites/servers/dvr.js';
import { startEngine } from '../../net/start-engine.js';
import { profile } from '../rules/build-survey.js';
import { CERTIFICATE, KEY } from '../../site/outside/certificates.js';

stopAfterAll();

type ProbeId = keyof typeof PROBES;
const TCP_PROBES = ['http-get', 'sip-options-tcp', 'tcp-banner', 'tcp-identify', 'dim-prompt', 'canary-tcp'] as const;
const BARE = profile();
const SHOWN = { names: ['localhost', '127.0.0.1'], issuer: 'localhost' };

async function probe(id: ProbeId, server: LabServer): Promise<Outcome> {
  const engine = startEngine({ patienceMs: 3_000, answerMs: 1_000 });
  const outcome = await runProbe(PROBES[id], engine, engine.host('127.0.0.1'), await startServer(server));
  expect(evidenceSchema.safeParse(outcome.evidence).error).toBeUndefined();
  return outcome;
}

const oneAnswer = (text: string): LabServer => ({
  tcp: (socket) => void socket.once('data', () => socket.end(text, 'latin1')),
});

/** A server within TLS, and only there. */
function withinTls(inside: TcpBehaviour, options: SecureContextOptions = {}): LabServer {
  return {
    tcp(socket) {
      const secured = new TLSSocket(socket, { isServer: true, key: KEY, cert: CERTIFICATE, ...options });
      secured.on('error', () => socket.destroy());
      inside(secured);
    },
  };
}

describe('TLS', () => {
  test.concurrent.each(TCP_PROBES)('is recognised by %s, and asked within', async (id) => {
    const { evidence } = await probe(id, withinTls(webpro().tcp!));
    // SIP is asked first where SIP belongs, and what answers that by a page is not asked for another.
    const page = id === 'sip-options-tcp' ? { http: {} } : { http: { title: 'WebPro' }, login: { title: 'WebPro' } };
    expect(evidence).toMatchObject({ tls: SHOWN, ...page });
  });

  test.concurrent.each(['sip-options-tcp', 'tcp-identify'] as const)('%s finds SIP within it', async (id) => {
    const { evidence } = await probe(id, withinTls(necSip().tcp!));
    expect(evidence).toMatchObject({ tls: SHOWN, sip: { status: 200, server: 'NEC SL2100/2.1' } });
  });

  test.concurrent.each([
    ['today’s version only', { minVersion: 'TLSv1.3' }, 'TLSv1.3'],
    ['an old version only', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }, 'TLSv1.1'],
  ] as const)('of %s', async (_, options, version) => {
    const { evidence } = await probe(
      'tcp-banner',
      withinTls((socket) => void socket.resume(), options),
    );
    expect(evidence).toEqual({ tls: { version, ...SHOWN }, ended: 'closed' });
  });

  test.concurrent('that refuses us is TLS all the same', async () => {
    for (const id of TCP_PROBES) {
      const { evidence } = await probe(id, oneAnswer('\x15\x03\x01\0\x02\x02('));
      expect(evidence.tls).toEqual({ version: null, names: [], issuer: null });
      expect(evidence).not.toHaveProperty('banner');
    }
  });

  test.concurrent('is asked where a web server says that it wants it', async () => {
    const plain = 'HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\nThe plain HTTP request was sent to HTTPS port';
    let connections = 0;
    const both: LabServer = {
      tcp: (socket) => {
        if (connections++ > 0) return withinTls(webpro().tcp!).tcp!(socket);
        socket.once('data', () => socket.end(plain));
      },
    };
    expect((await probe('http-get', both)).evidence).toMatchObject({ tls: SHOWN, http: { title: 'WebPro' } });
    const { evidence } = await probe('http-get', oneAnswer(plain));
    expect(evidence).toMatchObject({ http: { status: 400, server: 'nginx' } });
    expect(evidence).not.toHaveProperty('tls');
  });

  test.concurrent('is not seen in what is mute, or answers otherwise', async () => {
    expect((await probe('tcp-banner', pcpro())).evidence).toEqual({});
    const grumbler: LabServer = {
      tcp: (socket) => void socket.once('data', (data) => data[0] === 22 && socket.end('* BAD what is that\r\n')),
    };
    expect((await probe('tcp-banner', grumbler)).evidence).toEqual({ banner: '* BAD what is that\r\n' });
  });
});

test.concurrent('a web server on a SIP port is a web server', async () => {
  const server = oneAnswer('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n');
  const { evidence, ...rest } = await probe('sip-options-tcp', server);
  expect(evidence).toMatchObject({ http: { server: 'nginx' } });
  expect(identify({ endpoint: 'tcp/5060', probe: 'x', atMs: 1, evidence, ...rest }).identity?.kind).toBe('web-server');
});

describe('a greeting that takes its time', () => {
  const late = (delayMs: number, said: string[]): LabServer => ({
    tcp(socket) {
      const timer = setTimeout(() => socket.writable && socket.write('SSH-2.0-dropbear_2022.83\r\n'), delayMs);
      socket.on('data', (data) => said.push(data.toString('latin1'))).on('close', () => clearTimeout(timer));
    },
  });

  test.concurrent.each(['tcp-banner', 'tcp-identify'] as const)(
    'is heard by %s while another endpoint is waited for',
    async (id) => {
      const said: string[] = [];
      const port = await startServer(late(900, said));
      const silent = await startServer({ udp: () => undefined });
      const engine = startEngine({ patienceMs: 6_000 });
      const host = engine.host('127.0.0.1');
      const other = runProbe(PROBES['nat-pmp-address'], engine, host, silent);
      const { evidence } = await runProbe(PROBES[id], engine, host, port);
      expect(evidence).toEqual({ banner: 'SSH-2.0-dropbear_2022.83\r\n' });
      expect(said).toEqual([]);
      engine.cutOff();
      await other;
    },
  );

  test.concurrent('is heard where the user asked for just this endpoint', async () => {
    const port = await startServer(late(900, []));
    const [planned] = createPlanner({ profile: BARE, ports: [{ transport: 'tcp', port }], canaries: false })();
    const engine = startEngine({ patienceMs: 6_000 });
    const options = { engine, plan: [{ ...planned!, probe: PROBES['tcp-banner'] }], services: new Set<never>() };
    const { observations } = await runProbes('127.0.0.1', { ...options, control: null });
    expect(observations[0]?.evidence.banner).toBe('SSH-2.0-dropbear_2022.83\r\n');
  });

  test.concurrent('holds up no one where nothing else is waited for', async () => {
    const port = await startServer(pcpro());
    const engine = startEngine({ patienceMs: 600_000, answerMs: 600_000 });
    const host = engine.host('127.0.0.1');
    const both = [PROBES['tcp-banner'], PROBES['canary-tcp']].map((each) => runProbe(each, engine, host, port));
    for (const { evidence } of await Promise.all(both)) expect(evidence).toEqual({});
  });
});

describe('the end of a connection', () => {
  const endOf = async (id: ProbeId, behave: TcpBehaviour): Promise<string> => {
    let tell: (end: string) => void;
    const end = new Promise<string>((resolve) => (tell = resolve));
    const server: LabServer = {
      tcp(socket) {
        socket.on('error', ({ code }: NodeJS.ErrnoException) => tell(code ?? ''));
        socket.on('end', () => tell('end'));
        behave(socket);
      },
    };
    await probe(id, server);
    return end;
  };

  test.concurrent.each([
    ['sip-options-tcp', necSip().tcp!],
    ['http-get', dvr().tcp!],
    ['tcp-banner', (socket) => void socket.resume().write('SSH-2.0-x\r\n')],
  ] as [ProbeId, TcpBehaviour][])('is a FIN after a conversation (%s)', async (id, behave) => {
    expect(await endOf(id, behave)).toBe('end');
  });

  test.concurrent('is a reset where nothing was said', async () => {
    expect(await endOf('tcp-connect', (socket) => void socket.resume())).toBe('ECONNRESET');
  });
});
