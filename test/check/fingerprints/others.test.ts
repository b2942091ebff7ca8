import { describe, expect, test } from '@jest/globals';
import { identify } from '../../../src/check/fingerprints/registry.js';
import { parseNatPmpAnswer } from '../../../src/protocols/nat/nat-pmp.js';
import { http, observe, sip, ssdp } from './observations.js';

const who = (...given: Parameters<typeof observe>) => identify(observe(...given)).identity;

describe('sip-server', () => {
  test('under the name that it gives itself', () => {
    expect(who({ sip: sip({ userAgent: 'Asterisk PBX 18' }) })).toEqual({
      fingerprint: 'sip-server',
      kind: 'sip-server',
      label: 'SIP server "Asterisk PBX 18"',
      model: null,
      version: null,
      confidence: 'likely',
      basis: ['SIP status 200 "OK"', 'SIP User-Agent "Asterisk PBX 18"'],
    });
    expect(who({ sip: sip({ server: '' }) })?.label).toBe('SIP server without a name');
  });
});

describe('web-server', () => {
  test('with server, title and realm', () => {
    const page = http({
      status: 401,
      server: 'DVRDVS-Webs',
      title: 'Net Video',
      authenticate: 'Digest qop="auth", realm="DVR 8"',
    });
    expect(who({ http: page })).toMatchObject({
      kind: 'web-server',
      label: 'web server "DVRDVS-Webs", title "Net Video", realm "DVR 8"',
      basis: ['HTTP status 401', 'server "DVRDVS-Webs"', 'title "Net Video"', 'realm "DVR 8"'],
    });
  });

  test('with less, or nothing', () => {
    expect(who({ http: http({ title: 'Router' }) })?.label).toBe('web server title "Router"');
    expect(who({ login: http({ status: 404 }) })).toMatchObject({ label: 'web server', basis: ['HTTP status 404'] });
  });
});

describe('TLS', () => {
  const tls = { version: 'TLSv1.3', names: ['nas.example', '192.0.2.7'], issuer: 'Example CA' };

  test('of which nothing more is known', () => {
    expect(who({ tls })).toMatchObject({
      fingerprint: 'tls-server',
      kind: 'other',
      label: 'TLS server with a certificate for "nas.example"',
      confidence: 'possible',
      basis: [
        'an answer in TLSv1.3',
        'certificate for "nas.example", "192.0.2.7"',
        'certificate issued by "Example CA"',
      ],
    });
    expect(who({ tls: { version: null, names: [], issuer: null } })).toMatchObject({
      label: 'TLS server',
      basis: ['an answer in TLS'],
    });
  });

  test('does not hide what is said within it', () => {
    expect(who({ tls, http: http({ server: 'Henry/1.1', title: 'WebPro' }) })?.kind).toBe('nec-webpro');
    expect(who({ tls, sip: sip({ server: 'NEC SL2100/2.1' }) })?.kind).toBe('nec-sip');
    expect(who({ tls, banner: '* OK ready\r\n' })?.label).toBe('IMAP server "* OK ready"');
    expect(who({ tls, http: http({ server: 'nginx' }) })).toMatchObject({
      kind: 'web-server',
      basis: expect.arrayContaining(['an answer in TLSv1.3']) as unknown,
    });
  });
});

describe('UPnP', () => {
  const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
  const inside = 'http://192.168.1.20:49152/desc.xml';

  test.each([
    ['ST of a gateway', { st: IGD }, 'upnp-gateway', 'certain'],
    ['USN of a gateway', { st: 'ssdp:all', usn: `uuid:1::${IGD}` }, 'upnp-gateway', 'certain'],
    ['WANIPConnection', { st: 'urn:schemas-upnp-org:service:WANIPConnection:2' }, 'upnp-gateway', 'certain'],
    ['WANPPPConnection', { usn: 'uuid:1::urn:schemas-upnp-org:service:WANPPPConnection:1' }, 'upnp-gateway', 'certain'],
    [
      'WANCommonInterfaceConfig',
      { st: 'urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1' },
      'upnp-gateway',
      'certain',
    ],
    ['Layer3Forwarding', { st: 'urn:schemas-upnp-org:service:Layer3Forwarding:1' }, 'upnp-gateway', 'certain'],
    [
      'D-Link by its file',
      { st: 'upnp:rootdevice', server: 'SDK', location: 'http://192.168.0.1:80/InternetGatewayDevice.xml' },
      'upnp-gateway',
      'likely',
    ],
    [
      'FRITZ!Box by its file',
      { st: 'upnp:rootdevice', server: 'AVM', location: 'http://192.168.178.1:49000/fboxdesc.xml' },
      'upnp-gateway',
      'likely',
    ],
    [
      'a root device of Broadcom, which says no type',
      { st: 'upnp:rootdevice', server: 'Linux UPnP/1.0', location: 'http://192.168.1.1:5431/dyndev/uuid:0000e068' },
      'upnp-device',
      'possible',
    ],
    ['MiniUPnPd', { st: 'upnp:rootdevice', server: 'Linux UPnP/1.1 MiniUPnPd/2.2' }, 'upnp-gateway', 'likely'],
    ['an IGD by name', { st: 'upnp:rootdevice', server: 'Linux/2.6 UPnP/1.0 Linux-IGD/1.0' }, 'upnp-gateway', 'likely'],
    ['RouterOS', { st: 'upnp:rootdevice', server: 'RouterOS/6 UPnP/1.0' }, 'upnp-gateway', 'likely'],
    [
      'a gateway by its file',
      { st: 'upnp:rootdevice', server: 'SDK', location: 'http://192.168.1.1:1/gatedesc.xml' },
      'upnp-gateway',
      'likely',
    ],
    ['a media server', { st: 'urn:schemas-upnp-org:device:MediaServer:1', location: inside }, 'upnp-device', 'certain'],
    [
      'a root device without a name',
      { st: 'upnp:rootdevice', usn: 'uuid:1::upnp:rootdevice' },
      'upnp-device',
      'possible',
    ],
    ['a name that only contains igd', { st: 'upnp:rootdevice', server: 'Brigder/1' }, 'upnp-device', 'possible'],
    ['Wi-Fi setup', { st: 'urn:schemas-wifialliance-org:device:WFADevice:1' }, 'upnp-device', 'possible'],
  ])('%s', (_, parts, kind, confidence) => {
    expect(who({ ssdp: [ssdp(parts)] }, 'udp/1900')).toMatchObject({ kind, confidence });
  });

  test('tells in the basis whether the host is private', () => {
    expect(who({ ssdp: [ssdp({ st: 'upnp:rootdevice', server: 'TV/1', location: inside })] })).toMatchObject({
      label: 'UPnP device "TV/1"',
      basis: [
        'ST "upnp:rootdevice"',
        'SERVER "TV/1"',
        `LOCATION "${inside}"`,
        'the LOCATION host is a private address',
      ],
    });
    const at = (location: string) => who({ ssdp: [ssdp({ st: IGD, location })] })?.basis.at(-1);
    expect(at('http://203.0.113.5:5000/')).toBe('the LOCATION host is a public address');
    expect(at('http://router.example.net/')).toBe('the LOCATION host is a name');
    expect(at('nonsense')).toBe('LOCATION "nonsense"');
  });

  test('counts what comes from the host of the gateway as the gateway', () => {
    const answers = [
      ssdp({ st: 'urn:schemas-upnp-org:device:MediaServer:1', location: 'http://192.168.1.1:8200/rootDesc.xml' }),
      ssdp({ st: IGD, server: 'R', location: 'http://192.168.1.1:5000/rootDesc.xml' }),
      ssdp({ st: 'upnp:rootdevice', server: 'R' }),
    ];
    expect(who({ ssdp: answers })).toMatchObject({ kind: 'upnp-gateway', confidence: 'certain' });
    expect(who({ ssdp: answers })?.basis.join()).not.toContain('another device');
  });

  test('tells of a device beside the gateway, and describes the inside one of several', () => {
    const camera = ssdp({ st: 'upnp:rootdevice', server: 'Cam', location: inside });
    expect(who({ ssdp: [camera, ssdp({ st: IGD, server: 'R', location: 'http://203.0.113.5/' })] })?.basis.at(-1)).toBe(
      'another device answers too: "Cam"',
    );
    const outer = ssdp({ st: 'upnp:rootdevice', server: 'Outer', location: 'http://203.0.113.5/' });
    expect(who({ ssdp: [outer, camera] })?.label).toBe('UPnP device "Cam"');
    const media = ssdp({ st: 'urn:schemas-upnp-org:device:MediaServer:1', server: 'M', location: inside });
    const outerMedia = { ...media, server: 'Outer', location: 'http://203.0.113.5/' };
    expect(who({ ssdp: [outerMedia, media] })?.label).toBe('UPnP device "M"');
    expect(who({ ssdp: [media, ssdp({ server: 'MiniUPnPd' })] })).toMatchObject({
      label: 'UPnP device "M"',
      basis: expect.arrayContaining(['a gateway answers too: "MiniUPnPd"']),
    });
  });
});

describe('nat-pmp-gateway', () => {
  const answer = (hex: string) => parseNatPmpAnswer(Buffer.from(hex, 'hex'))!;

  test('by NAT-PMP and by PCP', () => {
    expect(who({ natPmp: answer('0080000000000001cb007105') }, 'udp/5351')).toMatchObject({
      kind: 'nat-pmp-gateway',
      label: 'NAT-PMP gateway',
      confidence: 'certain',
      basis: ['answer of version 0, opcode 128, result 0', 'external address 203.0.113.5'],
    });
    expect(who({ natPmp: answer('0280000100000000') })?.label).toBe('PCP gateway');
    expect(who({ natPmp: answer('0081000000000000') })?.confidence).toBe('likely');
  });
});

describe('banner', () => {
  test.each([
    ['SSH-2.0-OpenSSH_9.2\r\n', 'SSH server "SSH-2.0-OpenSSH_9.2"'],
    ['Exceeded MaxStartups\r\nSSH-2.0-dropbear_2022.83\r\n', 'SSH server "SSH-2.0-dropbear_2022.83"'],
    ['220 mail ESMTP x\r\n', 'mail server "220 mail ESMTP x"'],
    ['554 SMTP synchronization error\r\n', 'mail server "554 SMTP synchronization error"'],
    ['554 no service for you\r\n', 'mail or FTP server "554 no service for you"'],
    ['220-Welcome\r\n220 mail ESMTP\r\n', 'mail server "220-Welcome"'],
    [':irc.example NOTICE AUTH :*** Looking up\r\n', 'IRC server ":irc.example NOTICE AUTH :*** Looking up"'],
    ["<?xml version='1.0'?><stream:stream>", `XMPP server "<?xml version='1.0'?><stream:stream>"`],
    ['AMQP\0\0\x09\x01', 'AMQP server "AMQP\0\0\t\x01"'],
    ['-NOAUTH Authentication required.\r\n', 'Redis server "-NOAUTH Authentication required."'],
    ['-DENIED Redis is running in protected mode\r\n', 'Redis server "-DENIED Redis is running in protected mode"'],
    ['@PJL INFO\r\n', 'printer "@PJL INFO"'],
    [
      "E\0\0\0\xffj\x04Host '192.0.2.1' is not allowed to connect",
      `MySQL server "Host '192.0.2.1' is not allowed to connect"`,
    ],
    ['220-Welcome\r\n220 ready\r\n', 'FTP server "220-Welcome"'],
    ['421 Too many connections\r\n', 'mail or FTP server "421 Too many connections"'],
    ['+OK Dovecot ready.\r\n', 'POP3 server "+OK Dovecot ready."'],
    ['* OK [CAPABILITY IMAP4rev1] ready\r\n', 'IMAP server "* OK [CAPABILITY IMAP4rev1] ready"'],
    ['* BYE too many\r\n', 'IMAP server "* BYE too many"'],
    ['RFB 003.008\n', 'VNC server "RFB 003.008"'],
    ['200 news.example InterNetNews ready\r\n', 'news server "200 news.example InterNetNews ready"'],
    ['"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n', 'ManageSieve server ""IMPLEMENTATION" "Dovecot Pigeonhole""'],
    ['RTSP/1.0 400 Bad Request\r\n', 'RTSP server "RTSP/1.0 400 Bad Request"'],
    ['@RSYNCD: 31.0\n', 'rsync server "@RSYNCD: 31.0"'],
    ['Asterisk Call Manager/5.0\r\n', 'Asterisk manager "Asterisk Call Manager/5.0"'],
    ['J\0\0\0\n8.0.36-0ubuntu\0abc', 'MySQL server "8.0.36-0ubuntu"'],
  ])('%j names itself: %j', (text, label) => {
    expect(who({ banner: text })).toMatchObject({ fingerprint: 'banner', kind: 'other', label, confidence: 'likely' });
  });

  test.each([
    ['\r\n\r\n\xff\xfd\x18login: ', 'Telnet server "login:"'],
    ['\xff\xfb\x01\xff\xfd\x03', 'Telnet server'],
    ['\xff\xfa\x18\x01\xff\xf0\xff\xfb\x01\r\nRouter\r\n', 'Telnet server "Router"'],
    ['camera login: ', 'login prompt "camera login:"'],
    ['\x01\x02', 'unidentified, sends "\x01\x02"'],
    ['-ERR unknown command\r\n', 'unidentified, sends "-ERR unknown command"'],
    ['ERROR\r\n', 'unidentified, sends "ERROR"'],
    ['220', 'unidentified, sends "220"'],
    ['SSHD', 'unidentified, sends "SSHD"'],
  ])('%j does not: %j', (text, label) => {
    expect(who({ banner: text })).toMatchObject({
      fingerprint: 'banner',
      kind: 'other',
      label,
      confidence: 'possible',
    });
  });

  test('a DIM prompt behind what Telnet negotiates is one', () => {
    expect(who({ banner: '\xff\xfd\x18User ID:' })?.kind).toBe('nec-dim');
    expect(who({ banner: '\xff\xfd\x18User ID:\xff\xfb\x01Password:' })).toMatchObject({ confidence: 'likely' });
  });

  test('is quoted short', () => {
    expect(who({ banner: 'x'.repeat(1024) })?.label).toBe(`unidentified, sends "${'x'.repeat(63)}…"`);
  });
});

test.each([[{}], [{ banner: '' }], [{ banner: ' \r\n' }], [{ ssdp: [] }], [{ ended: 'reset' as const }]])(
  'nobody in %j',
  (evidence) => {
    expect(identify(observe(evidence))).toEqual({ identity: null, errors: [] });
  },
);
