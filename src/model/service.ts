import type { EndpointId } from './endpoint.js';

/** What a service is for: decides which rules look at it. */
export const SERVICE_KINDS = ['admin', 'sip', 'media', 'data', 'gateway'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** A named use of endpoints on a site's public address. */
export interface Service {
  readonly id: string;
  readonly title: string;
  readonly kind: ServiceKind;
  /** The maker's default endpoints. */
  readonly endpoints: readonly EndpointId[];
  /** NEC program numbers that move or close the service, where known. */
  readonly programs: readonly string[];
  /** False for services too broad to probe one by one (the RTP range). */
  readonly probed: boolean;
}

/**
 * The services of an NEC SL1100/SL2100 and of the gateway in front of it.
 * Ports and programs: NEC's programming and networking manuals and dealers' notes; see docs/services.md.
 */
export const SERVICES = [
  {
    id: 'webpro',
    title: 'WebPro administration (HTTP)',
    kind: 'admin',
    endpoints: ['tcp/80'],
    programs: ['90-54-01'],
    probed: true,
  },
  {
    id: 'pcpro',
    title: 'PCPro programming',
    kind: 'admin',
    endpoints: ['tcp/8000'],
    programs: ['90-54-02'],
    probed: true,
  },
  {
    id: 'dim',
    title: 'DIM maintenance terminal',
    kind: 'admin',
    endpoints: ['tcp/5963'],
    programs: [],
    probed: true,
  },
  {
    id: 'sip-trunk',
    title: 'SIP trunks',
    kind: 'sip',
    endpoints: ['udp/5060', 'tcp/5060'],
    programs: ['10-28', '10-29', '10-36'],
    probed: true,
  },
  {
    id: 'sip-3rd-party',
    title: 'third-party SIP phones',
    kind: 'sip',
    endpoints: ['udp/5070', 'tcp/5070'],
    programs: [],
    probed: true,
  },
  {
    id: 'nec-ip-phone',
    title: 'NEC IP phones',
    kind: 'sip',
    endpoints: ['udp/5080', 'udp/5081', 'tcp/5080'],
    programs: ['15-05-45'],
    probed: true,
  },
  {
    id: 'rtp',
    title: 'voice media (RTP/RTCP)',
    kind: 'media',
    endpoints: Array.from({ length: 64 }, (_, i) => `udp/${10_020 + i}` as const),
    programs: [],
    probed: false,
  },
  { id: 'cti', title: 'CTI server', kind: 'data', endpoints: ['tcp/8181'], programs: [], probed: true },
  {
    id: 'smdr',
    title: 'call records (SMDR)',
    kind: 'data',
    endpoints: ['tcp/60010'],
    programs: ['10-20-05'],
    probed: true,
  },
  { id: 'upnp', title: 'UPnP discovery (SSDP)', kind: 'gateway', endpoints: ['udp/1900'], programs: [], probed: true },
  { id: 'nat-pmp', title: 'NAT-PMP / PCP', kind: 'gateway', endpoints: ['udp/5351'], programs: [], probed: true },
] as const satisfies readonly Service[];

/** The ids of the services that sallyport knows. */
export type ServiceId = (typeof SERVICES)[number]['id'];

/** Finds a known service by id. */
export function findService(id: string): Service | undefined {
  return SERVICES.find((service) => service.id === id);
}
