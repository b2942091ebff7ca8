import * as z from 'zod';
import type { Doubt } from '../../check/rules/rule.js';
import { endpointSchema, type EndpointId } from '../../model/endpoint.js';
import type { FindingData } from '../../model/finding.js';
import type { SiteEvidence, StandIn } from '../../model/site.js';
import { nullableText, text } from '../../model/text.js';
import { cutText } from '../../words/sentence.js';
import { isInPlace, listStanding, type SiteFacts } from '../evidence/facts.js';
import { ofTransport } from '../evidence/proofs.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('no-stand-in') }),
  z.object({ kind: z.literal('other-place'), phoneSystem: nullableText(64), standIn: text(64) }),
  z.object({
    kind: z.literal('not-proved'),
    endpoints: someOf(endpointSchema),
    why: z.enum(['not-bound', 'intercepted', 'not-sent']),
    detail: text(256).describe('why the stand-in could not listen, and what to do about it on this system'),
  }),
  z.object({ kind: z.literal('no-random-ports') }),
]);
type DoubtData = z.infer<typeof doubt>;
type Reason = Pick<Extract<DoubtData, { kind: 'not-proved' }>, 'why' | 'detail'>;

/** The stand-in could not listen somewhere, or nothing was sent there: nothing is proved of those endpoints. */
export const unboundPorts: SiteRule<FindingData, DoubtData> = {
  id: 'unbound-ports',
  title: 'The stand-in could not prove some ports',
  explain: `The stand-in could not listen on a port, nothing was sent there, or something else answered instead: each is named with the reason and what to do. The default ports of services that were moved count too. It blocks the verdict if the profile forbids or requires the port, or if no random port could be tried.

Without a stand-in, or with one at another address than \`--pbx-address\`, what leads to the phone system’s address looks closed from outside, which also blocks. So only a run with \`--stand-in --pbx-address\` calls a site fit.`,
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  doubt,
  find(facts) {
    const { standIn, outside } = facts.evidence;
    if (facts.kind === 'lan' || !outside || outside.problems.some(({ part }) => part === 'vantage')) return {};
    if (!standIn) return { undetermined: [block({ kind: 'no-stand-in' })] };
    const elsewhere = doubtPlace(facts.evidence, standIn);
    if (outside.proofs.length === 0) return { undetermined: elsewhere };
    return { undetermined: [...elsewhere, ...listUnproved(facts, standIn), ...doubtDmz(facts)] };
  },
  sayDoubt({ data }) {
    switch (data.kind) {
      case 'no-stand-in':
        return {
          what: 'Whether a forward or a DMZ leads to the phone system’s address',
          why: 'No stand-in listened there, and what leads to an address where nothing answers looks closed from outside. Run preinstall with --stand-in.',
        };
      case 'other-place':
        return {
          what: 'Whether a forward leads to the phone system’s address',
          why: `That address ${data.phoneSystem ? `is ${data.phoneSystem}` : 'was not given'}. The stand-in listened at ${data.standIn}, where nothing arrives that leads elsewhere. Give this machine the phone system’s address, and run this again with --pbx-address.`,
        };
      case 'not-proved':
        return { what: `Whether these are forwarded: ${listSome(data.endpoints)}`, why: sayReason(data) };
      case 'no-random-ports':
        return {
          what: 'Whether the router has a DMZ or 1:1 NAT',
          why: 'No signed message was sent to a random port where the stand-in listened.',
        };
    }
  },
};

function block(data: DoubtData, endpoint: EndpointId | null = null, blocking = true): Doubt<DoubtData> {
  return { endpoint, blocking, data };
}

/** A stand-in at another address hears nothing of what leads to the phone system. */
function doubtPlace(evidence: SiteEvidence, { address }: StandIn): Doubt<DoubtData>[] {
  return isInPlace(evidence)
    ? []
    : [block({ kind: 'other-place', phoneSystem: evidence.pbxAddress, standIn: address })];
}

/** Endpoints of services that are neither proved, nor seen from outside, nor doubted for our own firewall's sake. */
function listUnproved(facts: SiteFacts, standIn: StandIn): Doubt<DoubtData>[] {
  const known = new Set(facts.reachable.map(({ endpoint }) => endpoint));
  const { ledger, profile } = facts;
  const groups = new Map<string, { reason: Reason; endpoints: EndpointId[]; blocking: boolean }>();
  const unbound = new Map(standIn.unbound.map((one) => [one.endpoint, one.detail]));
  for (const service of profile.services)
    for (const endpoint of new Set([...service.endpoints, ...service.defaultEndpoints])) {
      const isStoodFor = service.endpoints.includes(endpoint) && !listStanding(facts, service).includes(endpoint);
      if (isStoodFor && !unbound.has(endpoint)) continue;
      const intercepted = ledger.intercepted.has(endpoint);
      if (known.has(endpoint) || (ledger.missed.has(endpoint) && !intercepted)) continue;
      const blocking = service.kind !== 'gateway' && facts.accessTo(endpoint) !== 'may';
      const detail = unbound.get(endpoint);
      const why = intercepted ? 'intercepted' : detail !== undefined ? 'not-bound' : 'not-sent';
      const reason: Reason = { why, detail: why === 'not-bound' ? (detail ?? '') : '' };
      const key = JSON.stringify([reason, blocking]);
      const group = groups.get(key) ?? { reason, endpoints: [], blocking };
      group.endpoints.push(endpoint);
      groups.set(key, group);
    }
  return [...groups.values()].map(({ reason, endpoints, blocking }) =>
    block(
      { kind: 'not-proved', endpoints: takeSome(endpoints), ...reason },
      endpoints.length === 1 ? endpoints[0] : null,
      blocking,
    ),
  );
}

function sayReason({ why, detail }: Reason): string {
  switch (why) {
    case 'not-bound':
      return `The stand-in could not listen there${detail ? `: ${cutText(detail, 256)}` : ''}.`;
    case 'intercepted':
      return 'Something answered the vantage server, but not the stand-in: something on the way, such as a proxy or a SIP helper, answers instead. Switch that off, and run this again.';
    case 'not-sent':
      return 'No signed message was sent there, or the vantage server could not send it.';
  }
}

/** Without random ports no one knows of a DMZ; some services that are proved shut speak against one all the same. */
function doubtDmz({ ledger, dmzProofs }: SiteFacts): Doubt<DoubtData>[] {
  const doubted = ledger.doubted.length;
  const told = ledger.canaries.some(({ endpoint }) => !ledger.doubted.some((one) => ofTransport(one)(endpoint)));
  return dmzProofs.length > 0 || told || doubted > 0 ? [] : [block({ kind: 'no-random-ports' })];
}
