import { dim, necSip, pcpro, webpro } from './servers/nec.js';
import { type SitePlan, SITES } from './sites.js';

/** A client of the simulated dealer. */
export interface FleetClient {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  /** Where it is, what was agreed with it, and what runs there while it is not as agreed. */
  readonly plan: Pick<SitePlan, 'address' | 'profile' | 'source' | 'servers'>;
  /**
   * The days on which its servers ran, counted back from today (0). On all others nothing listened there. Those that run
   * today go on.
   */
  readonly ranFrom: number;
  readonly ranUntil: number;
}

const ADMIN: SitePlan['servers'] = [
  { service: 'webpro', endpoints: ['tcp/80'], server: webpro() },
  { service: 'pcpro', endpoints: ['tcp/8000'], server: pcpro() },
];

const closed = (address: string, servers: SitePlan['servers']): FleetClient['plan'] => ({
  ...{ address, profile: 'closed', source: 'outsider', servers },
});

const at = (address: string, { profile, source, servers }: SitePlan): FleetClient['plan'] => ({
  ...{ address, profile, source, servers },
});

/** A month of a simulated dealer, for `sallyport demo --serve`. */
export const FLEET: readonly FleetClient[] = [
  {
    id: 'harbour-dental',
    name: 'Harbour Dental',
    group: 'north',
    plan: at('127.0.0.31', SITES.dmz),
    ranFrom: 9,
    ranUntil: 0,
  },
  {
    id: 'mill-lane',
    name: 'Mill Lane Surgery',
    group: 'north',
    plan: at('127.0.0.32', SITES.forwarded),
    ranFrom: 30,
    ranUntil: 0,
  },
  {
    id: 'old-town-hotel',
    name: 'Old Town Hotel',
    group: 'south',
    plan: at('127.0.0.33', SITES.upnp),
    ranFrom: 21,
    ranUntil: 0,
  },
  {
    id: 'quayside',
    name: 'Quayside Logistics',
    group: 'south',
    plan: at('127.0.0.34', SITES.hostile),
    ranFrom: 2,
    ranUntil: 0,
  },
  {
    ...{ id: 'station-garage', name: 'Station Garage', group: 'south', ranFrom: 24, ranUntil: 17 },
    plan: closed('127.0.0.35', ADMIN),
  },
  {
    ...{ id: 'northgate', name: 'Northgate Lawyers', group: 'north', ranFrom: 5, ranUntil: 5 },
    plan: closed('127.0.0.36', [{ service: 'dim', endpoints: ['tcp/5963'], server: dim() }]),
  },
  {
    ...{ id: 'st-anne', name: 'St Anne’s School', group: 'schools', ranFrom: 14, ranUntil: 0 },
    plan: closed('127.0.0.37', [{ service: 'sip-trunk', endpoints: ['udp/5060', 'tcp/5060'], server: necSip() }]),
  },
  {
    ...{ id: 'riverside', name: 'Riverside School', group: 'schools', ranFrom: 12, ranUntil: 10 },
    plan: closed('127.0.0.38', ADMIN),
  },
];
