import type { Transport } from '../../model/endpoint.js';
import { canaryTcp } from './canary-tcp.js';
import { canaryUdp } from './canary-udp.js';
import { dimPrompt } from './dim-prompt.js';
import { httpGet } from './http-get.js';
import { movedAdmin } from './moved-admin.js';
import { natPmpAddress } from './nat-pmp-address.js';
import type { Probe } from './probe.js';
import { sipOptionsTcp } from './sip-options-tcp.js';
import { sipOptionsUdp } from './sip-options-udp.js';
import { ssdpSearch } from './ssdp-search.js';
import { tcpBanner } from './tcp-banner.js';
import { tcpConnect } from './tcp-connect.js';
import { tcpIdentify } from './tcp-identify.js';

/** All probes, by id. */
export const PROBES = {
  'canary-tcp': canaryTcp,
  'canary-udp': canaryUdp,
  'dim-prompt': dimPrompt,
  'http-get': httpGet,
  'moved-admin': movedAdmin,
  'nat-pmp-address': natPmpAddress,
  'sip-options-tcp': sipOptionsTcp,
  'sip-options-udp': sipOptionsUdp,
  'ssdp-search': ssdpSearch,
  'tcp-banner': tcpBanner,
  'tcp-connect': tcpConnect,
  'tcp-identify': tcpIdentify,
} as const satisfies Record<string, Probe>;

/** Chooses the probe for a service's endpoint, or for an endpoint that belongs to no known service. */
export function chooseProbe(transport: Transport, service: string | null): Probe {
  const all: readonly Probe[] = Object.values(PROBES);
  const own = all.find(
    (probe) => probe.transport === transport && service !== null && probe.services.includes(service),
  );
  return own ?? (transport === 'tcp' ? tcpIdentify : sipOptionsUdp);
}
