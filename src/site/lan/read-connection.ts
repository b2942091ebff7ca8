import type { WanConnection } from '../../model/lan.js';
import type { WanService } from '../../protocols/upnp/igd-description.js';
import { askExternalAddress, askStatus, readExternalAddress, readStatus } from '../../protocols/upnp/wan-connection.js';
import { type GatewayPeer, talkHttp } from './gateway-http.js';
import { noteDetour } from './gateway-locations.js';
import { readMappings, type ReadMappingsOptions } from './read-mappings.js';
import { createCaller, describeFailure, needsPassword, type SoapCaller } from './soap-caller.js';

/** A WAN connection as far as it could be read, what could not, and what else there is to say: sentences. */
export interface ReadConnection {
  readonly connection: WanConnection;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Reads status, external address and mappings of one WAN connection service. Calls go to the gateway's own address,
 * whatever host its control URL names: nothing is asked elsewhere, as another machine could answer with any mappings.
 * One whose every call is answered that it needs a password is noted as such.
 */
export async function readConnection(
  peer: GatewayPeer,
  service: WanService,
  options: Pick<ReadMappingsOptions, 'endpoints' | 'tableMs'>,
): Promise<ReadConnection> {
  const { control } = service;
  if (!control) return unread(service, 'its description names no http address for requests');
  const detour = noteDetour(control, peer.host.address, sentence(service, 'it takes requests').slice(0, -1));
  const read = await talkHttp(peer, control.port, (dialogue) =>
    ask(createCaller(dialogue, control.path), service, { ...options, signal: peer.signal }),
  );
  const result = 'problem' in read ? unread(service, read.problem) : read;
  return { ...result, notes: [...detour, ...result.notes] };
}

async function ask(calling: SoapCaller, service: WanService, options: ReadMappingsOptions): Promise<ReadConnection> {
  const { serviceType } = service;
  let isOpen = false;
  const call: SoapCaller = async (question) => {
    const answer = await calling(question);
    if (!needsPassword(answer)) isOpen = true;
    return answer;
  };
  const problems: string[] = [];
  const tell = (what: string): void => void problems.push(sentence(service, what));
  const status = await call(askStatus(serviceType));
  if (!('results' in status)) tell(`its status could not be read: ${describeFailure(status)}`);
  const external = await call(askExternalAddress(serviceType));
  const externalAddress = 'results' in external ? readExternalAddress(external.results) : null;
  if (!('results' in external)) tell(`its external address could not be read: ${describeFailure(external)}`);
  if (externalAddress === undefined) tell('what it gives as its external address is not an address');
  const { mappings, list, ...table } = await readMappings(call, service, options);
  if (!isOpen) return locked(service);
  table.problems.forEach(tell);
  const { status: told, uptimeSeconds } =
    'results' in status ? readStatus(status.results) : { status: null, uptimeSeconds: null };
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
    notes: table.notes.map((note) => sentence(service, note)),
  };
}

function unread(service: WanService, why: string): ReadConnection {
  return { connection: nothing(service, why), problems: [sentence(service, why)], notes: [] };
}

function locked(service: WanService): ReadConnection {
  const why = 'it answers that it needs a password';
  return {
    connection: { ...nothing(service, why), needsPassword: true },
    problems: [],
    notes: [sentence(service, why)],
  };
}

function nothing({ serviceType }: WanService, why: string): WanConnection {
  return {
    serviceType,
    status: null,
    uptimeSeconds: null,
    externalAddress: null,
    mappings: [],
    list: { complete: false, why: why.slice(0, 512) },
  };
}

function sentence({ serviceType }: WanService, what: string): string {
  return `${shortName(serviceType)}: ${what}.`;
}

/** `WANIPConnection:1` of the whole type. */
function shortName(serviceType: string): string {
  return serviceType.split(':').slice(-2).join(':');
}
