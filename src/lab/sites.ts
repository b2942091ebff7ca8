import type { SitePlan } from './site-plan.js';
import { datagramStorm } from './servers/datagram-storm.js';
import { dim } from './servers/dim.js';
import { drip } from './servers/drip.js';
import { endlessBanner } from './servers/endless-banner.js';
import { escapes } from './servers/escapes.js';
import { giantDatagram } from './servers/giant-datagram.js';
import { natPmp } from './servers/nat-pmp.js';
import { necPhone } from './servers/nec-phone.js';
import { pcpro } from './servers/pcpro.js';
import { resetAfterAccept } from './servers/reset-after-accept.js';
import { necSip } from './servers/sip.js';
import { sipHeaderFlood } from './servers/sip-header-flood.js';
import { ssdp } from './servers/ssdp.js';
import { tarpit } from './servers/tarpit.js';
import { webpro } from './servers/webpro.js';

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
    title: 'an SL2100 with its SIP trunk forwarded to the provider alone',
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
    title: 'a host that attacks whoever looks at it',
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
