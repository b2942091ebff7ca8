import type { NatPmpEvidence } from '../model/report.js';
import type { PcpEvidence } from '../model/lan.js';
import type { Outcome } from '../net/outcome.js';
import { natPmpAddress } from '../probes/nat-pmp-address.js';
import { parsePcpAnswer, renderPcpAnnounce } from '../protocols/pcp.js';
import type { GatewayPeer } from './gateway-http.js';
import { endReason, withinTerm } from './term.js';

/** What answers where NAT-PMP and PCP are served, and what could not be asked: sentences. */
export interface ReadPcp {
  readonly natPmp: NatPmpEvidence | null;
  readonly pcp: PcpEvidence | null;
  readonly problems: readonly string[];
}

/**
 * Asks for the external address by NAT-PMP, then whether there is a PCP server: one after the other, as both have one
 * port and their answers could be taken for each other's. Where the port is refused, the second is not asked.
 */
export async function readPcp({ engine, host, signal }: GatewayPeer, port: number): Promise<ReadPcp> {
  const asked = await withinTerm(signal, natPmpAddress.run(engine, host, port));
  if (!asked)
    return { natPmp: null, pcp: null, problems: [`NAT-PMP and PCP were not asked to the end: ${endReason(signal)}.`] };
  const natPmp = asked.evidence.natPmp ?? null;
  if (asked.state === 'closed') return { natPmp, pcp: null, problems: [] };
  const found: { pcp: PcpEvidence | null } = { pcp: null };
  const announcing = engine.udp(host, port, {
    ask: (local) => ({ bytes: renderPcpAnnounce(local().address) }),
    read: (bytes) => {
      const answer = parsePcpAnswer(bytes);
      if (!answer) return undefined;
      found.pcp = answer;
      return {};
    },
    reason: 'udp-response',
  });
  const announced = await withinTerm(signal, announcing);
  const tell = (what: string, outcome: Outcome | null): string[] => {
    if (!outcome) return [`${what} was not asked to the end: ${endReason(signal)}.`];
    return outcome.state === 'error' ? [`${what} could not be asked from here (${outcome.reason}).`] : [];
  };
  return { natPmp, pcp: found.pcp, problems: [...tell('NAT-PMP', asked), ...tell('PCP', announced)] };
}
