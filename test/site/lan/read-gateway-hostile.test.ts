import { describe, expect, test } from '@jest/globals';
import type { TcpBehaviour } from '../../../src/lab/lab-server.js';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { drip, tarpit, writeEndlessly } from '../../../src/lab/servers/hostile.js';
import { readRequests } from '../../lab-sites/read-requests.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { endlessBody } from '../../lab-sites/servers/endless-body.js';
import { giantHeaders } from '../../lab-sites/servers/giant-headers.js';
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

describe('a LOCATION is left alone', () => {
  test.each([
    (port: number) => `http://127.0.0.2:${port}/`,
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `http://127.0.0.1@127.0.0.2:${port}/`,
    (port: number) => `http://127.0.0.1.example.com:${port}/`,
    (port: number) => `https://127.0.0.1:${port}/`,
    () => 'file:///etc/passwd',
    () => 'http://127.0.0.1:0/',
    () => 'http://127.0.0.1:99999/',
    () => 'nonsense',
  ])('of another host or kind: %#', async (name) => {
    const stranger = await startStranger();
    const { device, problems } = await read({ answers: naming(name(stranger.port)) });
    expect(device).toBeNull();
    expect(problems).toEqual([expect.stringMatching(/^It names a description at .* It was not read/)]);
    expect(stranger.met()).toBe(0);
  });

  test('of which there are too many to tell them all', async () => {
    const answers = naming(...Array.from({ length: 32 }, (_, n) => `http://192.0.2.${n}/${'x'.repeat(400)}`));
    const { problems } = await read({ answers });
    expect(problems).toHaveLength(4);
  });

  test('that is missing', async () => {
    const [answer] = naming('');
    const { problems } = await read({ answers: [{ ...answer!, location: null }] });
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
    expect(await problemOf(drip({ text: `${ok}<root>${'<a/>'.repeat(999)}`, everyMs: 20 }).tcp!)).toBe(
      failed('its answer was cut off'),
    );
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

  test('is told, and not asked', async () => {
    const stranger = await startStranger();
    const { device, connections, problems } = await readLab(await at(`http://127.0.0.2:${stranger.port}/ctl`));
    expect(device).not.toBeNull();
    expect(connections).toEqual([expect.objectContaining({ status: null, mappings: [] })]);
    expect(connections[0]?.list).toMatchObject({ complete: false, why: expect.stringContaining('another machine') });
    expect(problems).toEqual([
      expect.stringMatching(/^WANIPConnection:1: its description sends requests to 127\.0\.0\.2/),
    ]);
    expect(stranger.met()).toBe(0);
  });

  test.each(['', 'https://127.0.0.1/ctl', 'javascript:alert(1)', 'http://127.0.0.1:0/'])(
    'is no address: %j',
    async (path) => {
      const { connections, problems } = await readLab(await at(path));
      expect(connections[0]?.list.complete).toBe(false);
      expect(problems).toEqual(['WANIPConnection:1: its description names no http address for requests.']);
    },
  );

  test('that refuses', async () => {
    const listener = await listenTcp('127.0.0.1', 0, () => undefined);
    await listener.stop();
    const { connections, problems } = await readLab(await at(`http://127.0.0.1:${listener.port}/`));
    const why = `it refused the connection to port ${listener.port}`;
    expect(connections[0]?.list).toEqual({ complete: false, why });
    expect(problems).toEqual([`WANIPConnection:1: ${why}.`]);
  });

  test('that wants a password', async () => {
    const port = await listen(answering('HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nNope'));
    const { connections, problems } = await readLab(await at(`http://127.0.0.1:${port}/`));
    expect(connections[0]?.list.why).toBe('entry 0 could not be read: it answered with HTTP status 401');
    expect(problems).toEqual([
      'WANIPConnection:1: its status could not be read: it answered with HTTP status 401.',
      'WANIPConnection:1: its external address could not be read: it answered with HTTP status 401.',
    ]);
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

  test.each([402, 501, 606, 714])('that ends with error %i', async (endCode) => {
    const { connections } = await readLab(await gateway({ shape: 'box', mappings: [mapping()], endCode }));
    expect(connections[0]?.mappings).toEqual([mapping()]);
    expect(connections[0]?.list).toEqual({
      complete: false,
      why: `entry 1 could not be read: it answered with error ${endCode} (Lab error), which is not the normal end (713)`,
    });
  });
});

test('an external address that is none', async () => {
  const { connections, problems } = await readLab(await gateway({ shape: 'box', externalAddress: '<script>' }));
  expect(connections[0]?.externalAddress).toBeNull();
  expect(problems).toEqual(['WANIPConnection:1: what it gives as its external address is not an address.']);
});
