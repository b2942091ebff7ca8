import type { LabServer } from './lab-server.js';
import { natPmp, ssdp } from './servers/gateway.js';
import {
  datagramStorm,
  drip,
  endlessBanner,
  escapes,
  giantDatagram,
  resetAfterAccept,
  sipHeaderFlood,
  tarpit,
} from './servers/hostile.js';
import { dim, necPhone, necSip, pcpro, webpro } from './servers/nec.js';
import { type EndpointId, parseEndpointId, type Transport } from '../model/endpoint.js';
import type { ServiceId } from '../model/service.js';

/** The sites of the demo. */
export const SITES = {
  dmz: {
    id: 'dmz',
    title: 'an SL2100 in the router’s DMZ',
    address: '127.0.0.11',
    profile: 'closed',
    source: 'outsider',
    servers: [
      { service: 'webpro', endpoints: ['tcp/80'], server: webpro() },
      { service: 'pcpro', endpoints: ['tcp/8000'], server: pcpro() },
      { service: 'dim', endpoints: ['tcp/5963'], server: dim() },
      { service: 'sip-trunk', endpoints: ['udp/5060', 'tcp/5060'], server: necSip() },
      { service: 'sip-3rd-party', endpoints: ['udp/5070', 'tcp/5070'], server: necSip() },
      { service: 'nec-ip-phone', endpoints: ['udp/5080', 'tcp/5080', 'udp/5081'], server: necPhone() },
    ],
  },
  forwarded: {
    id: 'forwarded',
    title: 'an SL2100 whose SIP trunk is forwarded for the provider only',
    address: '127.0.0.12',
    profile: 'sip-trunk',
    source: 'provider',
    servers: [{ service: 'sip-trunk', endpoints: ['udp/5060', 'tcp/5060'], server: necSip() }],
  },
  upnp: {
    id: 'upnp',
    title: 'a router that offers UPnP and NAT-PMP to the internet, with WebPro forwarded',
    address: '127.0.0.13',
    profile: 'closed',
    source: 'outsider',
    servers: [
      { service: 'upnp', endpoints: ['udp/1900'], server: ssdp({ flavour: 'gateway', answerAll: true }) },
      { service: 'nat-pmp', endpoints: ['udp/5351'], server: natPmp() },
      { service: 'webpro', endpoints: ['tcp/80'], server: webpro() },
    ],
  },
  hostile: {
    id: 'hostile',
    title: 'a host that attacks anyone who checks it',
    address: '127.0.0.14',
    profile: 'closed',
    source: 'outsider',
    servers: [
      { service: 'webpro', endpoints: ['tcp/80'], server: escapes() },
      { service: 'pcpro', endpoints: ['tcp/8000'], server: endlessBanner('\x1b[2J\x1b[31m!') },
      { service: 'dim', endpoints: ['tcp/5963'], server: drip({ text: 'User ID:'.repeat(1000), everyMs: 1000 }) },
      { service: 'sip-trunk', endpoints: ['udp/5060', 'tcp/5060'], server: escapes() },
      { service: 'sip-3rd-party', endpoints: ['tcp/5070'], server: tarpit() },
      { service: 'sip-3rd-party', endpoints: ['udp/5070'], server: giantDatagram() },
      { service: 'nec-ip-phone', endpoints: ['udp/5080', 'tcp/5080'], server: sipHeaderFlood() },
      { service: 'nec-ip-phone', endpoints: ['udp/5081'], server: datagramStorm() },
      { service: 'cti', endpoints: ['tcp/8181'], server: resetAfterAccept() },
      { service: 'smdr', endpoints: ['tcp/60010'], server: tarpit() },
      { service: 'upnp', endpoints: ['udp/1900'], server: escapes() },
      { service: 'nat-pmp', endpoints: ['udp/5351'], server: tarpit() },
    ],
  },
} as const satisfies Readonly<Record<string, SitePlan>>;

/** One server of a site and where it should listen. Its TCP and UDP endpoints of one number keep one number. */
export interface PlannedServer {
  /** The service of the profile that it plays, or null for something that no profile knows. */
  readonly service: ServiceId | null;
  readonly endpoints: readonly EndpointId[];
  readonly server: LabServer;
}

/** A customer's public address, to be simulated. */
export interface SitePlan {
  readonly id: string;
  readonly title: string;
  /** The site's own loopback address in the demo. */
  readonly address: string;
  /** The profile that was agreed with this customer, and which of its sources we play. */
  readonly profile: string;
  readonly source: string;
  readonly servers: readonly PlannedServer[];
}

/** One port number of a planned server, with all transports that share it. */
export interface PlannedPort {
  readonly service: ServiceId | null;
  readonly server: LabServer;
  readonly port: number;
  readonly transports: readonly Transport[];
}

/** The ports of a plan, in its order. */
export function listPlannedPorts(plan: SitePlan): PlannedPort[] {
  return plan.servers.flatMap(({ service, endpoints, server }) => {
    const parsed = endpoints.map((id) => parseEndpointId(id)).filter((endpoint) => endpoint !== undefined);
    return [...new Set(parsed.map(({ port }) => port))].map((port) => ({
      service,
      server,
      port,
      transports: parsed.filter((endpoint) => endpoint.port === port).map(({ transport }) => transport),
    }));
  });
}
