import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deviceSchema, portMappingSchema } from '../../../src/model/lan.js';
import { parseDeviceDescription } from '../../../src/protocols/upnp/igd-description.js';
import { parseSoapAnswer, renderSoapCall } from '../../../src/protocols/upnp/soap.js';
import {
  askExternalAddress,
  askMapping,
  askMappingList,
  askStatus,
  mappingKey,
  readExternalAddress,
  readMapping,
  readMappingList,
  readStatus,
} from '../../../src/protocols/upnp/wan-connection.js';
import { parseXml, type XmlElement } from '../../../src/protocols/upnp/xml.js';
import { hostileBytes, mutated } from '../hostile.js';

const TYPE = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const LOCATION = 'http://192.168.1.1:5000/dir/root.xml';
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
    return 'services' in result ? result.services[0]?.controlUrl : result;
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
        { version: 10, controlUrl: 'http://192.168.1.1:5000/no' },
        { serviceType: 'URN:schemas-upnp-org:service:wanipconnection:2', version: 2 },
        { version: 1, controlUrl: 'http://192.168.1.1:5000/ppp' },
      ],
    });
  });

  test('resolves control URLs', () => {
    expect(urlOf('/ctl')).toBe('http://192.168.1.1:5000/ctl');
    expect(urlOf('ctl?a=b')).toBe('http://192.168.1.1:5000/dir/ctl?a=b');
    expect(urlOf('http://192.168.1.1:80/x')).toBe('http://192.168.1.1/x');
    expect(urlOf('ctl', '<URLBase>http://192.168.1.1:99/b/</URLBase>')).toBe('http://192.168.1.1:99/b/ctl');
    expect(urlOf('ctl', '<URLBase>nonsense:</URLBase>')).toBe('http://192.168.1.1:5000/dir/ctl');
    expect(urlOf('ctl', '<URLBase></URLBase>')).toBe('http://192.168.1.1:5000/dir/ctl');
    for (const bad of ['', 'https://192.168.1.1/', 'javascript:1', 'http://', 'ftp://192.168.1.1/'])
      expect(urlOf(bad)).toBeNull();
  });

  test('tells the facts of the root device, cut to their bounds', () => {
    const facts = `<friendlyName> ${'n'.repeat(500)}</friendlyName><modelName/><deviceType>t</deviceType><modelNumber>1</modelNumber>`;
    const inner = '<deviceList><device><manufacturer>inner</manufacturer></device></deviceList>';
    expect(parseDeviceDescription(describeDevice(facts + inner), LOCATION)).toMatchObject({
      device: { friendlyName: 'n'.repeat(128), modelName: null, deviceType: 't', modelNumber: '1', manufacturer: null },
    });
  });

  test('bounds the services', () => {
    const one = `<service><serviceType>${TYPE}</serviceType><controlURL>/c</controlURL></service>`;
    const result = parseDeviceDescription(describeDevice(`<serviceList>${one.repeat(500)}</serviceList>`), LOCATION);
    expect('services' in result && result.services).toHaveLength(64);
  });

  const valid = describeDevice(
    `<friendlyName>x</friendlyName>${serviceOf(TYPE, '/ctl')}`,
    '<URLBase>http://h/</URLBase>',
  );
  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(hostileBytes('<root><device>'), mutated(valid)), fc.string(), (bytes, location) => {
        const result = parseDeviceDescription(bytes, location);
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
    const calls = [askStatus(TYPE), askExternalAddress(TYPE), askMapping(TYPE, 0), askMappingList(TYPE, 'udp')];
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

describe('readMapping', () => {
  test('an entry as it should be', () => expect(readMapping(entry())).toEqual([READ]));

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
  ])('%j', (changes, read) => expect(readMapping(entry(changes))).toEqual([{ ...READ, ...read }]));

  test('both transports in one', () => {
    for (const both of ['TCP/UDP', 'BOTH', 'udp,tcp', 'TCP+UDP']) {
      expect(
        readMapping(entry({ NewProtocol: both }))
          ?.map(({ transport }) => transport)
          .sort(),
      ).toEqual(['tcp', 'udp']);
    }
  });

  test('a place holder is no mapping', () => {
    expect(readMapping(entry({ NewInternalClient: '', NewEnabled: '0', NewExternalPort: '' }))).toEqual([]);
  });

  test.each<Record<string, string>>([
    { NewExternalPort: '65536' },
    { NewExternalPort: '-1' },
    { NewExternalPort: '' },
    { NewInternalPort: '5060-5070' },
    { NewProtocol: 'SCTP' },
    { NewProtocol: '' },
  ])('cannot be read: %j', (changes) => expect(readMapping(entry(changes))).toBeUndefined());

  test('survives any text', () => {
    const text = fc.oneof(
      fc.constantFrom(...Object.values(ENTRY), '65535', 'true', '9'.repeat(10)),
      fc.string({ maxLength: 300 }),
    );
    const names = [...Object.keys(ENTRY), 'NewDescription', 'NewLeaseTime'];
    const children = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 14 });
    fc.assert(
      fc.property(children, (list) => {
        const read = readMapping({
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

test('mappings are told apart by transport, external port and remote host', () => {
  const [one] = readMapping(entry())!;
  const keys = [
    one!,
    { ...one!, transport: 'udp' as const },
    { ...one!, externalPort: 1 },
    { ...one!, remoteHost: '203.0.113.9' },
  ];
  expect(new Set(keys.map(mappingKey)).size).toBe(4);
  expect(mappingKey({ ...one!, internalClient: 'x', internalPort: 1, enabled: false })).toBe(mappingKey(one!));
});
