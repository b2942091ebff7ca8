import * as z from 'zod';
import { PLAIN } from '../../check/rules/rule.js';
import { endpointSchema } from '../../model/endpoint.js';
import { gatewayNameSchema } from '../../model/lan.js';
import { nullableText } from '../../model/text.js';
import { nameRouters } from '../evidence/gateways.js';
import { ofTransport, TRANSPORTS } from '../evidence/proofs.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({
  arrived: z.int().nonnegative().describe('how many of the random ports'),
  missed: z.int().nonnegative(),
  along: someOf(endpointSchema).describe('what else arrived that way'),
  standIn: nullableText(64),
  routers: z.array(gatewayNameSchema).max(16),
});

/** Random ports arrived at the stand-in: everything, or a wide range, is let in. */
export const dmzProved: SiteRule<z.infer<typeof data>> = {
  id: 'dmz-proved',
  title: 'A DMZ or 1:1 NAT is proved',
  explain: `Signed messages to random ports arrived at the stand-in, and no mapping explains them. It is reported once: what else arrived over the same transport has no finding of its own. If only some of the random ports arrived, it may be a forward of a wide range of ports.`,
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  data,
  find({ dmzProofs, ledger, routerNames, evidence, reachable }) {
    if (dmzProofs.length === 0) return {};
    const arrived = dmzProofs.map(({ endpoint }) => endpoint);
    const others = reachable.flatMap(({ cause, endpoint }) =>
      cause === 'dmz' && !arrived.includes(endpoint) ? [endpoint] : [],
    );
    return {
      findings: [
        {
          severity: 'critical',
          effect: 'violation',
          endpoint: null,
          observations: [...arrived, ...others],
          data: {
            arrived: arrived.length,
            missed: ledger.canaries.filter((proof) => !proof.arrived).length,
            along: takeSome(others),
            standIn: evidence.standIn?.address ?? null,
            routers: [...routerNames],
          },
        },
      ],
    };
  },
  say: ({ data: { arrived, missed, along, standIn, routers } }) => ({
    ...PLAIN,
    title: 'Everything is let in: a DMZ, an exposed host or 1:1 NAT',
    seen: [
      `Signed messages to ${arrived} random ${arrived === 1 ? 'port' : 'ports'} arrived at ${standIn ?? 'the stand-in'}, and no mapping explains them.`,
      along.count > 0 ? `So did messages to ${listSome(along)}.` : '',
      missed > 0
        ? `Messages to ${missed} other random ${missed === 1 ? 'port' : 'ports'} did not arrive, so it may be a wide range of ports instead.`
        : '',
    ]
      .filter(Boolean)
      .join(' '),
    matters:
      'Every port of the phone system would be open to the internet: administration, voicemail, and calls at the customer’s expense.',
    remedy: `In ${nameRouters(routers)}, switch off the DMZ (also called exposed host, default server or 1:1 NAT) and forwards of wide port ranges. Forward only what the profile names.`,
  }),
  /** Of each transport on which it was seen, no random port arrives any more. */
  gone: ({ ledger }, { observations }) =>
    TRANSPORTS.filter((one) => observations.some(ofTransport(one))).every((one) => {
      const canaries = ledger.canaries.filter((proof) => ofTransport(one)(proof.endpoint));
      return canaries.length > 0 && canaries.every((proof) => ledger.shut.has(proof.endpoint));
    }),
};
