import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deviceSchema, portMappingSchema } from '../../../src/model/lan.js';
import { parseHttpPlace, renderHttpPlace } from '../../../src/protocols/upnp/http-place.js';
import { parseDeviceDescription } from '../../../src/protocols/upnp/igd-description.js';
import { parseSoapAnswer, renderSoapCall } from '../../../src/protocols/upnp/soap.js';
import {
  askExternalAddress,
  askMapping,
  askMappingList,
  askMappingOf,
  askStatus,
  mappingKey,
  readExternalAddress,
  readMapping,
  readMappingList,
  readMappingOf,
  readStatus,
} from '../../../src/protocols/upnp/wan-connection.js';
import { parseXml, type XmlElement } from '../../../src/protocols/upnp/xml.js';
import { hostileBytes, mutated } from '../hostile.js';

const TYPE = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const LOCATION = parseHttpPlace('http://192.168.1.1:5000/dir/root.xml')!;
const element = (inside: string): XmlElement => {
  const result = parseXml(`<r>${inside}</r>`);
  if ('problem' in result) throw new Error(result.problem);
  return result.root;
};
const serviceOf = (type: string, url: string) =>
  `<serviceList><service><serviceType>${type}</serviceType><controlURL>${url}</controlURL></service></serviceList>`;
const describeDevice = (inside: string, before = '') => Buffer.from(`<root>${before}<device>${inside}</device></root>`);

describe('parseDeviceDescription', () => {
  const urlOf = (url: string, base = '') => {
    const result = parseDeviceDescription(describeDevice(serviceOf(TYPE, url), base), LOCATION);
    if (!('services' in result)) return result;
    const control = result.services[0]?.control;
    return control ? renderHttpPlace(control) : null;
  };

  test('finds the connection services at every depth, and no others', () => {
    const nested = [
      serviceOf('urn:schemas-upnp-org:service:Layer3Forwarding:1', '/l3'),
      serviceOf('urn:schemas-upnp-org:service:WANPPPConnection:1', '/ppp'),
      serviceOf('URN:schemas-upnp-org:service:wanipconnection:2', '/ip2'),
      serviceOf(`${TYPE}<x/>0`, '/no'),
    ].reduce((inner, list) => `${list}<deviceList><device>${inner}</device></deviceList>`, '');
    const result = parseDeviceDescription(describeDevice(nested), LOCATION);
    expect(result).toMatchObject({
      services: [
        { version: 10, control: { port: 5000, path: '/no' } },
        { serviceType: 'URN:schemas-upnp-org:service:wanipconnection:2', version: 2 },
        { version: 1, control: { host: '192.168.1.1', port: 5000, path: '/ppp' } },
      ],
    });
  });

  test.each<[string, string, number] | [string, null]>([
    ['WANIPConnection:1.0', 'urn:schemas-upnp-org:service:WANIPConnection:1.0', 1],
    ['WANIPConnection2', 'urn:schemas-upnp-org:service:WANIPConnection2', 2],
    ['WANIPConn:1', 'urn:schemas-upnp-org:service:WANIPConn:1', 1],
    ['WANPPPConn', 'urn:schemas-upnp-org:service:WANPPPConn', 1],
    ['WANIPv6FirewallControl:1', null],
    ['WANCommonInterfaceConfig:1', null],
    ['MyWANIPConnection:1', null],
    ['WANIPConnectionLog:1', null],
  ])('a service that is written %s', (written, serviceType, version = 1) => {
    const result = parseDeviceDescription(
      describeDevice(serviceOf(`urn:schemas-upnp-org:service:${written}`, '/c')),
      LOCATION,
    );
    expect(result).toMatchObject({ services: serviceType === null ? [] : [{ serviceType, version }] });
  });

  test('a service without a type, or with nothing in front of it', () => {
    const ofId = (id: string) =>
      `<serviceList><service><serviceId>${id}</serviceId><controlURL>/c</controlURL></service></serviceList>`;
    const inside = [
      ofId('urn:upnp-org:serviceId:WANPPPConn1'),
      ofId('urn:upnp-org:serviceId:WANCommonIFC1'),
      serviceOf('WANIPConnection:2', '/d'),
    ];
    expect(parseDeviceDescription(describeDevice(inside.join('')), LOCATION)).toMatchObject({
      services: [{ serviceType: 'urn:schemas-upnp-org:service:WANPPPConnection:1' }, { version: 2 }],
    });
  });

  test('resolves control URLs', () => {
    expect(urlOf('/ctl')).toBe('http://192.168.1.1:5000/ctl');
    expect(urlOf('ctl?a=b')).toBe('http://192.168.1.1:5000/dir/ctl?a=b');
    expect(urlOf('http://192.168.1.1:80/x')).toBe('http://192.168.1.1/x');
    expect(urlOf('ctl', '<URLBase>http://192.168.1.1:99/b/</URLBase>')).toBe('http://192.168.1.1:99/b/ctl');
    expect(urlOf('ctl', '<URLBase>nonsense:</URLBase>')).toBe('http://192.168.1.1:5000/dir/ctl');
    expect(urlOf('ctl', '<URLBase></URLBase>')).toBe('http://192.168.1.1:5000/dir/ctl');
    expect(urlOf('ctl', '<URLBase>http://10.0.0.9:99/b/</URLBase>')).toBe('http://10.0.0.9:99/b/ctl');
    expect(urlOf('http://[::1]:81/x')).toBe('http://[::1]:81/x');
    for (const bad of ['', 'javascript:1', 'http://', 'ftp://192.168.1.1/', 'http://h:0/', 'http://h:65536/'])
      expect(urlOf(bad)).toBeNull();
  });

  test('tells the facts of the root device, cut to their bounds', () => {
    const facts = `<friendlyName> ${'n'.repeat(500)}</friendlyName><modelName/><deviceType>t</deviceType><modelNumber>1</modelNumber>`;
    const inner = '<deviceList><device><manufacturer>inner</manufacturer></device></deviceList>';
    expect(parseDeviceDescription(describeDevice(facts + inner), LOCATION)).toMatchObject({
      device: { friendlyName: 'n'.repeat(128), modelName: null, deviceType: 't', modelNumber: '1', manufacturer: null },
    });
  });

  test('a type without a version is version 1', () => {
    const type = 'urn:dslforum-org:service:WANIPConnection';
    const result = parseDeviceDescription(describeDevice(serviceOf(type, '/c')), LOCATION);
    expect(result).toMatchObject({ services: [{ serviceType: type, version: 1 }] });
  });

  test('bounds the services', () => {
    const one = `<service><serviceType>${TYPE}</serviceType><controlURL>/c</controlURL></service>`;
    const result = parseDeviceDescription(describeDevice(`<serviceList>${one.repeat(500)}</serviceList>`), LOCATION);
    expect('services' in result && result.services).toHaveLength(64);
  });

  describe('takes what is needed out of what is not well-formed', () => {
    const service = serviceOf(TYPE, '/ctl');
    const facts = '<deviceType>urn:x:device:InternetGatewayDevice:1</deviceType><modelName>M</modelName>';
    const inner = `<deviceList><device>${service}</device></deviceList>`;
    const good = `<root><device>${facts}${inner}</device></root>`;
    const wfa = '<device><deviceType>urn:schemas-wifialliance-org:device:WFADevice:1</deviceType></device>';
    const parse = (source: string | Buffer) => parseDeviceDescription(Buffer.from(source as string), LOCATION);
    const found = {
      device: { modelName: 'M' },
      services: [{ serviceType: TYPE, control: { port: 5000, path: '/ctl' } }],
    };

    test('if it is well-formed, nothing is taken out', () => {
      expect(parse(good)).toMatchObject({ ...found, loose: null, isCut: false });
      expect(parse(Buffer.from(good, 'utf16le'))).toMatchObject({ ...found, loose: null });
      expect(parse(gzipSync(good))).toMatchObject({ ...found, loose: null });
      expect(parse(`<root>${wfa}<device>${facts}${inner}</device></root>`)).toMatchObject({ ...found, loose: null });
    });

    test.each([
      good.replace('</modelName>', ''),
      good.replace('</modelName>', '</modelname2>'),
      good.replace('</service>', ''),
      good.replace('</serviceList>', '</services>'),
      good.replace('<device>', '<device><!-- a -- b -->'),
      good.replace('<root>', '<root a=1 a=1 b>'),
      good.replace('<device>', '<?xml version="1.0"?><device>'),
      good.replace('M<', 'M\x03<'),
      `<!DOCTYPE root>${good}`,
      `<root>${wfa}</root>${good}`,
    ])('%#', (source) => {
      expect(parse(source)).toMatchObject({ ...found, loose: expect.any(String), isCut: false });
    });

    test('one without an end may have more in it', () => {
      expect(parse(good.slice(0, good.indexOf('</device>')))).toMatchObject({ ...found, isCut: true });
    });

    test('one that is not well-formed and tells of no connection is not read', () => {
      expect(parse(`<root><device>${facts}`)).toEqual({
        problem: expect.stringMatching(/^it is not well-formed: /),
        isCut: true,
      });
    });
  });

  const valid = describeDevice(
    `<friendlyName>x</friendlyName>${serviceOf(TYPE, '/ctl')}`,
    '<URLBase>http://h/</URLBase>',
  );
  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(hostileBytes('<root><device>'), mutated(valid)), (bytes) => {
        const result = parseDeviceDescription(bytes, LOCATION);
        if ('device' in result) deviceSchema.parse(result.device);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('renderSoapCall', () => {
  test('as the architecture wants it', () => {
    const { headers, body } = renderSoapCall(askMapping(TYPE, 7));
    expect(headers).toEqual([
      ['Content-Type', 'text/xml; charset="utf-8"'],
      ['SOAPAction', `"${TYPE}#GetGenericPortMappingEntry"`],
    ]);
    expect(parseXml(body)).toMatchObject({
      root: {
        name: 'Envelope',
        children: [
          {
            name: 'Body',
            children: [{ name: 'GetGenericPortMappingEntry', children: [{ name: 'NewPortMappingIndex', text: '7' }] }],
          },
        ],
      },
    });
  });

  test('every question only reads', () => {
    const endpoint = { transport: 'tcp', port: 80 } as const;
    const calls = [
      ...[askStatus(TYPE), askExternalAddress(TYPE), askMapping(TYPE, 0)],
      ...[askMappingList(TYPE, 'udp'), askMappingOf(TYPE, endpoint)],
    ];
    for (const { action } of calls) expect(action).toMatch(/^Get/);
  });

  test('cannot be broken out of', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (type, value) => {
        const serviceType = `urn:"\r\nX: 1<>&${type}`;
        const { headers, body } = renderSoapCall({ serviceType, action: 'Get', arguments: [['A', value]] });
        expect(headers[1]![1]).toMatch(/^"[^"\r\n]*#Get"$/);
        const result = parseXml(body);
        // A control character makes it no XML, but never other XML.
        if ('root' in result) expect(result.root.children[0]?.children[0]?.children[0]?.text).toBe(value.trim());
      }),
    );
  });
});

describe('parseSoapAnswer', () => {
  const parse = (text: string) => parseSoapAnswer(Buffer.from(text), 'GetX');
  const envelope = (inside: string) => `<s:Envelope><s:Body>${inside}</s:Body></s:Envelope>`;

  test('finds results and faults, with whatever prefixes', () => {
    expect(parse(envelope('<u:GetXResponse><A>1</A></u:GetXResponse>'))).toMatchObject({
      results: { children: [{ text: '1' }] },
      loose: false,
    });
    expect(parse('<Envelope xmlns="y"><Body><m:getxresponse/></Body></Envelope>')).toHaveProperty('results');
    const fault =
      '<detail><UPnPError><errorCode> 713 </errorCode><errorDescription>End</errorDescription></UPnPError></detail>';
    const read = { fault: { code: 713, description: 'End' } };
    expect(parse(envelope(`<s:Fault><faultcode>s:Client</faultcode>${fault}</s:Fault>`))).toEqual(read);
    expect(parse(envelope(fault))).toEqual(read);
    expect(parse(fault)).toEqual(read);
  });

  test('a fault without a number', () => {
    expect(parse(envelope('<Fault><faultstring>no</faultstring></Fault>'))).toEqual({
      fault: { code: null, description: null },
    });
    expect(parse(envelope('<Fault><errorCode>7x</errorCode></Fault>'))).toMatchObject({ fault: { code: null } });
  });

  test('out of what is not well-formed', () => {
    expect(parse(envelope('<u:GetXResponse><NewA>1 <3 2</NewA><NewB>2</u:GetXResponse>'))).toMatchObject({
      results: { children: [{ text: '1 <3 2' }, { name: 'NewB', text: '2' }] },
      loose: true,
    });
    const fault =
      '<s:Fault><detail><errorCode>714</errorCode><errorDescription>a < b</errorDescription></detail></s:Fault>';
    expect(parse(envelope(fault))).toEqual({ fault: { code: 714, description: 'a < b' } });
  });

  test('what is neither', () => {
    expect(parse(envelope('<u:GetYResponse/>'))).toEqual({ problem: 'it is neither an answer to GetX nor an error' });
    expect(parse('<html>')).toHaveProperty('problem');
  });

  test('survives any bytes', () => {
    const valid = Buffer.from(envelope('<Fault><detail><errorCode>713</errorCode></detail></Fault>'));
    fc.assert(
      fc.property(fc.oneof(hostileBytes('<Envelope><Body>'), mutated(valid)), (bytes) => {
        const answer = parseSoapAnswer(bytes, 'GetX');
        if ('fault' in answer) expect(answer.fault.description?.length ?? 0).toBeLessThanOrEqual(64);
      }),
      { numRuns: 2000 },
    );
  });
});

test('status and external address', () => {
  expect(readStatus(element('<NewConnectionStatus>Connected</NewConnectionStatus><NewUptime>12</NewUptime>'))).toEqual({
    status: 'Connected',
    uptimeSeconds: 12,
  });
  expect(readStatus(element('<NewUptime>-1</NewUptime>'))).toEqual({ status: null, uptimeSeconds: null });
  const address = (text: string) =>
    readExternalAddress(element(`<NewExternalIPAddress>${text}</NewExternalIPAddress>`));
  expect(address('203.0.113.5')).toBe('203.0.113.5');
  expect([address(''), address('0.0.0.0')]).toEqual([null, null]);
  expect(readExternalAddress(element(''))).toBeNull();
  expect([address('none'), address('203.0.113')]).toEqual([undefined, undefined]);
});

const ENTRY: Readonly<Record<string, string>> = {
  NewRemoteHost: '',
  NewExternalPort: '8080',
  NewProtocol: 'TCP',
  NewInternalPort: '80',
  NewInternalClient: '192.168.1.10',
  NewEnabled: '1',
  NewPortMappingDescription: 'web',
  NewLeaseDuration: '0',
};
const entry = (changes: Readonly<Record<string, string | null>> = {}) =>
  element(
    Object.entries({ ...ENTRY, ...changes })
      .map(([name, value]) => (value === null ? '' : `<${name}>${value}</${name}>`))
      .join(''),
  );
const READ = {
  transport: 'tcp',
  externalPort: 8080,
  remoteHost: null,
  internalClient: '192.168.1.10',
  internalPort: 80,
  enabled: true,
  description: 'web',
  leaseSeconds: 0,
};

/** The mappings of an entry that can be read for certain. */
function readPlain(entry: XmlElement) {
  const { mappings, isPlain } = readMapping(entry);
  return isPlain ? mappings : undefined;
}

describe('readMapping', () => {
  test('an entry as it should be', () => expect(readPlain(entry())).toEqual([READ]));

  test.each<[Record<string, string | null>, object]>([
    [{ NewProtocol: 'udp' }, { transport: 'udp' }],
    [{ NewRemoteHost: '*' }, { remoteHost: null }],
    [{ NewRemoteHost: '0.0.0.0' }, { remoteHost: null }],
    [{ NewRemoteHost: null }, { remoteHost: null }],
    [{ NewRemoteHost: '203.0.113.9' }, { remoteHost: '203.0.113.9' }],
    [{ NewEnabled: 'true' }, { enabled: true }],
    [{ NewEnabled: 'Yes' }, { enabled: true }],
    [{ NewEnabled: null }, { enabled: true }],
    [{ NewEnabled: 'No' }, { enabled: false }],
    [{ NewEnabled: '0' }, { enabled: false }],
    [{ NewLeaseDuration: null }, { leaseSeconds: null }],
    [{ NewLeaseDuration: 'x' }, { leaseSeconds: null }],
    [{ NewPortMappingDescription: null }, { description: '' }],
    [{ NewPortMappingDescription: 'd'.repeat(300) }, { description: 'd'.repeat(256) }],
    [{ NewExternalPort: '0' }, { externalPort: 0 }],
    [{ NewInternalClient: '' }, { internalClient: '' }],
  ])('%j', (changes, read) => expect(readPlain(entry(changes))).toEqual([{ ...READ, ...read }]));

  test('both transports in one', () => {
    for (const both of ['TCP/UDP', 'BOTH', 'udp,tcp', 'TCP+UDP', 'ALL', 'any', '*', '', '6/17', null]) {
      expect(
        readPlain(entry({ NewProtocol: both }))
          ?.map(({ transport }) => transport)
          .sort(),
      ).toEqual(['tcp', 'udp']);
    }
  });

  test.each<[string, readonly string[]]>([
    ['6', ['tcp']],
    ['17', ['udp']],
    ['TCP (6)', ['tcp']],
    ['udp6', ['udp']],
  ])('the protocol %j', (protocol, transports) =>
    expect(readPlain(entry({ NewProtocol: protocol }))?.map(({ transport }) => transport)).toEqual(transports),
  );

  test.each<[string, object]>([
    ['5060-5080', { externalPort: 5060, externalPortLast: 5080 }],
    ['5060:5080', { externalPort: 5060, externalPortLast: 5080 }],
    ['5080-5060', { externalPort: 5060, externalPortLast: 5080 }],
    ['5060 to 5080', { externalPort: 5060, externalPortLast: 5080 }],
    ['5060\u20135080', { externalPort: 5060, externalPortLast: 5080 }],
    ['+05060', { externalPort: 5060 }],
    ['5060 - 5080', { externalPort: 5060, externalPortLast: 5080 }],
    ['8080-8080', { externalPort: 8080 }],
    ['1-65535', { externalPort: 0 }],
    ['0-65535', { externalPort: 0 }],
    ['*', { externalPort: 0 }],
    ['ALL', { externalPort: 0 }],
  ])('the range %j', (range, read) =>
    expect(readPlain(entry({ NewExternalPort: range, NewInternalPort: '5060-5080' }))).toEqual([
      { ...READ, internalPort: 5060, ...read },
    ]),
  );

  test('a list of ports is one mapping for each', () => {
    const list = entry({ NewExternalPort: '80, 443,8000-8010', NewInternalPort: '8080,8443' });
    expect(readPlain(list)).toEqual([
      { ...READ, externalPort: 80, internalPort: 8080 },
      { ...READ, externalPort: 443, internalPort: 8443 },
      { ...READ, externalPort: 8000, externalPortLast: 8010, internalPort: 0 },
    ]);
  });

  test('an inside port that is not one is the same as outside', () => {
    for (const port of ['', 'x', '70000'])
      expect(readPlain(entry({ NewInternalPort: port }))).toEqual([{ ...READ, internalPort: 0 }]);
  });

  test('an entry that says two things is not read', () => {
    const { children } = entry();
    const twice = (name: string, text: string) =>
      readPlain({ name: 'r', text: '', children: [...children, { name, text, children: [] }] });
    expect(twice('NewInternalClient', '192.168.1.99')).toBeUndefined();
    expect(twice('newexternalport', '80')).toBeUndefined();
    expect(twice('NewEnabled', '0')).toBeUndefined();
    expect(twice('NewInternalClient', '192.168.1.10')).toEqual([READ]);
    expect(twice('NewPortMappingDescription', 'more')).toEqual([READ]);
  });

  test.each<[string, string, object]>([
    ['NewExternalPort', '4000', { externalPort: 4000 }],
    ['NewInternalClient', '192.168.1.99', { internalClient: '192.168.1.99' }],
    ['NewEnabled', '0', { enabled: false }],
    ['NewProtocol', 'UDP', { transport: 'udp' }],
  ])('one that says two things of %s is judged by both, and not for certain', (name, text, said) => {
    const other = { name, text, children: [] };
    const { children } = entry();
    const both = (children: readonly XmlElement[]) => readMapping({ name: 'r', text: '', children });
    expect(both([...children, other])).toEqual({ mappings: [READ, { ...READ, ...said }], isPlain: false });
    expect(both([other, ...children])).toEqual({ mappings: [{ ...READ, ...said }, READ], isPlain: false });
  });

  test.each(['T/U', '-1', 'IPPROTO_6', 'x'])('the protocol %j may be both, and is not certain', (protocol) => {
    const both = (['tcp', 'udp'] as const).map((transport) => ({ ...READ, transport }));
    expect(readMapping(entry({ NewProtocol: protocol }))).toEqual({ mappings: both, isPlain: false });
  });

  test.each(['47', 'GRE', 'SCTP'])('the protocol %j is neither', (protocol) =>
    expect(readMapping(entry({ NewProtocol: protocol }))).toEqual({ mappings: [], isPlain: false }),
  );

  test('a place holder is no mapping', () => {
    expect(readPlain(entry({ NewInternalClient: '', NewEnabled: '0', NewExternalPort: '' }))).toEqual([]);
  });

  test.each<Record<string, string>>([
    { NewExternalPort: '65536' },
    { NewExternalPort: '-1' },
    { NewExternalPort: '' },
    { NewExternalPort: '5060-70000' },
    { NewExternalPort: '80,x' },
    { NewExternalPort: Array.from({ length: 17 }, (_, n) => n + 1).join() },
    { NewProtocol: 'SCTP' },
    { NewProtocol: '47' },
  ])('cannot be read: %j', (changes) => expect(readPlain(entry(changes))).toBeUndefined());

  test('survives any text', () => {
    const text = fc.oneof(
      fc.constantFrom(...Object.values(ENTRY), '65535', 'true', '9'.repeat(10)),
      fc.string({ maxLength: 300 }),
    );
    const names = [...Object.keys(ENTRY), 'NewDescription', 'NewLeaseTime'];
    const children = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 14 });
    fc.assert(
      fc.property(children, (list) => {
        const read = readPlain({
          name: 'r',
          text: '',
          children: list.map(([name, value]) => ({ name, text: value, children: [] })),
        });
        for (const mapping of read ?? []) portMappingSchema.parse(mapping);
      }),
      { numRuns: 3000 },
    );
  });
});

test('the mapping of one endpoint: what was asked is not repeated', () => {
  const endpoint = { transport: 'tcp', port: 8080 } as const;
  const told = { NewRemoteHost: null, NewExternalPort: null, NewProtocol: null };
  expect(readMappingOf(entry(told), endpoint)).toEqual(READ);
  expect(readMappingOf(entry({ NewExternalPort: '1', NewProtocol: 'UDP' }), endpoint)).toEqual(READ);
  expect(readMappingOf(entry({ ...told, NewInternalClient: '' }), endpoint)).toBeUndefined();
});

describe('readMappingList', () => {
  const item = (port: number | string, more = '') =>
    `<p:PortMappingEntry><p:NewExternalPort>${port}</p:NewExternalPort><p:NewProtocol>UDP</p:NewProtocol><p:NewInternalPort>1` +
    `</p:NewInternalPort><p:NewInternalClient>192.168.1.5</p:NewInternalClient><p:NewDescription>a & b</p:NewDescription>` +
    `<p:NewLeaseTime>60</p:NewLeaseTime>${more}</p:PortMappingEntry>`;
  const list = (...items: string[]) => `<p:PortMappingList>${items.join('')}</p:PortMappingList>`;
  const ports = (inside: string, max = 9) => {
    const result = readMappingList(element(inside), max);
    return 'problem' in result
      ? result.problem
      : [result.mappings.map(({ externalPort }) => externalPort), result.unreadable];
  };
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

  test('within CDATA, escaped, or as it is', () => {
    const text = list(item(1), item(2));
    for (const way of [`<![CDATA[${text}]]>`, escaped(text), text]) {
      expect(ports(`<NewPortListing>${way}</NewPortListing>`)).toEqual([[1, 2], 0]);
    }
    const result = readMappingList(element(`<NewPortListing><![CDATA[${text}]]></NewPortListing>`), 9);
    expect(result).toMatchObject({ mappings: [{ description: 'a & b', leaseSeconds: 60 }, {}] });
  });

  test('takes the entries out of one that is not well-formed', () => {
    const text = list(item(1, '<x>'), item(2).replace('a & b', '<3'), item(3));
    const listing = { name: 'NewPortListing', text, children: [] };
    const result = readMappingList({ name: 'r', text: '', children: [listing] }, 9);
    expect(result).toMatchObject({
      mappings: [{}, { externalPort: 2, description: '<3' }, {}],
      unreadable: 0,
      loose: true,
    });
  });

  test.each([
    '</p:NewDescription></p:PortMappingEntry></p:PortMappingList>',
    '</p:PortMappingList>',
    '<p:PortMappingEntry>',
    '</p:NewDescription></p:PortMappingEntry><p:PortMappingEntry><p:NewDescription>',
  ])('no description ends it for those behind: %s', (description) => {
    const text = list(item(1), item(2).replace('a & b', description), item(3), item(4));
    const result = readMappingList(element(`<NewPortListing>${escaped(text)}</NewPortListing>`), 9);
    const read = 'mappings' in result ? result.mappings.map(({ externalPort }) => externalPort) : [];
    expect(read).toEqual([1, 2, 3, 4]);
  });

  test('counts what cannot be read, and what is too much', () => {
    expect(ports(`<NewPortListing>${list(item('x'), item(2), item(3), item(4))}</NewPortListing>`, 2)).toEqual([
      [2, 3],
      2,
    ]);
  });

  test('what is no list', () => {
    expect(ports('')).toBe('it has no list');
    expect(ports('<NewPortListing>&lt;r/></NewPortListing>')).toBe('it has no list');
    expect(ports('<NewPortListing>text</NewPortListing>')).toMatch(/^it is not well-formed/);
  });

  test('survives any text', () => {
    const texts = fc.oneof(
      hostileBytes('<p:PortMappingList><p:PortMappingEntry>'),
      mutated(Buffer.from(list(item(1)))),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const listing = { name: 'NewPortListing', text: text.toString('latin1'), children: [] };
        const result = readMappingList({ name: 'r', text: '', children: [listing] }, 5);
        if ('mappings' in result) expect(result.mappings.length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 2000 },
    );
  });
});

test('mappings are told apart by all but description and lease', () => {
  const [one] = readPlain(entry())!;
  const others = [
    { transport: 'udp' },
    { externalPort: 1 },
    { externalPortLast: 8090 },
    { remoteHost: '203.0.113.9' },
    { internalClient: '192.168.1.11' },
    { internalPort: 1 },
    { enabled: false },
  ] as const;
  const keys = [one!, ...others.map((changes) => ({ ...one!, ...changes }))].map(mappingKey);
  expect(new Set(keys).size).toBe(8);
  expect(mappingKey({ ...one!, description: 'x', leaseSeconds: 60 })).toBe(mappingKey(one!));
});
