import { isCanary } from '../../model/canary.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { SiteEvidence } from '../../model/site.js';
import { cutText, listNames } from '../../check/rules/wording.js';
import type { SiteFacts } from '../evidence/facts.js';
import type { SiteRule } from './old-site-rule.js';

/** What leads to another device, or to a port at which the stand-in does not listen, does not arrive there either. */
export const forwardElsewhere: SiteRule = {
  id: 'forward-elsewhere',
  title: 'A forward may lead elsewhere',
  severity: 'info',
  evaluate(facts) {
    const { standIn } = facts.evidence;
    if (!standIn || facts.ledger.missed.size === 0) return {};
    const refused = listRefused(facts);
    const doubt = {
      endpoint: refused.length === 1 ? (refused[0] ?? null) : null,
      what: `Whether these are forwarded elsewhere: ${listNames(refused)}`,
      why: `They are refused from outside, while ports chosen at random keep silent, and did not arrive at the stand-in. That is consistent with a forward to a port where nothing listens, of ${cutText(standIn.address, 45)} or of another device; the router or the provider may refuse them as well. Look for them in the router’s list of forwards.`,
      blocking: true,
    };
    const note = {
      endpoint: null,
      what: 'What is forwarded to other devices or ports than those where the stand-in listened',
      why: 'It does not arrive there, and from outside it shows only where something answers. Compare the router’s list of forwards.',
      blocking: false,
    };
    return { undetermined: [...(refused.length > 0 ? [doubt] : []), note] };
  },
};

/**
 * What nobody agreed to and was refused twice, by the proofs and by the check, while no random port was: a router that
 * refuses what it does not forward refuses those too, if not each time.
 */
function listRefused({ evidence, ledger, reachable, accessTo, serviceOf }: SiteFacts): EndpointId[] {
  const { service, canary } = groupRefused(evidence.outside);
  if (canary) return [];
  const known = new Set(reachable.map(({ endpoint }) => endpoint));
  return service.filter(
    (endpoint) =>
      ledger.missed.has(endpoint) &&
      !known.has(endpoint) &&
      accessTo(endpoint) === 'must-not' &&
      serviceOf(endpoint)?.kind !== 'gateway',
  );
}

function groupRefused(outside: SiteEvidence['outside']): { service: EndpointId[]; canary: boolean } {
  const isRefused = ({ state }: { state: string }) => state === 'closed';
  const proofs = (outside?.proofs ?? []).filter(isRefused);
  const observations = (outside?.check?.observations ?? []).filter(isRefused);
  const twice = new Set(observations.map(({ endpoint }) => endpoint));
  return {
    service: proofs.flatMap(({ endpoint }) => (twice.has(endpoint) ? [endpoint] : [])),
    canary: proofs.some(({ kind }) => kind === 'canary') || observations.some(isCanary),
  };
}
