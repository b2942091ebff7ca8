import type { EndpointId } from '../../model/endpoint.js';
import type { ReportedFinding } from '../../model/finding.js';
import type { ServiceKind } from '../../model/service.js';
import { adminStakes } from '../../check/rules/admin-stakes.js';
import type { SiteFacts } from './facts.js';

/** Why it matters that an endpoint can be reached, and how bad it is. */
export type Stakes = Pick<ReportedFinding, 'severity' | 'matters' | 'programs' | 'references'>;

const BY_KIND: Readonly<Record<Exclude<ServiceKind, 'admin'> | 'unlisted', Pick<Stakes, 'severity' | 'matters'>>> = {
  sip: {
    severity: 'high',
    matters:
      'Scanners look for open SIP ports all the time and guess passwords there, to place calls at the customer’s expense (toll fraud).',
  },
  media: {
    severity: 'medium',
    matters:
      'Nothing needs the voice media ports from outside but what the profile names; what is open can be flooded.',
  },
  data: {
    severity: 'high',
    matters: 'Every open port is a way to the phone system that nobody agreed to, and tells what stands behind it.',
  },
  gateway: {
    severity: 'high',
    matters: 'By UPnP and NAT-PMP ways through the router are opened without a password. They belong on the LAN alone.',
  },
  unlisted: {
    severity: 'high',
    matters: 'Nobody agreed to it, so nobody watches what stands behind it.',
  },
};

/** What is at stake where an endpoint is reachable that nobody agreed to. */
export function weighStakes({ serviceOf, check }: SiteFacts, endpoint: EndpointId): Stakes {
  const service = serviceOf(endpoint);
  const programs = [...(service?.programs ?? [])];
  if (service?.kind === 'admin') {
    const identity = check?.open.find((opening) => opening.endpoint === endpoint)?.seen.identity ?? null;
    return { severity: 'critical', programs, ...adminStakes(identity, service.id) };
  }
  return { ...BY_KIND[service?.kind ?? 'unlisted'], programs, references: [] };
}
