import { limitTime, waitWithin } from '../../async/time-limit.js';
import { natPmpAddress } from '../../check/probes/nat-pmp-address.js';
import type { Device, Gateway, PcpEvidence, SsdpFound } from '../../model/lan.js';
import type { NatPmpEvidence } from '../../model/report.js';
import type { Engine } from '../../net/scan/engine.js';
import { parsePcpAnswer, renderPcpAnnounce } from '../../protocols/nat/nat-pmp.js';
import {
  type DescriptionResult,
  parseDeviceDescription,
  type WanService,
} from '../../protocols/upnp/igd-description.js';
import { endReason, type GatewayPeer, talkHttp } from './gateway-http.js';
import { chooseLocations, portOf } from './gateway-locations.js';
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
  /** Where NAT-PMP and PCP are asked; default 5351. */
  readonly natPmpPort?: number;
  /** Longest time in total, ms; default 20,000. */
  readonly totalMs?: number;
  readonly signal: AbortSignal;
}

const NAT_PMP_PORT = 5351;
const TOTAL_MS = 20_000;
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
  const { engine, address, answers, totalMs = TOTAL_MS } = options;
  const term = limitTime(options.signal, totalMs, {
    stopped: 'it was cut off',
    over: `it took longer than ${Math.round(totalMs / 1000)} s in total`,
  });
  try {
    const peer = { engine, host: engine.host(address), signal: term.signal };
    const [upnp, pcp] = await Promise.all([readUpnp(peer, answers), readPcp(peer, options.natPmpPort ?? NAT_PMP_PORT)]);
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
    };
  } finally {
    term.release();
  }
}

interface ReadUpnp {
  readonly device: Device | null;
  readonly connections: readonly ReadConnection[];
  readonly problems: readonly string[];
}

/** Descriptions first, then each connection that they name, one after the other: small routers are easily flooded. */
async function readUpnp(peer: GatewayPeer, answers: readonly SsdpFound[]): Promise<ReadUpnp> {
  const { locations, problems: left } = chooseLocations(peer.host.address, answers);
  const problems = [...left];
  const descriptions: Exclude<DescriptionResult, { problem: string }>[] = [];
  for (const location of locations) {
    const description = await readDescription(peer, location);
    if (!('problem' in description)) descriptions.push(description);
    else problems.push(`Its description at ${location.href.slice(0, 256)} could not be read: ${description.problem}.`);
  }
  const services = new Map<string, WanService>();
  for (const service of descriptions.flatMap((description) => description.services)) {
    services.set(`${service.serviceType} ${service.controlUrl}`, service);
  }
  if (services.size > MAX_CONNECTIONS) {
    problems.push(`It names ${services.size} WAN connections; ${MAX_CONNECTIONS} of them were read.`);
  }
  const connections: ReadConnection[] = [];
  for (const service of [...services.values()].slice(0, MAX_CONNECTIONS)) {
    connections.push(await readConnection(peer, service));
  }
  const router = descriptions.find((description) => description.services.length > 0) ?? descriptions[0];
  return { device: router?.device ?? null, connections, problems };
}

async function readDescription(peer: GatewayPeer, location: URL): Promise<DescriptionResult> {
  const answer = await talkHttp(peer, portOf(location), (dialogue) =>
    dialogue.request(`${location.pathname}${location.search}`),
  );
  if ('problem' in answer) return answer;
  if (answer.status >= 300 && answer.status <= 399) {
    return { problem: `it answered with a redirect (HTTP status ${answer.status}), which is not followed` };
  }
  if (answer.status !== 200) return { problem: `it answered with HTTP status ${answer.status}` };
  const description = parseDeviceDescription(answer.body, location.href);
  return 'problem' in description && !answer.whole ? { problem: 'its answer was cut off' } : description;
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
  const asked = await waitWithin(signal, () => natPmpAddress.run(engine, host, port));
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
