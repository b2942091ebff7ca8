import { describe, expect, test } from '@jest/globals';
import { PROBES } from '../../../src/check/probes/registry.js';
import { runProbe } from '../../../src/check/probes/probe.js';
import type { Datagram, LabServer } from '../../../src/lab/lab-server.js';
import { natPmp, renderSsdpAnswer, ssdp } from '../../../src/lab/servers/gateway.js';
import { dim, necPhone, necSip, pcpro, webpro } from '../../../src/lab/servers/nec.js';
import { renderSipAnswer, sip } from '../../../src/lab/servers/sip.js';
import { evidenceSchema } from '../../../src/model/evidence.js';
import type { Outcome } from '../../../src/net/scan/outcome.js';
import { startServer, stopAfterAll } from '../../lab-sites/running.js';
import { dvr } from '../../lab-sites/servers/dvr.js';
import { startEngine } from '../../net/start-engine.js';

stopAfterAll();

type ProbeId = keyof typeof PROBES;

async function probe(id: ProbeId, server: LabServer, patienceMs = 2_000): Promise<Outcome> {
  const engine = startEngine({ patienceMs, answerMs: 1_000 });
  const outcome = await runProbe(PROBES[id], engine, engine.host('127.0.0.1'), await startServer(server));
  expect(evidenceSchema.safeParse(outcome.evidence).error).toBeUndefined();
  return outcome;
}

/** A record that begins a TLS conversation. */
// eslint-disable-next-line no-control-regex -- bytes, a character each
const CLIENT_HELLO = /^\x16\x03\x01/;

const oneOf = (text: string): LabServer => ({ tcp: (socket) => void socket.end(text) });

describe('http-get', () => {
  test('reads the page and the version page of WebPro', async () => {
    expect(await probe('http-get', webpro())).toMatchObject({
      state: 'open',
      reason: 'syn-ack',
      evidence: {
        http: { status: 200, server: 'Henry/1.1', title: 'WebPro' },
        login: { status: 200, title: 'WebPro' },
      },
    });
  });

  test('does not ask other web servers for it', async () => {
    const { evidence } = await probe('http-get', dvr());
    expect(evidence).toMatchObject({ http: { server: 'DVR-Web/2.4', title: 'Video Recorder Login' } });
    expect(evidence).not.toHaveProperty('login');
  });

  test('keeps what is no HTTP as a banner', async () => {
    expect((await probe('http-get', oneOf('220 mail\r\n'))).evidence).toEqual({
      banner: '220 mail\r\n',
      ended: 'closed',
    });
  });
});

describe('tcp-identify', () => {
  test('listens first and asks for no page where something is said unasked', async () => {
    expect((await probe('tcp-identify', oneOf('SSH-2.0-x\r\n'))).evidence).toMatchObject({ banner: 'SSH-2.0-x\r\n' });
  });

  test('then asks for a page', async () => {
    expect((await probe('tcp-identify', webpro())).evidence).toMatchObject({ http: { title: 'WebPro' }, login: {} });
  });
});

test.concurrent.each(['tcp-banner', 'canary-tcp'] as const)('%s listens first, and asks what is mute', async (id) => {
  expect((await probe(id, pcpro())).evidence).toEqual({});
  expect((await probe(id, oneOf('hello'))).evidence).toEqual({ banner: 'hello', ended: 'closed' });
  expect((await probe(id, dvr())).evidence).toMatchObject({ http: { server: 'DVR-Web/2.4' } });
});

describe('dim-prompt', () => {
  test.concurrent('reads the prompt', async () => {
    expect((await probe('dim-prompt', dim())).evidence.banner).toMatch(/^User ID:/);
  });

  test.concurrent.each([[['User ID:', 'Password:']], [['Us', 'er ID:', 'Password:']], [['User ID:Password:']]])(
    'sees one prompt in any segments: %j',
    async (segments) => {
      const server: LabServer = {
        tcp(socket) {
          socket.once('data', () => {
            segments.forEach((segment, k) => setTimeout(() => socket.writable && socket.write(segment), 120 * k));
          });
        },
      };
      expect((await probe('dim-prompt', server)).evidence).toEqual({ banner: 'User ID:Password:' });
    },
  );

  test.concurrent('sends a blank line, and one more where nothing answers, and then asks what else it is', async () => {
    const said: string[] = [];
    const mute: LabServer = {
      tcp(socket) {
        const index = said.push('') - 1;
        socket.on('data', (data) => (said[index] += data.toString('latin1')));
      },
    };
    expect((await probe('dim-prompt', mute, 200)).evidence).toEqual({});
    expect(said).toEqual([
      '\r\n\r\n',
      expect.stringMatching(/^GET \/ HTTP/) as unknown,
      expect.stringMatching(CLIENT_HELLO) as unknown,
    ]);
  });

  test.concurrent('takes no answer in Telnet’s options for the prompt, nor for another service', async () => {
    const server: LabServer = {
      tcp(socket) {
        let lines = 0;
        socket.write('\xff\xfd\x18\xff\xfb\x01', 'latin1');
        socket.on('data', () => void (++lines === 2 && socket.write('User ID:Password:')));
      },
    };
    const { evidence } = await probe('dim-prompt', server);
    expect(evidence.banner).toBe('\xff\xfd\x18\xff\xfb\x01User ID:Password:');
  });

  test.concurrent.each([
    ['that answers a blank line', /^\r\n/],
    ['that waits for a request', /^GET/],
  ])('knows a web server %s', async (_, asked) => {
    const server: LabServer = {
      tcp: (socket) =>
        void socket.on('data', (data) => {
          if (asked.test(String(data))) socket.end('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n');
        }),
    };
    expect((await probe('dim-prompt', server)).evidence).toMatchObject({ http: { status: 400, server: 'nginx' } });
  });
});

describe.each(['sip-options-tcp', 'sip-options-udp'] as const)('%s', (id) => {
  test.each([
    ['an NEC system', necSip(), { status: 200, server: 'NEC SL2100/2.1' }],
    ['the port of NEC phones', necPhone(), { status: 403, contentType: 'application/X-NECSIPEXT2MLv1' }],
    ['a server that ends lines with a bare LF', sip({ bareLf: true, status: 486, phrase: 'Busy' }), { status: 486 }],
  ])('reads %s', async (_, server, expected) => {
    const outcome = await probe(id, server);
    expect(outcome).toMatchObject({ state: 'open', tries: 1, evidence: { sip: expected } });
    expect(outcome.reason).toBe(id === 'sip-options-udp' ? 'sip-response' : 'syn-ack');
  });
});

describe('what comes before the SIP answer', () => {
  const trying = (request: string, from: Datagram['from']) =>
    renderSipAnswer(request, from, { status: 100, phrase: 'Trying' })!;
  const final = (request: string, from: Datagram['from']) =>
    renderSipAnswer(request, from, { status: 404, phrase: 'Not Found', server: 'NEC SL2100/4.0' })!;
  const PIECES: Record<string, (request: string, from: Datagram['from']) => string[]> = {
    'a provisional response': (...asked) => [trying(...asked), final(...asked)],
    'a provisional response in the same segment': (...asked) => [trying(...asked) + final(...asked)],
    'a keep-alive': (...asked) => ['\r\n\r\n', final(...asked)],
    'zero bytes': (...asked) => ['\0\0\0\0', final(...asked)],
    'zero bytes in the same segment': (...asked) => [`\0\0\0\0${final(...asked)}`],
    'all of them': (...asked) => ['\r\n\r\n', trying(...asked), `\0\0${trying(...asked)}`, `\0${final(...asked)}`],
  };
  const sendAll = (pieces: readonly string[], send: (piece: string) => unknown) => {
    pieces.forEach((piece, k) => setTimeout(() => send(piece), 60 * k));
  };

  test.each(Object.keys(PIECES))('does not hide it over TCP: %s', async (name) => {
    const server: LabServer = {
      tcp(socket) {
        const from = { address: '127.0.0.1', port: socket.remotePort ?? 0 };
        socket.once('data', (data) => {
          sendAll(PIECES[name]!(String(data), from), (piece) => socket.writable && socket.write(piece));
        });
      },
    };
    const { evidence } = await probe('sip-options-tcp', server);
    expect(evidence.sip).toMatchObject({ status: 404, server: 'NEC SL2100/4.0', body: '' });
  });

  // Over UDP a message is a datagram of its own.
  test.each(Object.keys(PIECES).filter((name) => name !== 'a provisional response in the same segment'))(
    'does not hide it over UDP: %s',
    async (name) => {
      const server: LabServer = {
        udp: ({ data, from, reply }) => sendAll(PIECES[name]!(String(data), from), reply),
      };
      const outcome = await probe('sip-options-udp', server);
      expect(outcome).toMatchObject({ state: 'open', reason: 'sip-response' });
      expect(outcome.evidence).toEqual({
        sip: expect.objectContaining({ status: 404, server: 'NEC SL2100/4.0' }) as unknown,
      });
    },
  );

  test.concurrent.each(['sip-options-tcp', 'sip-options-udp'] as const)(
    'is told where nothing follows (%s)',
    async (id) => {
      const server = sip({ status: 100, phrase: 'Trying' });
      expect(await probe(id, server)).toMatchObject({ state: 'open', evidence: { sip: { status: 100 } } });
    },
  );
});

describe('ssdp-search', () => {
  const answer = (target: string) =>
    renderSsdpAnswer({ target, usn: `uuid:1::${target}`, server: 'x', location: 'http://192.168.1.1/' });
  const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';

  test.concurrent.each(['ssdp:all', IGD])('finds a gateway that answers no search but that for %s', async (wanted) => {
    const server: LabServer = {
      udp: ({ data, reply }) => void (String(data).includes(`ST: ${wanted}\r\n`) && reply(answer(IGD))),
    };
    expect((await probe('ssdp-search', server, 600)).evidence.ssdp).toMatchObject([{ st: IGD }]);
  });

  test.concurrent.each([IGD, IGD.replace(/1$/, '2')])(
    'asks what answered without a type for that of a gateway: %s',
    async (type) => {
      const asked: string[] = [];
      const router: LabServer = {
        udp({ data, reply }) {
          const [, target = ''] = /^ST: (.*)\r$/m.exec(String(data)) ?? [];
          asked.push(target);
          if (target === 'upnp:rootdevice' || target === type) reply(answer(target));
        },
      };
      const { evidence, tries } = await probe('ssdp-search', router, 600);
      expect(evidence.ssdp?.map(({ st }) => st)).toEqual(['upnp:rootdevice', type]);
      expect(tries).toBe(1);
      expect(asked.sort()).toEqual(['upnp:rootdevice', IGD, IGD.replace(/1$/, '2')]);
    },
  );

  test.concurrent('asks no more of what says that it is a gateway', async () => {
    let asked = 0;
    const router: LabServer = { udp: ({ reply }) => void (asked++, reply(answer(IGD))) };
    await probe('ssdp-search', router, 600);
    expect(asked).toBe(1);
  });

  test.concurrent.each([
    { patienceMs: 600, delayMs: 2_200 },
    { patienceMs: 4_000, delayMs: 3_000 },
  ])('hears a gateway after something else, with $patienceMs ms of patience $delayMs ms later', async (given) => {
    const server: LabServer = {
      udp({ reply }) {
        reply(answer('upnp:rootdevice'));
        reply(answer(IGD), { delayMs: given.delayMs });
      },
    };
    const { ssdp } = (await probe('ssdp-search', server, given.patienceMs)).evidence;
    expect(ssdp?.map(({ st }) => st)).toEqual(['upnp:rootdevice', IGD]);
  });
});

test.concurrent('sip-options-tcp claims no SIP where only a handshake is completed', async () => {
  expect(await probe('sip-options-tcp', pcpro(), 200)).toMatchObject({
    state: 'open',
    reason: 'syn-ack',
    evidence: {},
  });
});

test.concurrent('ssdp-search and nat-pmp-address read what answers', async () => {
  const [upnp, pmp] = await Promise.all([
    probe('ssdp-search', ssdp({ flavour: 'gateway' })),
    probe('nat-pmp-address', natPmp('203.0.113.20')),
  ]);
  expect(upnp).toMatchObject({
    reason: 'ssdp-response',
    evidence: {
      ssdp: [
        { st: 'upnp:rootdevice', location: 'http://192.168.1.1:5000/rootDesc.xml' },
        { st: 'urn:schemas-upnp-org:device:InternetGatewayDevice:1' },
      ],
    },
  });
  expect(pmp).toMatchObject({
    reason: 'nat-pmp-response',
    evidence: { natPmp: { version: 0, opcode: 128, result: 0, externalAddress: '203.0.113.20' } },
  });
});

test.concurrent('no probe sends anything but what harmless clients send', async () => {
  const heard = new Map<string, string[]>();
  const hear = (id: string, text: string) => void heard.set(id, [...(heard.get(id) ?? []), text]);
  await Promise.all(
    Object.values(PROBES).map(async (each) => {
      const { id } = each;
      const port = await startServer({
        tcp: (socket) => void socket.on('data', (data) => hear(id, data.toString('latin1'))),
        udp: ({ data }) => hear(id, data.toString('latin1')),
      });
      const engine = startEngine({ patienceMs: 300, answerMs: 300 });
      await runProbe(each, engine, engine.host('127.0.0.1'), port);
    }),
  );
  const oneOrHello = (pattern: RegExp) => new RegExp(`${pattern.source}|${CLIENT_HELLO.source}`);
  const page = oneOrHello(/^GET \/ HTTP\/1\.[01]\r\n[^]*\r\n\r\n$/);
  const allowed: Record<ProbeId, RegExp | null> = {
    'canary-tcp': page,
    'canary-udp': /^sallyport canary\r\n$/,
    'dim-prompt': new RegExp(`^(?:\\r\\n)+$|${page.source}`),
    'http-get': page,
    'nat-pmp-address': /^\0\0$/,
    'sip-options-tcp': oneOrHello(/^OPTIONS sip:[^]*\r\n\r\n$/),
    'sip-options-udp': /^OPTIONS sip:[^]*\r\n\r\n$/,
    'ssdp-search': /^M-SEARCH \* HTTP\/1\.1\r\n[^]*\r\n\r\n$/,
    'tcp-banner': page,
    'tcp-connect': null,
    'moved-admin': page,
    'tcp-identify': page,
  };
  for (const [id, pattern] of Object.entries(allowed)) {
    const said = heard.get(id) ?? [];
    expect([id, said.length > 0]).toEqual([id, pattern !== null]);
    for (const text of said) expect(text).toMatch(pattern!);
  }
});
