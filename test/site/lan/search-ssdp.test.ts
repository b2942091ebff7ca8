import { createSocket } from 'node:dgram';
import { describe, expect, test } from '@jest/globals';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { bindUdp } from '../../../src/net/sockets/udp-port.js';
import { renderSsdpAnswer, ssdp } from '../../../src/lab/servers/gateway.js';
import { searchSsdp } from '../../../src/site/lan/search-ssdp.js';
import { keep, startServer, stopAfterAll } from '../../lab-sites/running.js';
import { clock } from '../../net/start-engine.js';

stopAfterAll();

const LOCAL = '127.0.0.1';
// Loopback alone: what goes to a group needs a network.
const NOBODY = { interfaces: [], signal: new AbortController().signal };
const WAN = 'urn:schemas-upnp-org:service:WANIPConnection:1';

async function findFreePort(): Promise<number> {
  const socket = await bindUdp({ family: 4, port: 0 });
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

describe('a search for UPnP devices, host by host,', () => {
  test.concurrent('asks for gateways and for everything, twice, and tells each answer once', async () => {
    const heard: string[] = [];
    const { port } = keep(
      await listenUdp(LOCAL, 0, ({ data, reply }) => {
        const text = String(data);
        heard.push(/^ST: (.*)\r$/m.exec(text)![1]!);
        expect(text).toMatch(/^M-SEARCH \* HTTP\/1\.1\r\nHOST: 239\.255\.255\.250:1900\r\n/);
        expect(text).toMatch(/\r\nUSER-AGENT: sallyport\//);
        for (let copy = 0; copy < 3; copy++) {
          reply(renderSsdpAnswer({ target: WAN, usn: `uuid:x::${WAN}`, server: 'Lab', location: 'http://x/' }));
        }
      }),
    );
    const { value, ms } = await clock(() => searchSsdp({ ...NOBODY, hosts: [LOCAL], port }));
    expect(value.problems).toEqual([]);
    expect([...value.found]).toEqual([
      [LOCAL, [{ from: LOCAL, st: WAN, usn: `uuid:x::${WAN}`, server: 'Lab', location: 'http://x/' }]],
    ]);
    expect(heard).toHaveLength(14);
    const asked = heard.slice(0, 7);
    expect(heard.slice(7)).toEqual(asked);
    expect(asked).toEqual([
      'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
      'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
      WAN,
      'urn:schemas-upnp-org:service:WANIPConnection:2',
      'urn:schemas-upnp-org:service:WANPPPConnection:1',
      'upnp:rootdevice',
      'ssdp:all',
    ]);
    expect(ms).toBeGreaterThan(1_500);
  });

  test.concurrent('hears a gateway that takes its time, from another port', async () => {
    const port = await startServer(ssdp({ flavour: 'gateway', fromElsewhere: true, delayMs: 900 }));
    const { found } = await searchSsdp({ ...NOBODY, hosts: [LOCAL], port });
    expect(found.get(LOCAL)!.map(({ st }) => st)).toContain(WAN);
  });

  test.concurrent.each(['upnp:rootdevice', 'ssdp:all'])('hears one that answers %s alone, and late', async (target) => {
    const { port } = keep(
      await listenUdp(LOCAL, 0, ({ data, reply }) => {
        if (!String(data).includes(`ST: ${target}\r`)) return;
        const answer = renderSsdpAnswer({ target, usn: `uuid:x::${target}`, server: 'Lab', location: 'http://x/' });
        setTimeout(() => reply(answer), 2_000);
      }),
    );
    const { found } = await searchSsdp({ ...NOBODY, hosts: [LOCAL], port });
    expect(found.get(LOCAL)!.map(({ st }) => st)).toEqual([target]);
  });

  test.concurrent('hears one that answers to the port of SSDP, and no one else there', async () => {
    const hearAt = await findFreePort();
    const server = createSocket('udp4');
    const stranger = createSocket('udp4');
    for (const socket of [server, stranger]) keep({ stop: () => Promise.resolve(void socket.close()) });
    await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.9', resolve));
    await new Promise<void>((resolve) => server.bind(0, LOCAL, resolve));
    const answer = renderSsdpAnswer({ target: WAN, usn: `uuid:x::${WAN}`, server: 'Lab', location: 'http://x/' });
    server.on('message', () => {
      server.send(answer, hearAt, LOCAL);
      stranger.send(answer, hearAt, LOCAL);
    });
    const { found } = await searchSsdp({ ...NOBODY, hosts: [LOCAL], port: server.address().port, hearAt });
    expect([...found.keys()]).toEqual([LOCAL]);
    expect(found.get(LOCAL)!.map(({ st }) => st)).toEqual([WAN]);
  });

  test.concurrent('groups by the sender, not by who was asked', async () => {
    const other = createSocket('udp4');
    keep({ stop: () => Promise.resolve(void other.close()) });
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.9', resolve));
    const text = renderSsdpAnswer({ target: WAN, usn: 'uuid:x', server: 'Lab', location: 'http://x/' });
    const { port } = keep(await listenUdp(LOCAL, 0, ({ from }) => other.send(text, from.port, from.address)));
    const { found } = await searchSsdp({ ...NOBODY, hosts: [LOCAL], port });
    expect([...found.keys()]).toEqual(['127.0.0.9']);
  });

  test.concurrent('takes nothing else for an answer', async () => {
    const { port } = keep(
      await listenUdp(LOCAL, 0, ({ data, reply }) => {
        reply(data);
        reply('NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nLOCATION: http://x/\r\n\r\n');
        reply('HTTP/1.1 404 Not Found\r\nST: x\r\n\r\n');
        reply(Buffer.alloc(60_000, 0xff));
      }),
    );
    const { found, problems } = await searchSsdp({ ...NOBODY, hosts: [LOCAL], port });
    expect([...found]).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('ends when it is told to', async () => {
    const value = await searchSsdp({ ...NOBODY, signal: AbortSignal.timeout(100), hosts: [LOCAL], port: 9 });
    expect(value).toEqual({ found: new Map(), problems: [] });
  });
});

test('an interface that is gone is our own trouble', async () => {
  const interfaces = [{ name: 'eth9', address: '192.0.2.1', prefixLength: 24 }];
  const { problems } = await searchSsdp({ ...NOBODY, interfaces, hosts: [], port: 1900 });
  expect(problems).toEqual([
    expect.stringMatching(/^the network of eth9 \(192\.0\.2\.1\) could not be searched: .*\(EADDRNOTAVAIL\)$/),
  ]);
});
