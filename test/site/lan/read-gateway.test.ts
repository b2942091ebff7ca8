import { describe, expect, test } from '@jest/globals';
import { igd } from '../../lab-sites/servers/igd.js';
import { GATEWAY_SHAPES } from '../../lab-sites/servers/igd-shapes.js';
import { stopAfterEach } from '../../lab-sites/running.js';
import { startEngine } from '../../net/start-engine.js';
import { gateway, listen, mapping, naming, read, readLab } from './gateways.js';

stopAfterEach();

const TABLE = [
  mapping(),
  mapping({ transport: 'tcp', externalPort: 8080, internalPort: 80, description: 'Tom & "Jerry" <1>' }),
  mapping({ externalPort: 0, internalPort: 0, enabled: false, remoteHost: '203.0.113.9', leaseSeconds: 3600 }),
];
const WHOLE = { complete: true, why: null };

describe('families of gateways', () => {
  test('version 1, UTF-8, one kept connection', async () => {
    const lab = await gateway({ shape: 'box', mappings: TABLE });
    expect(await readLab(lab)).toEqual({
      address: '127.0.0.1',
      interface: 'lo',
      isDefault: true,
      answers: lab.answers,
      device: {
        deviceType: 'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
        friendlyName: 'Heimbox Küche',
        manufacturer: 'Lab Büro',
        modelName: 'Heimbox 7',
        modelNumber: 'lab',
      },
      connections: [
        {
          serviceType: 'urn:schemas-upnp-org:service:WANIPConnection:1',
          status: 'Connected',
          uptimeSeconds: 86_400,
          externalAddress: '203.0.113.20',
          mappings: TABLE,
          list: WHOLE,
        },
      ],
      natPmp: null,
      pcp: null,
      problems: [],
    });
  });

  test('version 2: its list adds what the table leaves out, and nothing twice', async () => {
    const hidden = mapping({ transport: 'tcp', externalPort: 443, internalClient: '192.168.1.77' });
    const lab = await gateway({ shape: 'open', mappings: TABLE, listed: [...TABLE, hidden, hidden] });
    const { connections, problems } = await readLab(lab);
    expect(connections[0]).toMatchObject({ mappings: [...TABLE, hidden], list: WHOLE });
    expect(problems).toEqual([]);
  });

  test('a PPP connection that is down beside an IP connection; Latin-1, chunks, faults with 200', async () => {
    const lab = await gateway({ shape: 'provider', mappings: TABLE });
    const { device, connections, problems } = await readLab(lab);
    expect(device).toMatchObject({ friendlyName: 'Télébox', manufacturer: 'Fournisseur & Cie', modelNumber: null });
    expect(connections).toEqual([
      {
        serviceType: 'urn:schemas-upnp-org:service:WANPPPConnection:1',
        status: 'Disconnected',
        uptimeSeconds: 0,
        externalAddress: null,
        mappings: [],
        list: WHOLE,
      },
      expect.objectContaining({
        status: 'Connected',
        externalAddress: '203.0.113.20',
        mappings: TABLE.map((entry) => ({ ...entry, remoteHost: null, leaseSeconds: null })),
        list: WHOLE,
      }),
    ]);
    expect(problems).toEqual([]);
  });

  test('an old router: URLBase with another port, HTTP/1.0, small letters and words', async () => {
    const lab = await gateway({ shape: 'old', mappings: TABLE });
    const { device, connections, problems } = await readLab(lab);
    expect(device?.modelName).toBe('R 54');
    expect(connections[0]).toMatchObject({ mappings: TABLE, list: WHOLE });
    expect(problems).toEqual([]);
  });

  test('an empty table is complete, and no more than that', async () => {
    const { connections } = await readLab(await gateway({ shape: 'box' }));
    expect(connections[0]).toMatchObject({ mappings: [], list: WHOLE });
  });

  test.each(Object.keys(GATEWAY_SHAPES) as (keyof typeof GATEWAY_SHAPES)[])('%s is only read', async (shape) => {
    const lab = await gateway({ shape, mappings: TABLE, portControl: 'pcp' });
    await readLab(lab);
    const asked = new Set(lab.requests);
    expect([...asked].filter((request) => !/^(?:GET description|POST Get\w+)$/.test(request))).toEqual([]);
    expect(asked).toContain('POST GetGenericPortMappingEntry');
    expect(asked.has('POST GetListOfPortMappings')).toBe(shape === 'open');
  });
});

describe('NAT-PMP and PCP', () => {
  test('both on one port', async () => {
    const lab = await gateway({ shape: 'box', portControl: 'pcp' });
    const { natPmp, pcp, problems } = await readLab(lab);
    expect(natPmp).toMatchObject({ version: 0, result: 0, externalAddress: '203.0.113.20' });
    expect(pcp).toEqual({ version: 2, result: 0, epoch: 4711 });
    expect(problems).toEqual([]);
  });

  test('NAT-PMP alone is no PCP', async () => {
    const { natPmp, pcp } = await readLab(await gateway({ shape: 'box', portControl: 'nat-pmp' }));
    expect(natPmp).toMatchObject({ externalAddress: '203.0.113.20' });
    expect(pcp).toBeNull();
  });
});

test('a gateway that says nothing is empty, without problems', async () => {
  expect(await read({})).toEqual({
    address: '127.0.0.1',
    interface: 'lo',
    isDefault: true,
    answers: [],
    device: null,
    connections: [],
    natPmp: null,
    pcp: null,
    problems: [],
  });
});

test('several descriptions: the router is told, connections are read once', async () => {
  const [one, two] = [await gateway({ shape: 'box', mappings: TABLE }), await gateway({ shape: 'old' })];
  const answers = [...naming(two.location, one.location, two.location), ...one.answers, ...one.answers];
  const { device, connections, problems } = await readLab(one, { answers });
  // What names itself a gateway comes first.
  expect(device?.modelName).toBe('Heimbox 7');
  expect(connections).toHaveLength(2);
  expect(connections[0]?.mappings).toEqual(TABLE);
  expect(problems).toEqual([]);
  expect(one.requests.filter((request) => request === 'GET description')).toHaveLength(1);
});

test('no more than four descriptions are read', async () => {
  const lab = await gateway({ shape: 'box' });
  const answers = naming(...[1, 2, 3, 4, 5].map((n) => `${lab.location}?${n}`));
  const { problems } = await readLab(lab, { answers });
  expect(problems[0]).toBe('It names 5 descriptions; 4 of them were read.');
  expect(lab.requests).toHaveLength(4);
});

test('over IPv6', async () => {
  const lab = await gateway({ shape: 'old', mappings: TABLE, address: '::1' });
  const { connections, problems } = await readLab(lab);
  expect(connections[0]).toMatchObject({ mappings: TABLE, list: WHOLE });
  expect(problems).toEqual([]);
});

test.each([
  ['box', 2],
  ['open', 10],
] as const)('%s: a connection is used again where it stays open', async (name, wanted) => {
  let connections = 0;
  const shape = GATEWAY_SHAPES[name];
  const server = igd({
    shape,
    mappings: TABLE,
    externalAddress: '203.0.113.20',
    controlBase: () => '',
    onRequest: () => undefined,
  });
  const port = await listen((socket) => (connections++, server.tcp!(socket)));
  const { problems } = await read({ answers: naming(`http://127.0.0.1:${port}${shape.descriptionPath}`) });
  expect([problems, connections]).toEqual([[], wanted]);
});

describe('the end', () => {
  test('by the signal: at once, with what there is', async () => {
    const lab = await gateway({ shape: 'box', delayMs: 40, mappings: (index) => mapping({ externalPort: index + 1 }) });
    const cut = new AbortController();
    setTimeout(() => cut.abort(), 600);
    const { device, connections, problems } = await readLab(lab, { signal: cut.signal, engine: startEngine() });
    expect(device).not.toBeNull();
    expect(connections[0]?.status).toBe('Connected');
    expect(connections[0]?.mappings.length).toBeGreaterThan(1);
    expect(connections[0]?.list).toMatchObject({ complete: false, why: expect.stringMatching(/it was cut off$/) });
    expect(problems).toEqual([]);
    const asked = lab.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lab.requests.length).toBeLessThanOrEqual(asked + 1);
  });

  test('by a signal that has come already', async () => {
    const lab = await gateway({ shape: 'box' });
    const { device, problems } = await readLab(lab, { signal: AbortSignal.abort() });
    expect(device).toBeNull();
    expect(problems).toEqual([
      `Its description at ${lab.location} could not be read: it was cut off.`,
      'The questions to NAT-PMP and PCP were not finished: it was cut off.',
    ]);
    expect(lab.requests).toEqual([]);
  });

  test('by time', async () => {
    const lab = await gateway({
      shape: 'open',
      delayMs: 100,
      mappings: (index) => mapping({ externalPort: index + 1 }),
    });
    const { connections } = await readLab(lab, { totalMs: 1_000, engine: startEngine() });
    expect(connections[0]?.mappings.length).toBeGreaterThan(1);
    expect(connections[0]?.list.why).toMatch(/it took longer than 1 s in total$/);
  });

  test('with the engine that is cut off', async () => {
    const engine = startEngine();
    const lab = await gateway({ shape: 'box', delayMs: 200, portControl: 'pcp' });
    setTimeout(() => engine.cutOff(), 300);
    const { problems } = await readLab(lab, { engine });
    expect(problems.length).toBeGreaterThan(0);
  });
});
