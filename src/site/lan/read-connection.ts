import type { WanConnection } from '../../model/lan.js';
import type { WanService } from '../../protocols/upnp/igd-description.js';
import { askExternalAddress, askStatus, readExternalAddress, readStatus } from '../../protocols/upnp/wan-connection.js';
import { type GatewayPeer, talkHttp } from './gateway-http.js';
import { isOwnHost, parseHttpUrl, portOf } from './gateway-locations.js';
import { createCaller, describeFailure, readMappings, type SoapCaller } from './read-mappings.js';

/** A WAN connection as far as it could be read, and what could not: sentences. */
export interface ReadConnection {
  readonly connection: WanConnection;
  readonly problems: readonly string[];
}

/**
 * Reads status, external address and mappings of one WAN connection service. Calls go to the gateway's own address
 * only: a control URL elsewhere is told, not asked.
 */
export async function readConnection(peer: GatewayPeer, service: WanService): Promise<ReadConnection> {
  const url = parseHttpUrl(service.controlUrl ?? '');
  if (!url) return unread(service, 'its description names no http address for questions');
  if (!isOwnHost(url, peer.host.address)) {
    return unread(
      service,
      `its description sends questions to ${url.host.slice(0, 128)}, which is not the gateway's own address; nothing ` +
        'was asked there, as another machine could answer with any mappings, or none',
    );
  }
  const read = await talkHttp(peer, portOf(url), (dialogue) => ask(createCaller(dialogue, url), service));
  return 'problem' in read ? unread(service, read.problem) : read;
}

async function ask(call: SoapCaller, { serviceType, version }: WanService): Promise<ReadConnection> {
  const problems: string[] = [];
  const tell = (what: string): void => void problems.push(`${shortName(serviceType)}: ${what}.`);
  const status = await call(askStatus(serviceType));
  if (!('results' in status)) tell(`its status could not be read: ${describeFailure(status)}`);
  const external = await call(askExternalAddress(serviceType));
  const externalAddress = 'results' in external ? readExternalAddress(external.results) : null;
  if (!('results' in external)) tell(`its external address could not be read: ${describeFailure(external)}`);
  if (externalAddress === undefined) tell('what it gives as its external address is none');
  const table = await readMappings(call, serviceType, version);
  table.problems.forEach(tell);
  const { status: told, uptimeSeconds } =
    'results' in status ? readStatus(status.results) : { status: null, uptimeSeconds: null };
  const { mappings, list } = table;
  return {
    connection: {
      serviceType,
      status: told,
      uptimeSeconds,
      externalAddress: externalAddress ?? null,
      mappings,
      list: { ...list, why: list.why?.slice(0, 512) ?? null },
    },
    problems,
  };
}

function unread({ serviceType }: WanService, why: string): ReadConnection {
  return {
    connection: {
      serviceType,
      status: null,
      uptimeSeconds: null,
      externalAddress: null,
      mappings: [],
      list: { complete: false, why: why.slice(0, 512) },
    },
    problems: [`${shortName(serviceType)}: ${why}.`],
  };
}

/** `WANIPConnection:1` of the whole type. */
function shortName(serviceType: string): string {
  return serviceType.split(':').slice(-2).join(':');
}
