import type { LabServer, ReplyOptions } from '../lab-server.js';

export interface SsdpOptions extends ReplyOptions {
  /** The router itself, or a device behind it. */
  readonly flavour: 'gateway' | 'device';
  readonly location?: string;
  readonly server?: string;
  /** Answers every search with everything that it has, as some devices do; otherwise with what was searched for. */
  readonly answerAll?: boolean;
}

const FLAVOURS = {
  gateway: {
    uuid: 'uuid:6f0c2a1e-0000-4000-8000-00c0ffee0001',
    location: 'http://192.168.1.1:5000/rootDesc.xml',
    server: 'Linux/4.4 UPnP/1.1 LabRouter/1.0',
    types: [
      'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
      'urn:schemas-upnp-org:device:WANDevice:1',
      'urn:schemas-upnp-org:device:WANConnectionDevice:1',
      'urn:schemas-upnp-org:service:WANIPConnection:1',
    ],
  },
  device: {
    uuid: 'uuid:6f0c2a1e-0000-4000-8000-00c0ffee0002',
    location: 'http://192.168.1.23:8200/rootDesc.xml',
    server: 'Linux/5.10 UPnP/1.0 LabMedia/2.0',
    types: ['urn:schemas-upnp-org:device:MediaServer:1', 'urn:schemas-upnp-org:service:ContentDirectory:1'],
  },
} as const;

/** A UPnP device that answers unicast searches (UPnP Device Architecture 1.1 §1.3), unlike careful ones from the WAN. */
export function ssdp(options: SsdpOptions): LabServer {
  const { uuid, types, ...own } = FLAVOURS[options.flavour];
  const location = options.location ?? own.location;
  const server = options.server ?? own.server;
  const targets = ['upnp:rootdevice', uuid, ...types];
  return {
    udp({ data, reply }) {
      const search = data.toString('latin1');
      const wanted = /^ST:[ \t]*(\S+)/im.exec(search)?.[1];
      if (!/^M-SEARCH \* HTTP\/1\.1\r?\n/.test(search) || !/^MAN:[ \t]*"ssdp:discover"/im.test(search)) return;
      for (const target of targets) {
        if (!options.answerAll && wanted !== 'ssdp:all' && wanted !== target) continue;
        const usn = target === uuid ? uuid : `${uuid}::${target}`;
        reply(renderSsdpAnswer({ target, usn, server, location }), options);
      }
    },
  };
}

/** Renders one answer to a search. */
export function renderSsdpAnswer(answer: { target: string; usn: string; server: string; location: string }): string {
  return [
    'HTTP/1.1 200 OK',
    'CACHE-CONTROL: max-age=1800',
    `ST: ${answer.target}`,
    `USN: ${answer.usn}`,
    'EXT:',
    `SERVER: ${answer.server}`,
    `LOCATION: ${answer.location}`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

/** Result codes of RFC 6886 §3.5. */
const UNSUPPORTED_VERSION = 1;
const NOT_AUTHORIZED = 2;
const UNSUPPORTED_OPCODE = 5;

/**
 * A NAT-PMP server (RFC 6886) that tells its external address to everyone, which it should not on the WAN.
 * It maps nothing for anyone.
 */
export function natPmp(externalAddress = '203.0.113.20'): LabServer {
  const startedAt = Date.now();
  return {
    udp({ data, reply }) {
      if (data.length < 2) return;
      const version = data[0]!;
      const opcode = data[1]!;
      if (opcode >= 128) return;
      const asked = version === 0 && opcode === 0;
      const refusal = version !== 0 ? UNSUPPORTED_VERSION : opcode <= 2 ? NOT_AUTHORIZED : UNSUPPORTED_OPCODE;
      const head = Buffer.alloc(8);
      head.writeUInt8(128 + opcode, 1);
      head.writeUInt16BE(asked ? 0 : refusal, 2);
      head.writeUInt32BE(Math.floor((Date.now() - startedAt) / 1000), 4);
      reply(asked ? Buffer.concat([head, Buffer.from(externalAddress.split('.').map(Number))]) : head);
    },
  };
}
