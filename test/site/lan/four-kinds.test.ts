import { describe, expect, test } from '@jest/globals';
import type { TcpBehaviour } from '../../../src/lab/lab-server.js';
import type { SsdpFound } from '../../../src/model/lan.js';
import { readRequests } from '../../lab-sites/read-requests.js';
import { stopAfterEach } from '../../lab-sites/running.js';
import { GATEWAY_SHAPES } from '../../lab-sites/servers/igd-shapes.js';
import { gateway, listen, mapping, naming, read, readLab } from './gateways.js';

/* What could not be read is a doubt; what needs a password, offers nothing, or is not worth reading, is not. */

stopAfterEach();

const answering =
  (text: string): TcpBehaviour =>
  (socket) =>
    readRequests(socket, () => void (socket.writable && socket.end(text)));
const status = (code: number) => answering(`HTTP/1.1 ${code} No\r\nContent-Length: 4\r\n\r\nNope`);
const WAN = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const TR064 = 'urn:dslforum-org:service:WANPPPConnection:1';

/** A description with these connections, each of a type and a control URL, served at a port. */
async function describeServices(...services: readonly (readonly [type: string, url: string])[]): Promise<string> {
  const list = services.map(
    ([type, url]) => `<service><serviceType>${type}</serviceType><controlURL>${url}</controlURL></service>`,
  );
  const text =
    '<root><device><deviceType>urn:dslforum-org:device:InternetGatewayDevice:1</deviceType><modelName>Box</modelName>' +
    `<serviceList>${list.join('')}</serviceList></device></root>`;
  const port = await listen(answering(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`));
  return `http://127.0.0.1:${port}/tr64desc.xml`;
}

describe('a connection that needs a password', () => {
  test.each([401, 403])('for every call (%i) is noted, and no problem', async (code) => {
    const port = await listen(status(code));
    const { connections, problems, notes } = await read({
      answers: naming(await describeServices([TR064, `http://127.0.0.1:${port}/upnp/control/wanpppconn1`])),
    });
    expect(connections).toEqual([
      {
        serviceType: TR064,
        status: null,
        uptimeSeconds: null,
        externalAddress: null,
        mappings: [],
        list: { complete: false, why: 'it answers that it needs a password' },
        needsPassword: true,
      },
    ]);
    expect(problems).toEqual([]);
    expect(notes).toEqual(['WANPPPConnection:1: it answers that it needs a password.']);
  });

  test('for every call by error 606 of UPnP is the same', async () => {
    const fault = '<Fault><detail><UPnPError><errorCode>606</errorCode></UPnPError></detail></Fault>';
    const text = `HTTP/1.1 500 No\r\nContent-Length: ${fault.length}\r\n\r\n${fault}`;
    const port = await listen(answering(text));
    const answers = naming(await describeServices([WAN, `http://127.0.0.1:${port}/`]));
    const { connections, problems, notes } = await read({ answers });
    expect(connections).toMatchObject([{ needsPassword: true, mappings: [] }]);
    expect(problems).toEqual([]);
    expect(notes).toEqual(['WANIPConnection:1: it answers that it needs a password.']);
  });

  test('leaves the list of another complete', async () => {
    const port = await listen(status(401));
    const lab = await gateway({ shape: 'box', mappings: [mapping()] });
    const control = `http://127.0.0.1:${port}/`;
    const answers = [...lab.answers, ...naming(await describeServices([TR064, control]))];
    const { connections, problems } = await readLab(lab, { answers });
    expect(connections).toMatchObject([
      { mappings: [mapping()], list: { complete: true } },
      { needsPassword: true, list: { complete: false } },
    ]);
    expect(problems).toEqual([]);
  });

  test('for all calls but one could not be read', async () => {
    const port = await listen((socket) =>
      readRequests(socket, ({ head }) => {
        const code = head.includes('GetStatusInfo') ? 500 : 401;
        socket.end(`HTTP/1.1 ${code} No\r\nContent-Length: 0\r\n\r\n`);
      }),
    );
    const { connections, problems } = await read({
      answers: naming(await describeServices([WAN, `http://127.0.0.1:${port}/`])),
    });
    expect(connections[0]?.needsPassword).toBeUndefined();
    expect(connections[0]?.list).toEqual({
      complete: false,
      why: 'entry 0 could not be read: it answered with HTTP status 401',
    });
    expect(problems).toHaveLength(2);
  });

  test('is not told by its name: a dslforum type that answers is read', async () => {
    const shape = GATEWAY_SHAPES.box;
    const type = 'urn:dslforum-org:service:WANIPConnection:1';
    const lab = await gateway({
      shape: { ...shape, services: [{ ...shape.services[0]!, type }] },
      mappings: [mapping()],
    });
    const { connections } = await readLab(lab);
    expect(connections).toMatchObject([{ serviceType: type, mappings: [mapping()], list: { complete: true } }]);
  });
});

test('a description that offers no connection is read, without a problem', async () => {
  const { device, connections, problems, notes } = await read({ answers: naming(await describeServices()) });
  expect([device?.modelName, connections, problems, notes]).toEqual(['Box', [], [], undefined]);
});

test('a gateway that names a description of another device alone is not read', async () => {
  const answer = naming(await describeServices())[0]!;
  const nameless = { ...answer, st: 'urn:schemas-upnp-org:device:InternetGatewayDevice:1', location: '' };
  const { device, connections, problems } = await read({ answers: [nameless, answer] });
  expect([device?.modelName, connections]).toEqual(['Box', []]);
  expect(problems).toEqual([
    'It answers as an Internet gateway but names no description of one, so its mappings may not be known.',
  ]);
});

describe('descriptions beyond the fourth', () => {
  const of = (type: string, location: string): SsdpFound => ({
    ...naming(location)[0]!,
    st: type,
    usn: `uuid:1::${type}`,
  });
  const MEDIA = 'urn:schemas-upnp-org:device:MediaServer:1';
  const SAT = 'urn:ses-com:device:SatIPServer:1';

  test('are no doubt if they are of other devices, and gateways come first', async () => {
    const location = await describeServices();
    const at = (n: number) => `${location}?${n}`;
    const answers = [
      of(MEDIA, at(1)),
      of(SAT, at(2)),
      ...naming(at(3), at(4)),
      of('urn:schemas-upnp-org:device:InternetGatewayDevice:1', at(5)),
      // The same by a type that tells nothing.
      ...naming(at(1), at(2)),
    ];
    const { device, problems, notes } = await read({ answers });
    expect(device?.modelName).toBe('Box');
    expect(problems).toEqual([]);
    expect(notes).toEqual([
      'It names 5 descriptions; 4 of them were read, as the others are of devices that are not gateways.',
    ]);
  });

  test('are one if they may be of a gateway', async () => {
    const lab = await gateway({ shape: 'box' });
    const answers = [1, 2, 3, 4, 5].map((n) =>
      of('urn:schemas-wifialliance-org:device:WFADevice:1', `${lab.location}?${n}`),
    );
    const { problems } = await readLab(lab, { answers });
    expect(problems).toContain('It names 5 descriptions; 4 of them were read.');
  });

  test('and a description of another device that cannot be read is none', async () => {
    const port = await listen(status(404));
    const { problems, notes } = await read({ answers: [of(MEDIA, `http://127.0.0.1:${port}/m.xml`)] });
    expect(problems).toEqual([]);
    expect(notes).toEqual([
      `Its description at http://127.0.0.1:${port}/m.xml could not be read: it answered with HTTP status 404.`,
    ]);
  });
});
