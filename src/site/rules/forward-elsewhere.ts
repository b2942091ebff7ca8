import * as z from 'zod';
import { isCanary } from '../../model/canary.js';
import { endpointSchema, type EndpointId } from '../../model/endpoint.js';
import type { FindingData } from '../../model/finding.js';
import type { SiteEvidence } from '../../model/site.js';
import { text } from '../../model/text.js';
import type { SiteFacts } from '../evidence/facts.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('refused'), endpoints: someOf(endpointSchema), standIn: text(64) }),
  z.object({ kind: z.literal('other-devices') }),
]);

/** What leads to another device, or to a port at which the stand-in does not listen, does not arrive there either. */
export const forwardElsewhere: SiteRule<FindingData, z.infer<typeof doubt>> = {
  id: 'forward-elsewhere',
  title: 'A forward may lead elsewhere',
  explain: `A forward to another device, or to a port where the stand-in does not listen, does not arrive at the stand-in. With a stand-in this is always noted.

It is blocking if a port that the profile forbids is refused from outside, both for the signed messages and for the check, while random ports stay silent. That is consistent with such a forward. A router that refuses everything hides it.`,
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  doubt,
  find(facts) {
    const { standIn } = facts.evidence;
    if (!standIn || facts.ledger.missed.size === 0) return {};
    const refused = listRefused(facts);
    return {
      undetermined: [
        ...(refused.length > 0
          ? [
              {
                endpoint: refused.length === 1 ? (refused[0] ?? null) : null,
                blocking: true,
                data: { kind: 'refused' as const, endpoints: takeSome(refused), standIn: standIn.address },
              },
            ]
          : []),
        { endpoint: null, blocking: false, data: { kind: 'other-devices' } },
      ],
    };
  },
  sayDoubt: ({ data }) =>
    data.kind === 'refused'
      ? {
          what: `Whether these are forwarded elsewhere: ${listSome(data.endpoints)}`,
          why: `They are refused from outside, while random ports stay silent, and nothing arrived at the stand-in. That is consistent with a forward to a port where nothing listens, at ${data.standIn} or at another device. The router or the provider may also refuse them. Look for them in the router’s list of forwards.`,
        }
      : {
          what: 'What is forwarded to other devices, or to ports where the stand-in did not listen',
          why: 'It does not arrive at the stand-in, and from outside it only shows if something answers. Compare the router’s list of forwards.',
        },
};

/**
 * What no one agreed to and was refused twice, by the proofs and by the check, while no random port was: a router that
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
