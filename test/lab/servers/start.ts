import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PBX, PBX6 } from '../ruleset.js';
import { GATEWAY, type Site } from '../topology.js';
import type { Namespace, Server } from '../namespace.js';

const HERE = join(process.cwd(), 'test/lab/servers');

/** The services of pbx.js with the ports that they listen on. */
const PBX_PORTS = {
  webpro: ['tcp/80'],
  pcpro: ['tcp/8000'],
  dim: ['tcp/5963'],
  sip: ['tcp/5060', 'udp/5060'],
  'third-party': ['tcp/5070', 'udp/5070'],
  phones: ['tcp/5080', 'udp/5080'],
} as const;
/** A service that the simulated phone system can offer. */
export type PbxService = keyof typeof PBX_PORTS;

/** Starts a simulated phone system in the office. */
export function startPbx(site: Site, services: readonly PbxService[]): Promise<Server> {
  const ports = services.flatMap((service) => PBX_PORTS[service]);
  return site.office.start([process.execPath, join(HERE, 'pbx.js'), ...services], ports);
}

/** Starts kamailio on udp+tcp/5060 of the PBX's address. */
export function startKamailio(site: Site): Promise<Server> {
  const listen = [PBX, `[${PBX6}]`].flatMap((address) => [`udp:${address}:5060`, `tcp:${address}:5060`]);
  return site.office.start(
    [
      ...['kamailio', '-f', join(HERE, 'kamailio.cfg'), '-DD', '-E', '-m', '16', '-M', '4', '-Y', site.directory],
      ...listen.flatMap((socket) => ['-l', socket]),
    ],
    ['udp/5060', 'tcp/5060'],
  );
}

/** How miniupnpd is configured. */
export interface MiniupnpdOptions {
  /** The external address that it tells; null leaves it to the interface. */
  readonly externalAddress?: string | null;
  readonly upnp?: boolean;
  readonly natPmp?: boolean;
  /** False lets everybody map to any address, as routers that fell to UPnProxy did. */
  readonly secure?: boolean;
  /** Where it runs; default the site's router. */
  readonly at?: Namespace;
}

/**
 * Starts miniupnpd on the router. It takes TEST-NET for private and refuses to forward there, so it is told
 * another external address where the site has one of those; nothing is ever sent to that.
 */
export async function startMiniupnpd(site: Site, options: MiniupnpdOptions = {}): Promise<Server> {
  const { externalAddress = '1.2.3.4', upnp = true, natPmp = true, secure = true, at = site.router } = options;
  const yes = (on: boolean) => (on ? 'yes' : 'no');
  const file = join(site.directory, 'miniupnpd.conf');
  const settings = [
    'ext_ifname=wan',
    ...(externalAddress === null ? [] : [`ext_ip=${externalAddress}`]),
    'listening_ip=lan',
    'port=5000',
    `enable_upnp=${yes(upnp)}`,
    `enable_natpmp=${yes(natPmp)}`,
    `secure_mode=${yes(secure)}`,
    'uuid=5a11f047-0000-4000-8000-000000000001',
    'upnp_table_name=filter',
    'upnp_nat_table_name=nat',
    'upnp_forward_chain=upnp',
    'upnp_nat_chain=upnp',
    'upnp_nat_postrouting_chain=upnp_out',
    `allow 1-65535 ${secure ? '192.168.1.0/24' : '0.0.0.0/0'} 1-65535`,
    'deny 0-65535 0.0.0.0/0 0-65535',
  ];
  await writeFile(file, settings.join('\n') + '\n');
  return at.start(
    ['miniupnpd', '-d', '-f', file, '-P', join(site.directory, 'miniupnpd.pid')],
    [...(upnp ? ['tcp/5000', 'udp/1900'] : []), ...(natPmp ? ['udp/5351'] : [])],
  );
}

/** Asks the router by UPnP, from the office, for a forward to `host`; resolves to what upnpc said. */
export async function askForForward(
  site: Site,
  port: number,
  protocol: 'TCP' | 'UDP',
  host: string = PBX,
): Promise<string> {
  const { stdout, code } = await site.office.run(['upnpc', '-m', 'lan', '-a', host, `${port}`, `${port}`, protocol]);
  if (code !== 0) throw new Error(`upnpc: exit ${code}\n${stdout}`);
  return stdout;
}

/** Asks the router by NAT-PMP, from the office, for a forward to the phone system's address. */
export async function askForNatPmp(site: Site, port: number, transport: 'tcp' | 'udp'): Promise<void> {
  const mapping = ['-a', `${port}`, `${port}`, transport, '3600'];
  const { stdout, code } = await site.office.run(['natpmpc', '-g', GATEWAY, ...mapping]);
  if (code !== 0) throw new Error(`natpmpc: exit ${code}\n${stdout}`);
}

/** The office's gateway, as upnpc names it. */
export const GATEWAY_DESCRIPTION = `http://${GATEWAY}:5000/rootDesc.xml`;
