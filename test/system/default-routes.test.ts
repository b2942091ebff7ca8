import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isIPv4 } from 'node:net';
import {
  orderDefaultRoutes,
  parseLinuxRoutes,
  parseMacosRoutes,
  parseWindowsRoutes,
} from '../../src/system/default-gateways.js';

const NONE = { gateways: [], direct: [] };

describe('/proc/net/route', () => {
  const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'.padEnd(127);
  const table = (...rows: string[]) => [HEAD, ...rows.map((row) => row.padEnd(127)), ''].join('\n');
  const LAN = 'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0';

  test('best default route first, whatever its place', () => {
    const text = table(
      'wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      'eth0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      LAN,
    );
    expect(parseLinuxRoutes(text, 'LE')).toEqual({
      gateways: [
        { address: '192.168.1.254', interface: 'eth0' },
        { address: '192.168.2.1', interface: 'wlan0' },
      ],
      direct: [],
    });
  });

  test('addresses in the order of the processor', () => {
    const row = 'eth0\t00000000\tC0A80101\t0003\t0\t0\t0\t00000000\t0\t0\t0';
    expect(parseLinuxRoutes(table(row), 'BE').gateways).toEqual([{ address: '192.168.1.1', interface: 'eth0' }]);
    expect(parseLinuxRoutes(table(row), 'LE').gateways).toEqual([{ address: '1.1.168.192', interface: 'eth0' }]);
  });

  test('a default route without gateway is told by its interface', () => {
    expect(parseLinuxRoutes(table('tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0'), 'LE')).toEqual({
      gateways: [],
      direct: ['tun0'],
    });
  });

  test('a tunnel that takes the internet by halves is told beside the gateway', () => {
    const text = table(
      'tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
      'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
    );
    expect(parseLinuxRoutes(text, 'LE')).toEqual({
      gateways: [{ address: '192.168.1.1', interface: 'eth0' }],
      direct: ['tun0'],
    });
  });

  test.each([
    ['a quarter of the internet', 'tun0\t00000000\t0100080A\t0003\t0\t0\t0\t000000C0\t0\t0\t0'],
    ['a network', LAN],
    ['a route that is down', 'eth0\t00000000\t0101A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0'],
    ['a route that refuses', 'lo\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0'],
    ['no numbers', 'eth0\t00000000\tZZ01A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0'],
    ['a row cut short', 'eth0\t00000000\t0101A8C0\t0003'],
  ])('%s is no default route', (_what, row) => expect(parseLinuxRoutes(table(row), 'LE')).toEqual(NONE));
});

describe('netstat -rn -f inet', () => {
  const NEW = `Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.64.1       UGScIg          bridge100       
default            192.168.1.1        UGScg                 en0       
default            link#22            UCSIg               utun4       
127                127.0.0.1          UCS                   lo0       
127.0.0.1          127.0.0.1          UH                    lo0       
192.168.1          link#6             UCS                   en0      !
192.168.1.1        0:11:22:33:44:55   UHLWIir               en0   1199
224.0.0/4          link#6             UmCS                  en0      !
`;
  const OLD = `Routing tables

Internet:
Destination        Gateway            Flags        Refs      Use   Netif Expire
default            10.0.1.1           UGSc           39        0     en1
127                127.0.0.1          UCS             0        0     lo0
`;

  test('the primary route first, then those of one interface', () => {
    expect(parseMacosRoutes(NEW)).toEqual({
      gateways: [
        { address: '192.168.1.1', interface: 'en0' },
        { address: '192.168.64.1', interface: 'bridge100' },
      ],
      direct: ['utun4'],
    });
  });

  test('a tunnel that takes the internet by halves', () => {
    const text = NEW.replace('127  ', '0/1                10.8.0.1           UGSc                utun7\n127  ');
    expect(parseMacosRoutes(text).direct).toEqual(['utun7', 'utun4']);
    expect(parseMacosRoutes(text).gateways[0]?.address).toBe('192.168.1.1');
  });

  test('the columns of older systems', () => {
    expect(parseMacosRoutes(OLD)).toEqual({ gateways: [{ address: '10.0.1.1', interface: 'en1' }], direct: [] });
  });

  test('rows that refuse, or stand before any heading, are none', () => {
    expect(parseMacosRoutes(NEW.replaceAll('UGSc', 'UGRSc').replace('UCSIg', 'UCRSIg'))).toEqual(NONE);
    expect(parseMacosRoutes('default 192.168.1.1 UGSc en0')).toEqual(NONE);
  });
});

describe('route print -4', () => {
  const print = (onLink: string, rows: string) =>
    `===========================================================================
Schnittstellenliste
 12...00 11 22 33 44 55 ......Intel(R) Ethernet Connection
  1...........................Software Loopback Interface 1
===========================================================================

IPv4-Routentabelle
===========================================================================
Aktive Routen:
     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik
${rows}        127.0.0.0        255.0.0.0   ${onLink}         127.0.0.1    331
      192.168.1.0    255.255.255.0   ${onLink}      192.168.1.23    281
===========================================================================
St\u00e4ndige Routen:
  Netzwerkadresse          Netzmaske  Gatewayadresse  Metrik
          0.0.0.0          0.0.0.0     192.168.9.9  Standard
          0.0.0.0          0.0.0.0     192.168.9.8       1
===========================================================================
`.replaceAll('\n', '\r\n');
  const ETHERNET = '          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.23     25\n';
  const WLAN = '          0.0.0.0          0.0.0.0      192.168.2.1     192.168.2.50      9\n';

  test('active routes by metric, in any language; persistent ones are none', () => {
    expect(parseWindowsRoutes(print('Auf Verbindung', ETHERNET + WLAN))).toEqual({
      gateways: [
        { address: '192.168.2.1', interface: '192.168.2.50' },
        { address: '192.168.1.1', interface: '192.168.1.23' },
      ],
      direct: [],
    });
    expect(parseWindowsRoutes(print('On-link', ''))).toEqual(NONE);
  });

  test('a tunnel that takes the internet by halves', () => {
    const half = '          0.0.0.0        128.0.0.0         10.8.0.5         10.8.0.6     35\n';
    expect(parseWindowsRoutes(print('On-link', half + ETHERNET))).toEqual({
      gateways: [{ address: '192.168.1.1', interface: '192.168.1.23' }],
      direct: ['10.8.0.6'],
    });
  });

  test.each(['On-link', 'Auf Verbindung', 'En v\u00ednculo', '\u00e3\u0083\u00aa\u00e3\u0083\u00b3\u00e3\u0082\u00af'])(
    '"%s" is no gateway',
    (onLink) => {
      const row = `          0.0.0.0          0.0.0.0   ${onLink}          10.8.0.6     35\n`;
      expect(parseWindowsRoutes(print(onLink, row + ETHERNET))).toEqual({
        gateways: [{ address: '192.168.1.1', interface: '192.168.1.23' }],
        direct: ['10.8.0.6'],
      });
    },
  );
});

test('equal routes are told once, and no more than 16', () => {
  const routes = Array.from({ length: 40 }, (_, index) => ({
    gateway: `192.168.1.${index >> 1}`,
    interface: 'eth0',
    metric: 100 - index,
  }));
  const { gateways } = orderDefaultRoutes(routes);
  expect(gateways).toHaveLength(16);
  expect(gateways[0]).toEqual({ address: '192.168.1.19', interface: 'eth0' });
  expect(new Set(gateways.map(({ address }) => address)).size).toBe(16);
});

const PARSERS = {
  linux: (text: string) => parseLinuxRoutes(text, 'LE'),
  macos: parseMacosRoutes,
  windows: parseWindowsRoutes,
};

describe.each(Object.entries(PARSERS))('the parser for %s', (_system, parse) => {
  const word = fc.constantFrom(
    ...['default', 'Destination', 'Gateway', 'Flags', 'Netif', 'UGSc', 'eth0', '00000000', '0101A8C0', '0003', '0'],
    ...['0.0.0.0', '192.168.1.1', '999.1.1.1', '\t', ' ', '\r', '\0', '-1', '1e9', '__proto__'],
  );
  const line = fc
    .array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 14 })
    .map((words) => words.join(' '));

  test('takes any text, and gives addresses alone', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const { gateways, direct } = parse(lines.join('\n'));
        expect(gateways.every(({ address }) => isIPv4(address))).toBe(true);
        expect(gateways.length).toBeLessThanOrEqual(16);
        expect(direct.length).toBeLessThanOrEqual(16);
      }),
    );
  });

  test.each(['default ', '0.0.0.0 0.0.0.0 ', 'eth0\t00000000\t', ' ', '\n', '\t'])(
    'takes a million times %j',
    (unit) => {
      expect(parse(unit.repeat(1_000_000))).toBeDefined();
    },
  );
});
