import { limitTime, waitWithin } from '../../async/time-limit.js';
import { natPmpAddress } from '../../check/probes/nat-pmp-address.js';
import { runProbe } from '../../check/probes/probe.js';
import type { Endpoint } from '../../model/endpoint.js';
import type { Device, Gateway, PcpEvidence, SsdpFound } from '../../model/lan.js';
import type { NatPmpEvidence } from '../../model/evidence.js';
import type { Engine } from '../../net/scan/engine.js';
import { parsePcpAnswer, renderPcpAnnounce } from '../../protocols/nat/nat-pmp.js';
import { type HttpPlace, renderHttpPlace } from '../../protocols/upnp/http-place.js';
import {
  type Description,
  type DescriptionResult,
  parseDeviceDescription,
  type WanService,
} from '../../protocols/upnp/igd-description.js';
import { endReason, type GatewayPeer, talkHttp } from './gateway-http.js';
import { chooseLocations } from './gateway-locations.js';
import { readConnection, type ReadConnection } from './read-connection.js';

/** A gateway of the LAN to read. */
export interface ReadGatewayOptions {
  readonly engine: Engine;
  /** An IP literal, with a zone where it needs one. */
  readonly address: string;
  readonly interface: string | null;
  readonly isDefault: boolean;
  /** What it answered to searches: its descriptions are found by them. */
  readonly answers: readonly SsdpFound[];
  /** Whose mappings are looked up one by one if the table is not read to its end, those that matter most first. */
  readonly endpoints?: readonly Endpoint[];
  /** Where NAT-PMP and PCP are asked; default 5351. */
  readonly natPmpPort?: number;
  /** Longest time in total, ms; default 20,000. */
  readonly totalMs?: number;
  readonly signal: AbortSignal;
}

const NAT_PMP_PORT = 5351;
const TOTAL_MS = 20_000;
/** Of the whole time, where endpoints are looked up after it. */
const TABLE_SHARE = 0.6;
const MAX_ANSWERS = 32;
const MAX_CONNECTIONS = 8;
const MAX_PROBLEMS = 32;
const MAX_PROBLEM = 512;

/**
 * Reads all that one gateway tells: description, WAN connections and their mappings by UPnP, its external address by
 * NAT-PMP, and whether it speaks PCP. It only reads, and only from that address. Ends with what it has when the
 * signal aborts or the time is up; `problems` says what could not be read. A gateway that answers nothing has no
 * device, no connections and no problems.
 */
export async function readGateway(options: ReadGatewayOptions): Promise<Gateway> {
  const { engine, address, answers, endpoints = [], totalMs = TOTAL_MS } = options;
  const term = limitTime(options.signal, totalMs, {
    stopped: 'it was cut off',
    over: `it took longer than ${Math.round(totalMs / 1000)} s in total`,
  });
  try {
    const peer = { engine, host: engine.host(address), signal: term.signal };
    const [upnp, pcp] = await Promise.all([
      readUpnp(peer, answers, { endpoints, tableMs: TABLE_SHARE * totalMs }),
      readPcp(peer, options.natPmpPort ?? NAT_PMP_PORT),
    ]);
    const notes = boundProblems([...upnp.notes, ...upnp.connections.flatMap((connection) => connection.notes)]);
    return {
      address,
      interface: options.interface,
      isDefault: options.isDefault,
      answers: answers.slice(0, MAX_ANSWERS),
      device: upnp.device,
      connections: upnp.connections.map(({ connection }) => connection),
      natPmp: pcp.natPmp,
      pcp: pcp.pcp,
      problems: boundProblems([
        ...upnp.problems,
        ...upnp.connections.flatMap((connection) => connection.problems),
        ...pcp.problems,
      ]),
      ...(notes.length > 0 && { notes }),
    };
  } finally {
    term.release();
  }
}

interface ReadUpnp {
  readonly device: Device | null;
  readonly connections: readonly ReadConnection[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Descriptions first, then each connection that they name, one after the other: small routers are easily flooded. */
async function readUpnp(
  peer: GatewayPeer,
  answers: readonly SsdpFound[],
  options: Parameters<typeof readConnection>[2],
): Promise<ReadUpnp> {
  const chosen = chooseLocations(peer.host.address, answers);
  const [problems, notes] = [[...chosen.problems], [...chosen.notes]];
  const descriptions: Description[] = [];
  for (const { place, matters } of chosen.locations) {
    const description = await readDescription(peer, place);
    const named = `Its description at ${renderHttpPlace(place).slice(0, 256)}`;
    if ('problem' in description) {
      (matters ? problems : notes).push(`${named} could not be read: ${description.problem}.`);
      continue;
    }
    descriptions.push(description);
    if (description.isCut) problems.push(`${named} has no end: there may be more in it than was read.`);
    if (description.loose)
      notes.push(`${named}: ${description.loose}. What is needed was taken out of it nevertheless.`);
  }
  const services = new Map<string, WanService>();
  for (const service of descriptions.flatMap((description) => description.services)) {
    const { serviceType, control } = service;
    services.set(`${serviceType} ${control && `${control.port} ${control.path}`}`, service);
  }
  if (services.size > MAX_CONNECTIONS) {
    problems.push(`It names ${services.size} WAN connections; ${MAX_CONNECTIONS} of them were read.`);
  }
  const connections: ReadConnection[] = [];
  for (const service of [...services.values()].slice(0, MAX_CONNECTIONS)) {
    connections.push(await readConnection(peer, service, options));
  }
  const router = descriptions.find((description) => description.services.length > 0) ?? descriptions[0];
  return { device: router?.device ?? null, connections, problems, notes };
}

/** One that ends in the midst is asked for once more, beyond the length that it tells: some routers tell a short one. */
async function readDescription(peer: GatewayPeer, place: HttpPlace): Promise<DescriptionResult> {
  const description = await askDescription(peer, place, false);
  if (!description.isCut) return description;
  const longer = await askDescription(peer, place, true);
  return longer.isCut || 'problem' in longer ? description : longer;
}

async function askDescription(peer: GatewayPeer, place: HttpPlace, beyondLength: boolean): Promise<DescriptionResult> {
  const answer = await talkHttp(peer, place.port, (dialogue) => dialogue.request(place.path, undefined, beyondLength));
  const failed = (problem: string) => ({ problem, isCut: false });
  if ('problem' in answer) return failed(answer.problem);
  if (answer.status >= 300 && answer.status <= 399) {
    return failed(`it answered with a redirect (HTTP status ${answer.status}), which is not followed`);
  }
  if (answer.status !== 200) return failed(`it answered with HTTP status ${answer.status}`);
  // What it names without a host is at the gateway's own address, whatever host its LOCATION names.
  const description = parseDeviceDescription(answer.body, { ...place, scheme: 'http', host: '' });
  // A length of 0 may be the one that is too short.
  if (answer.body.length === 0 && answer.whole) return { problem: 'it is empty', isCut: true };
  if ('problem' in description) return answer.whole ? description : failed('its answer was cut off');
  return { ...description, isCut: description.isCut || (description.loose !== null && !answer.whole) };
}

/** What answers where NAT-PMP and PCP are served, and what could not be asked: sentences. */
interface ReadPcp {
  readonly natPmp: NatPmpEvidence | null;
  readonly pcp: PcpEvidence | null;
  readonly problems: readonly string[];
}

/**
 * Asks for the external address by NAT-PMP, then whether there is a PCP server: one after the other, as both have one
 * port and their answers could be taken for each other's. Where the port is refused, the second is not asked.
 */
async function readPcp({ engine, host, signal }: GatewayPeer, port: number): Promise<ReadPcp> {
  const asked = await waitWithin(signal, () => runProbe(natPmpAddress, engine, host, port));
  if (!asked) {
    const problem = `The questions to NAT-PMP and PCP were not finished: ${endReason(signal)}.`;
    return { natPmp: null, pcp: null, problems: [problem] };
  }
  const natPmp = asked.evidence.natPmp ?? null;
  if (asked.state === 'closed') return { natPmp, pcp: null, problems: [] };
  const announced: { pcp: PcpEvidence | null } = { pcp: null };
  const outcome = await waitWithin(signal, () =>
    engine.udp(host, port, {
      ask: (local) => ({ bytes: renderPcpAnnounce(local().address) }),
      read: (bytes) => {
        const answer = parsePcpAnswer(bytes);
        if (!answer) return undefined;
        announced.pcp = answer;
        return {};
      },
      reason: 'udp-response',
    }),
  );
  const problems = [
    ...(asked.state === 'error' ? [`NAT-PMP could not be asked from here (${asked.reason}).`] : []),
    ...(outcome?.state === 'error' ? [`PCP could not be asked from here (${outcome.reason}).`] : []),
    ...(outcome ? [] : [`The questions to PCP were not finished: ${endReason(signal)}.`]),
  ];
  return { natPmp, pcp: announced.pcp, problems };
}

function boundProblems(problems: readonly string[]): string[] {
  const shown = problems.length > MAX_PROBLEMS ? problems.slice(0, MAX_PROBLEMS - 1) : problems;
  const more = problems.length - shown.length;
  return [...shown.map((problem) => problem.slice(0, MAX_PROBLEM)), ...(more > 0 ? [`And ${more} more.`] : [])];
}
