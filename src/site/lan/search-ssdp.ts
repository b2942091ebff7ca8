import type { LanInterface, SsdpFound } from '../../model/lan.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import { FixedPort, type PortUser } from '../../net/sockets/fixed-port.js';
import type { Sender } from '../../net/sockets/udp-port.js';
import { searchUdp, type TimedDatagram, type UdpSearchResult } from '../../net/sockets/udp-search.js';
import { parseSsdpAnswer, renderSsdpSearch } from '../../protocols/upnp/ssdp.js';
import { USER_AGENT } from '../../version.js';
import { findLan } from '../../system/lan-interfaces.js';

/** The group that all UPnP devices of a network hear (UPnP Device Architecture 2.0 §1.1). */
const GROUP = '239.255.255.250';
export const SSDP_PORT = 1_900;
/** Seconds within which devices spread their answers. */
const MX = 1;
/** Answers that are kept of one address besides those to where we asked from. */
const MAX_HEARD = 64;
/** Between two searches of ours, ms: small devices drop what comes in bursts. */
const GAP_MS = 25;

/** Gateways by the services that open ports first, then all that is there, in both words: some know one alone. */
const SEARCHES: readonly string[] = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
  'upnp:rootdevice',
  'ssdp:all',
];

/** When each round of searches begins and how long answers are taken: 3.1 s after the last search, as a check waits. */
const UNICAST = { roundsMs: [0, 350], collectMs: 3_600 };
const MULTICAST = { roundsMs: [0, 800], collectMs: 4_050 };

export interface SearchSsdpOptions {
  /** IPv4 addresses that are asked each by itself, first. */
  readonly hosts: readonly string[];
  /** Interfaces on which everyone is asked then. */
  readonly interfaces: readonly LanInterface[];
  readonly port: number;
  /** Where answers are heard too, since some gateways send them there; the port of SSDP if not given. */
  readonly hearAt?: number | undefined;
  readonly signal: AbortSignal;
}

export interface SsdpSearchResult {
  /** Answers by the address of the sender, each told once. */
  readonly found: ReadonlyMap<string, readonly SsdpFound[]>;
  /** Our own trouble, as sentences: what could not be asked, or not be kept. */
  readonly problems: readonly string[];
}

/** Searches for UPnP devices: first each host by itself, then everyone on each interface. About 8 s. Never rejects. */
export async function searchSsdp(options: SearchSsdpOptions): Promise<SsdpSearchResult> {
  const { hosts, interfaces, port, hearAt = SSDP_PORT, signal } = options;
  const found = new Map<string, Map<string, SsdpFound>>();
  const problems: string[] = [];
  const keep = (bytes: Buffer, from: Sender): void => {
    const answer = parseSsdpAnswer(bytes);
    if (!answer) return;
    const known = found.get(from.address) ?? new Map<string, SsdpFound>();
    found.set(from.address, known.set(JSON.stringify(answer), { ...answer, from: from.address }));
  };
  const take = (asked: string, result: UdpSearchResult): void => {
    problems.push(...tellTrouble(asked, result));
    for (const { bytes, from } of result.answers) keep(bytes, from);
  };
  const ear: PortUser = {
    hear: (bytes, from) => {
      const isAsked = hosts.includes(from.address) || findLan(interfaces, from.address) !== undefined;
      if (isAsked && (found.get(from.address)?.size ?? 0) < MAX_HEARD) keep(bytes, from);
    },
  };
  const ears = await openEars(options, hearAt, ear);
  await Promise.all(hosts.map(async (host) => take(host, await askHost(host, port, signal))));
  await Promise.all(
    interfaces.map(async (lan) => {
      const { datagrams, collectMs } = planSearch(MULTICAST);
      const near = hosts.filter((host) => findLan([lan], host) !== undefined).map(askBefore);
      const search = { localAddress: lan.address, address: GROUP, port, datagrams: [...near, ...datagrams] };
      take(`the network of ${lan.name} (${lan.address})`, await searchUdp({ ...search, collectMs, signal }));
    }),
  );
  await Promise.all(ears.map((port) => port.leave(ear)));
  return { found: new Map([...found].map(([from, answers]) => [from, [...answers.values()]])), problems };
}

/** Listens on the port of SSDP of each address that searches leave from, beside other tools, where it can be had. */
async function openEars({ hosts, interfaces }: SearchSsdpOptions, port: number, ear: PortUser): Promise<FixedPort[]> {
  const local = await Promise.all(hosts.map((host) => findLocalAddress(host)));
  const addresses = new Set([
    ...local.flatMap((address) => address ?? []),
    ...interfaces.map(({ address }) => address),
  ]);
  const binding = { family: 4, port, besideOthers: true } as const;
  const opened = [...addresses].map((address) => FixedPort.join({ ...binding, address }, ear).catch(() => null));
  return (await Promise.all(opened)).filter((fixed) => fixed !== null);
}

async function askHost(host: string, port: number, signal: AbortSignal): Promise<UdpSearchResult> {
  const localAddress = await findLocalAddress(host);
  if (localAddress === null)
    return { answers: [], overflow: false, sent: 0, problem: 'this machine has no route there' };
  return searchUdp({ localAddress, address: host, port, ...planSearch(UNICAST), signal });
}

function planSearch({ roundsMs, collectMs }: typeof UNICAST): { datagrams: TimedDatagram[]; collectMs: number } {
  const requests = SEARCHES.map((st) => renderSsdpSearch({ st, mx: MX, userAgent: USER_AGENT }));
  return {
    datagrams: roundsMs.flatMap((beginMs) =>
      requests.map((bytes, index) => ({ bytes, atMs: beginMs + index * GAP_MS })),
    ),
    collectMs,
  };
}

/**
 * Some routers answer only searches of everyone, and a firewall of ours lets in only answers from where we asked:
 * so what matters most is asked from that socket too.
 */
function askBefore(host: string): TimedDatagram {
  return { bytes: renderSsdpSearch({ st: SEARCHES[0]!, mx: MX, userAgent: USER_AGENT }), atMs: 0, to: host };
}

function tellTrouble(asked: string, { overflow, sent, problem }: UdpSearchResult): string[] {
  return [
    ...(problem === null
      ? []
      : [`${asked} ${sent === 0 ? 'could not be searched' : 'could be searched only in part'}: ${problem}`]),
    ...(overflow ? [`more answers came from ${asked} than are kept`] : []),
  ];
}
