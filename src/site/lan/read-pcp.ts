import type { NatPmpEvidence } from '../../model/report.js';
import type { PcpEvidence } from '../../model/lan.js';
import { natPmpAddress } from '../../check/probes/nat-pmp-address.js';
import { parsePcpAnswer, renderPcpAnnounce } from '../../protocols/nat/pcp.js';
import { endReason, type GatewayPeer } from './gateway-http.js';
import { waitWithin } from '../../async/time-limit.js';

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
  const asked = await waitWithin(signal, () => natPmpAddress.run(engine, host, port));
  if (!asked) {
    const problem = `NAT-PMP and PCP were not asked to the end: ${endReason(signal)}.`;
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
    ...(outcome ? [] : [`PCP was not asked to the end: ${endReason(signal)}.`]),
  ];
  return { natPmp, pcp: announced.pcp, problems };
}
