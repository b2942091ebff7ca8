import { describe, expect, test } from '@jest/globals';
import type { TcpBehaviour } from '../../../src/lab/lab-server.js';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { drip, tarpit, writeEndlessly } from '../../../src/lab/servers/hostile.js';
import { readRequests } from '../../lab-sites/read-requests.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { endlessBody } from '../../lab-sites/servers/endless-body.js';
import { giantHeaders } from '../../lab-sites/servers/giant-headers.js';
import { igd } from '../../lab-sites/servers/igd.js';
import { GATEWAY_SHAPES } from '../../lab-sites/servers/igd-shapes.js';
import { startEngine } from '../../net/start-engine.js';
import { gateway, listen, mapping, naming, read, readLab } from './gateways.js';

stopAfterEach();

/** Another machine: nobody may connect to it. */
async function startStranger(): Promise<{ port: number; met: () => number }> {
  let connections = 0;
  const listener = keep(await listenTcp('127.0.0.2', 0, (socket) => void (connections++, socket.end())));
  return { port: listener.port, met: () => connections };
}

const answering =
  (text: string): TcpBehaviour =>
  (socket) =>
    readRequests(socket, () => void (socket.writable && socket.end(text)));

/** The problem of a gateway whose description is served like this. */
async function problemOf(behaviour: TcpBehaviour): Promise<string> {
  const location = `http://127.0.0.1:${await listen(behaviour)}/`;
  const { device, connections, problems } = await read({ answers: naming(location) });
  expect([device, connections, problems.length]).toEqual([null, [], 1]);
  return problems[0]!.replace(location, 'URL');
}

describe('a LOCATION that names another host', () => {
  test.each<[string, (port: number, path: string) => string]>([
    ['another address', (port, path) => `http://127.0.0.2:${port}${path}`],
    ['a private address', (port, path) => `http://10.99.88.77:${port}${path}`],
    ['no address', (port, path) => `http://0.0.0.0:${port}${path}`],
    ['IPv6', (port, path) => `http://[::1]:${port}${path}`],
    ['IPv6 with a zone', (port, path) => `http://[fe80::1%25br0]:${port}${path}`],
    ['a name', (port, path) => `http://router.lan:${port}${path}`],
    ['localhost', (port, path) => `http://localhost:${port}${path}`],
    ['a user', (port, path) => `http://127.0.0.1@127.0.0.2:${port}${path}`],
    ['a name that begins like it', (port, path) => `http://127.0.0.1.example.com:${port}${path}`],
    ['https', (port, path) => `https://127.0.0.1:${port}${path}`],
    ['quotes', (port, path) => `"http://127.0.0.1:${port}${path}"`],
    ['brackets', (port, path) => ` <http://127.0.0.1:${port}${path}> `],
    ['something behind it', (port, path) => `http://127.0.0.1:${port}${path}; max-age=9`],
    ['no scheme', (port, path) => `127.0.0.1:${port}${path}`],
    ['slashes only', (port, path) => `//127.0.0.1:${port}${path}`],
    ['a name without a scheme', (port, path) => `router:${port}${path}`],
  ])('%s: the gateway itself is asked', async (_what, locate) => {
    const shape = GATEWAY_SHAPES.box;
    let met = 0;
    const requests: string[] = [];
    const server = igd({
      ...{ shape, mappings: [mapping()], externalAddress: '203.0.113.20', controlBase: () => '' },
      onRequest: (request) => void requests.push(request),
    });
    const port = await listen(server.tcp!);
    const stranger = await listenTcp('127.0.0.2', port, (socket) => void (met++, socket.destroy())).catch(() => null);
    if (stranger) keep(stranger);
    const location = locate(port, shape.descriptionPath);
    const { device, connections, problems, notes = [] } = await read({ answers: naming(location) });
    expect(device?.modelName).toBe('Heimbox 7');
    expect(connections[0]).toMatchObject({ mappings: [mapping()], list: { complete: true } });
    expect(problems).toEqual([]);
    const isOther = !/^["\s<]*(?:http:)?\/*127\.0\.0\.1:/.test(location);
    expect(notes).toHaveLength(isOther ? 1 : 0);
    expect(met).toBe(0);
  });

  test('of one description by several names: it is read once', async () => {
    const lab = await gateway({ shape: 'box' });
    const names = ['127.0.0.1', '10.0.0.1', '[::1]', 'router'].map((host) => lab.location.replace('127.0.0.1', host));
    const { problems } = await readLab(lab, { answers: naming(...names) });
    expect(problems).toEqual([]);
    expect(lab.requests.filter((request) => request === 'GET description')).toHaveLength(1);
  });

  test('where the gateway itself has nothing is said', async () => {
    const stranger = await startStranger();
    const { problems, notes } = await read({ answers: naming(`http://127.0.0.2:${stranger.port}/d.xml`) });
    expect(problems).toEqual([
      `Its description at http://127.0.0.2:${stranger.port}/d.xml could not be read: it refused the connection to port ${stranger.port}.`,
    ]);
    expect(notes).toEqual([expect.stringContaining('Its own address was asked instead')]);
    expect(stranger.met()).toBe(0);
  });

  test.each([
    'file:///etc/passwd',
    'http://127.0.0.1:0/',
    'http://127.0.0.1:99999/',
    'nonsense',
    'javascript:alert(1)',
  ])('is left alone where it is no place of HTTP: %s', async (location) => {
    const { device, problems } = await read({ answers: naming(location) });
    expect(device).toBeNull();
    expect(problems).toEqual([
      `It names a description at ${location}, which is not an http address, so it was not read.`,
    ]);
  });

  test('of which there are too many to tell them all', async () => {
    const answers = naming(...Array.from({ length: 32 }, (_, n) => `ftp://192.0.2.${n}/${'x'.repeat(400)}`));
    const { problems } = await read({ answers });
    expect(problems).toHaveLength(4);
  });

  test.each([null, '', '  '])('is missing: %j', async (location) => {
    const [answer] = naming('');
    const { problems } = await read({ answers: [{ ...answer!, location }] });
    expect(problems).toEqual(['It answers searches but names no description, so its mappings are not known.']);
  });
});

describe('a description', () => {
  const failed = (why: string) => `Its description at URL could not be read: ${why}.`;
  const ok = 'HTTP/1.1 200 OK\r\n\r\n';

  test('that redirects is not followed', async () => {
    const stranger = await startStranger();
    const text = `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:${stranger.port}/\r\nContent-Length: 0\r\n\r\n`;
    expect(await problemOf(answering(text))).toBe(
      failed('it answered with a redirect (HTTP status 302), which is not followed'),
    );
    expect(stranger.met()).toBe(0);
  });

  test('with a document type is refused, entities and all', async () => {
    const bomb = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><root>&c;</root>';
    const problem = failed('it declares a document type, which is refused');
    expect(await problemOf(answering(`${ok}<?xml version="1.0"?>${bomb}`))).toBe(problem);
    expect(await problemOf(answering(`${ok}<!doctype html><html><body>Log in</body></html>`))).toBe(problem);
    expect(await problemOf(answering(`${ok}<!DOCTYPE r SYSTEM "http://127.0.0.2/x.dtd"><root/>`))).toBe(problem);
  });

  const long = failed('its answer is longer than 256 KiB');
  test('without an end is cut', async () => {
    expect(await problemOf(endlessBody().tcp!)).toBe(long);
    const endless: TcpBehaviour = (socket) => {
      socket.once('data', () => {
        socket.write(`${ok}<root>`);
        writeEndlessly(socket, Buffer.alloc(16_384, '<device><a/></device>'));
      });
    };
    expect(await problemOf(endless)).toBe(long);
  });

  test('with giant header fields is no answer', async () => {
    expect(await problemOf(giantHeaders().tcp!)).toBe(failed('its answer is not HTTP'));
  });

  test('that drips is given up', async () => {
    const body = drip({ text: '<a/>'.repeat(9_999), everyMs: 20, unasked: true });
    const dripping: TcpBehaviour = (socket) => {
      socket.write(`${ok}<root>`);
      body.tcp!(socket);
    };
    expect(await problemOf(dripping)).toBe(failed('its answer was cut off'));
    expect(await problemOf(drip({ text: 'HTTP/1.1 200 OK\r\nServer: a very slow one', everyMs: 20 }).tcp!)).toBe(
      failed('its answer is not HTTP'),
    );
  });

  test('that is nothing of the kind', async () => {
    expect(await problemOf(tarpit().tcp!)).toBe(failed('it did not answer in time'));
    expect(await problemOf((socket) => socket.destroy())).toBe(failed('it ended the connection without an answer'));
    expect(await problemOf((socket) => void socket.end(Buffer.from([0, 255, 1, 2, 3])))).toBe(
      failed('its answer is not HTTP'),
    );
    expect(await problemOf(answering('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'))).toBe(
      failed('it answered with HTTP status 404'),
    );
    expect(await problemOf(answering(`${ok}<root/>`))).toBe(failed('it describes no device'));
    expect(await problemOf(answering(`${ok}`))).toBe(failed('it is empty'));
  });

  test.each([1, 40, 200, Infinity])(
    'that tells a length which is %s bytes too short is read to its end',
    async (less) => {
      const shape = GATEWAY_SHAPES.box;
      const control = await gateway({ shape, mappings: [mapping()] });
      const port = new URL(control.location).port;
      const path = shape.services[0]!.controlPath;
      const type = shape.services[0]!.type;
      const text =
        '<root><device><modelName>Short</modelName><serviceList><service>' +
        `<serviceType>${type}</serviceType><controlURL>http://127.0.0.1:${port}${path}</controlURL></service></serviceList>` +
        `<presentationURL>${'x'.repeat(200)}</presentationURL></device></root>`;
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${Math.max(0, text.length - less)}\r\n\r\n`;
      const location = `http://127.0.0.1:${await listen(answering(head + text))}/`;
      const { device, connections, problems, notes } = await read({ answers: naming(location) });
      expect(device?.modelName).toBe('Short');
      expect(connections[0]).toMatchObject({ mappings: [mapping()], list: { complete: true } });
      expect([problems, notes]).toEqual([[], undefined]);
    },
  );

  test('that ends in the midst is read as far as it goes, and told', async () => {
    const shape = GATEWAY_SHAPES.box;
    const cut = (services: string) => `<root><device><modelName>Cut</modelName><serviceList>${services}`;
    const lab = await gateway({ shape: { ...shape, describe: cut }, mappings: [mapping()] });
    const { device, connections, problems } = await readLab(lab);
    expect(device?.modelName).toBe('Cut');
    expect(connections[0]).toMatchObject({ mappings: [mapping()], list: { complete: true } });
    expect(problems).toEqual([`Its description at ${lab.location} has no end: there may be more in it than was read.`]);
  });

  test('on a closed port', async () => {
    const port = await listen(() => undefined);
    const listener = await listenTcp('127.0.0.1', 0, () => undefined);
    await listener.stop();
    const { problems } = await read({ answers: naming(`http://127.0.0.1:${listener.port}/`) });
    expect(port).not.toBe(listener.port);
    expect(problems[0]).toMatch(/: it refused the connection to port \d+\.$/);
  });

  test('with a hundred connections: eight of them are read', async () => {
    const services = Array.from({ length: 100 }, (_, n) => ({
      ...GATEWAY_SHAPES.box.services[0]!,
      controlPath: `/c${n}`,
    }));
    const lab = await gateway({ shape: { ...GATEWAY_SHAPES.box, services } });
    const { connections, problems } = await readLab(lab);
    expect(connections).toHaveLength(8);
    expect(problems).toEqual(['It names 64 WAN connections; 8 of them were read.']);
  });
});

describe('control elsewhere', () => {
  const at = (controlPath: string) => {
    const shape = GATEWAY_SHAPES.box;
    return gateway({ shape: { ...shape, services: [{ ...shape.services[0]!, controlPath }] } });
  };

  test.each(['127.0.0.2', '10.1.2.3', '[::1]', '0.0.0.0', 'router.lan'])(
    'at %s: the gateway itself is asked',
    async (host) => {
      const stranger = await startStranger();
      const shape = GATEWAY_SHAPES.box;
      const path = shape.services[0]!.controlPath;
      const plain = await gateway({ shape, mappings: [mapping()] });
      const port = new URL(plain.location).port;
      const { connections, problems, notes } = await readLab(await at(`http://${host}:${port}${path}`));
      expect(connections[0]).toMatchObject({ mappings: [mapping()], list: { complete: true } });
      expect(problems).toEqual([]);
      expect(notes).toEqual([
        `WANIPConnection:1: it takes requests at http://${host}:${port}${path}. Its own address was asked instead, port ${port}, by HTTP.`,
      ]);
      expect(stranger.met()).toBe(0);
    },
  );

  test('by URLBase at another host', async () => {
    const shape = {
      ...GATEWAY_SHAPES.old,
      describe: (services: string, base: string) =>
        GATEWAY_SHAPES.old.describe(services, base.replace('127.0.0.1', '192.168.99.1')),
    };
    const { connections, problems } = await readLab(await gateway({ shape, mappings: [mapping()] }));
    expect(connections[0]).toMatchObject({ mappings: [mapping()], list: { complete: true } });
    expect(problems).toEqual([]);
  });

  test.each(['', 'javascript:alert(1)', 'http://127.0.0.1:0/'])('is no address: %j', async (path) => {
    const { connections, problems } = await readLab(await at(path));
    expect(connections[0]?.list.complete).toBe(false);
    expect(problems).toEqual(['WANIPConnection:1: its description names no http address for requests.']);
  });

  test('that refuses', async () => {
    const listener = await listenTcp('127.0.0.1', 0, () => undefined);
    await listener.stop();
    const { connections, problems } = await readLab(await at(`http://127.0.0.1:${listener.port}/`));
    const why = `it refused the connection to port ${listener.port}`;
    expect(connections[0]?.list).toEqual({ complete: false, why });
    expect(problems).toEqual([`WANIPConnection:1: ${why}.`]);
  });

  test('that ends kept connections is asked again, once for each', async () => {
    const lab = await gateway({ shape: 'box', mappings: [mapping()] });
    // Keeps the connection in word, and resets it before the next request.
    const port = await listen((socket) => {
      let asked = 0;
      readRequests(socket, ({ head, body }) => {
        if (++asked > 1) return void socket.destroy();
        const action = /#(\w+)"/.exec(head)?.[1] ?? '';
        const more = body.includes('>0<') || action !== 'GetGenericPortMappingEntry';
        const inside = more
          ? `<u:${action}Response><NewExternalPort>1</NewExternalPort><NewInternalPort>1</NewInternalPort>` +
            `<NewProtocol>TCP</NewProtocol><NewInternalClient>192.168.1.5</NewInternalClient></u:${action}Response>`
          : '<s:Fault><detail><errorCode>713</errorCode></detail></s:Fault>';
        const text = `<s:Envelope><s:Body>${inside}</s:Body></s:Envelope>`;
        socket.write(`HTTP/1.1 ${more ? 200 : 500} X\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
      });
    });
    const shape = {
      ...GATEWAY_SHAPES.box,
      services: [{ ...GATEWAY_SHAPES.box.services[0]!, controlPath: `http://127.0.0.1:${port}/` }],
    };
    expect(lab.requests).toEqual([]);
    const { connections } = await readLab(await gateway({ shape }));
    expect(connections[0]).toMatchObject({ list: { complete: true }, mappings: [{ externalPort: 1 }] });
  });
});

describe('a mapping table', () => {
  const engine = () => startEngine({ answerMs: 2_000 });

  test('that never ends', async () => {
    const lab = await gateway({ shape: 'box', mappings: (index) => mapping({ externalPort: index + 1 }) });
    const { connections } = await readLab(lab, { engine: engine() });
    expect(connections[0]?.mappings).toHaveLength(1_024);
    expect(connections[0]?.list).toEqual({ complete: false, why: 'it has more than 1024 entries' });
  });

  test.each([1, 3])('that repeats %i entries for ever', async (cycle) => {
    const lab = await gateway({
      shape: 'box',
      mappings: (index) => mapping({ externalPort: 1 + (index % cycle), leaseSeconds: 9_999 - index }),
    });
    const { connections } = await readLab(lab, { engine: engine() });
    expect(connections[0]?.mappings).toHaveLength(cycle);
    expect(connections[0]?.list).toEqual({
      complete: false,
      why: 'its last 32 entries added nothing new, and it did not end',
    });
    expect(lab.requests.length).toBeLessThan(50);
  });

  test('with entries that cannot be read', async () => {
    const bad = [mapping({ externalPort: 70_000 }), mapping(), mapping({ transport: 'sctp' as 'tcp' })];
    const { connections } = await readLab(await gateway({ shape: 'box', mappings: bad }));
    expect(connections[0]?.mappings).toEqual([mapping()]);
    expect(connections[0]?.list).toEqual({ complete: false, why: '2 of the entries could not be read' });
  });

  test('with place holders and duplicates', async () => {
    const holder = mapping({ internalClient: '', enabled: false, externalPort: 0, internalPort: 0 });
    const lab = await gateway({ shape: 'box', mappings: [holder, mapping(), mapping(), holder] });
    const { connections } = await readLab(lab);
    expect(connections[0]).toMatchObject({ mappings: [mapping()], list: { complete: true } });
  });
});

test('an external address that is none', async () => {
  const { connections, problems } = await readLab(await gateway({ shape: 'box', externalAddress: '<script>' }));
  expect(connections[0]?.externalAddress).toBeNull();
  expect(problems).toEqual(['WANIPConnection:1: what it gives as its external address is not an address.']);
});
