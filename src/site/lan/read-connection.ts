import type { PortMapping, WanConnection } from '../../model/lan.js';
import type { WanService } from '../../protocols/upnp/igd-description.js';
import { parseSoapAnswer, renderSoapCall, type SoapAnswer, type SoapCall } from '../../protocols/upnp/soap.js';
import {
  askExternalAddress,
  askMapping,
  askMappingList,
  askStatus,
  mappingKey,
  readExternalAddress,
  readMapping,
  readMappingList,
  readStatus,
} from '../../protocols/upnp/wan-connection.js';
import { type GatewayPeer, type HttpDialogue, talkHttp } from './gateway-http.js';
import { isOwnHost, parseHttpUrl, portOf } from './gateway-locations.js';

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
  if (!url) return unread(service, 'its description names no http address for requests');
  if (!isOwnHost(url, peer.host.address)) {
    return unread(
      service,
      `its description sends requests to ${url.host.slice(0, 128)}, which is not the gateway's own address; nothing ` +
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
  if (externalAddress === undefined) tell('what it gives as its external address is not an address');
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

/** Entries that are read of one table. */
const MAX_ENTRIES = 1_024;
/** Entries in a row that tell nothing new, after which the table is taken for one that has no end. */
const MAX_BARREN = 32;
/** "SpecifiedArrayIndexInvalid": there is no entry of this index, the normal end (UPnP WANIPConnection:2 §2.5.18.4). */
const END_OF_TABLE = 713;
/** "PortMappingNotFound": there is none of that transport (§2.5.21.4). */
const NONE_FOUND = 730;

/** The mappings of a connection, and whether these are all that the gateway would tell. */
interface MappingTable extends Pick<WanConnection, 'mappings' | 'list'> {
  /** What else went wrong: parts of sentences. */
  readonly problems: readonly string[];
}

/** Reads the whole mapping table, and with version 2 of the service its list too. It only reads. */
async function readMappings(call: SoapCaller, serviceType: string, version: number): Promise<MappingTable> {
  const table = await readTable(call, serviceType);
  return version >= 2 ? addLists(call, serviceType, table) : table;
}

/** Asks for entry after entry until the normal end; whatever else ends it leaves the list incomplete. */
async function readTable(call: SoapCaller, serviceType: string): Promise<MappingTable> {
  const mappings: PortMapping[] = [];
  const known = new Set<string>();
  let unreadable = 0;
  let barren = 0;
  const end = (why: string | null): MappingTable => ({ mappings, list: { complete: why === null, why }, problems: [] });
  for (let index = 0; index < MAX_ENTRIES; index++) {
    const answer = await call(askMapping(serviceType, index));
    if ('fault' in answer && answer.fault.code === END_OF_TABLE) {
      return end(unreadable === 0 ? null : `${unreadable} of the entries could not be read`);
    }
    if (!('results' in answer)) {
      const normal = 'fault' in answer ? `, which is not the normal end (${END_OF_TABLE})` : '';
      return end(`entry ${index} could not be read: ${describeFailure(answer)}${normal}`);
    }
    const entry = readMapping(answer.results);
    if (!entry) unreadable++;
    const fresh = (entry ?? []).filter((mapping) => !known.has(identify(mapping)));
    for (const mapping of fresh) known.add(identify(mapping));
    mappings.push(...fresh);
    barren = fresh.length > 0 ? 0 : barren + 1;
    if (barren === MAX_BARREN) return end(`its last ${MAX_BARREN} entries added nothing new, and it did not end`);
  }
  return end(`it has more than ${MAX_ENTRIES} entries`);
}

/** All of a mapping but its lease, which runs down while the table is read. */
function identify(mapping: PortMapping): string {
  return JSON.stringify({ ...mapping, leaseSeconds: null });
}

/** Adds what the lists of version 2 hold beyond the table; an entry that is in both is taken from the table. */
async function addLists(call: SoapCaller, serviceType: string, table: MappingTable): Promise<MappingTable> {
  const mappings = [...table.mappings];
  const known = new Set(mappings.map(mappingKey));
  const problems: string[] = [];
  let unreadable = 0;
  for (const transport of ['tcp', 'udp'] as const) {
    const answer = await call(askMappingList(serviceType, transport));
    if ('fault' in answer && answer.fault.code === NONE_FOUND) continue;
    const list = 'results' in answer ? readMappingList(answer.results, MAX_ENTRIES) : answer;
    if (!('mappings' in list)) {
      problems.push(`the list of ${transport} mappings could not be read: ${describeFailure(list)}`);
      continue;
    }
    unreadable += list.unreadable;
    for (const mapping of list.mappings) {
      if (known.has(mappingKey(mapping))) continue;
      known.add(mappingKey(mapping));
      mappings.push(mapping);
    }
  }
  const list =
    unreadable > 0 && table.list.complete
      ? { complete: false, why: `${unreadable} entries of its list could not be read` }
      : table.list;
  return { mappings, list, problems };
}

/** Calls an action of a service and tells what came of it. */
type SoapCaller = (call: SoapCall) => Promise<SoapAnswer>;

/** Calls go to one control URL; only its path and query are used. */
function createCaller(dialogue: HttpDialogue, { pathname, search }: URL): SoapCaller {
  return async (call) => {
    const answer = await dialogue.request(`${pathname}${search}`, renderSoapCall(call));
    if ('problem' in answer) return answer;
    const parsed = parseSoapAnswer(answer.body, call.action);
    if (!('problem' in parsed)) return parsed;
    if (!answer.whole) return { problem: 'its answer was cut off' };
    if (answer.status < 200 || answer.status > 299) return { problem: `it answered with HTTP status ${answer.status}` };
    return { problem: `its answer cannot be used: ${parsed.problem}` };
  };
}

/** Says what an answer without results was: a part of a sentence. */
function describeFailure(answer: Exclude<SoapAnswer, { readonly results: unknown }>): string {
  if ('problem' in answer) return answer.problem;
  const { code, description } = answer.fault;
  return `it answered with ${code === null ? 'an error' : `error ${code}`}${description ? ` (${description})` : ''}`;
}
