import * as z from 'zod';
import type { Found } from '../../check/rules/rule.js';
import { upperFirst } from '../../words/sentence.js';
import { gatewayNameSchema, mappingNameSchema } from '../../model/lan.js';
import type { Severity } from '../../model/severity.js';
import { nullableText } from '../../model/text.js';
import { isMappingGone } from '../evidence/again.js';
import type { JudgedMapping, SiteFacts } from '../evidence/facts.js';
import { identifyGateway, nameGateway } from '../evidence/gateways.js';
import { describeMapping, identifyMapping, recogniseStranger, STRANGERS, type Stranger } from '../evidence/mappings.js';
import { foundMapping, opensService } from './mapping.js';
import { boundFindings, listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const data = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('one'),
    gateway: gatewayNameSchema,
    mapping: mappingNameSchema,
    client: z.enum(STRANGERS).describe('what its inside client is'),
    service: nullableText(80).describe('whose port it takes'),
  }),
  z.object({ kind: z.literal('more'), gateway: gatewayNameSchema, mappings: someOf(mappingNameSchema) }),
]);
type Data = z.infer<typeof data>;

const SEVERITY_OF: Readonly<Record<Stranger, Severity>> = {
  router: 'critical',
  internet: 'critical',
  'other-network': 'high',
  impossible: 'high',
};

const CLIENTS: Readonly<Record<Stranger, { readonly name: string; readonly meaning: string }>> = {
  router: { name: 'the router itself', meaning: 'It opens the router’s own services to the internet.' },
  internet: { name: 'an address of the internet', meaning: 'The router serves as a relay for it.' },
  'other-network': { name: 'an address of another network', meaning: 'That is not the network we are in.' },
  impossible: { name: 'an address that no device can have', meaning: 'No device uses it.' },
};

/** A mapping whose inside client is not inside: someone planted it. */
export const mappingInjected: SiteRule<Data> = {
  id: 'mapping-injected',
  title: 'A mapping was planted in the router',
  explain: `The inside client of a mapping is an address of the internet, the router itself, or an address that no device can have: the mark of UPnProxy. The severity is high if it is a private address outside the network that we and the router share, because it may be another network of the site.`,
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  data,
  find(facts) {
    const planted = facts.mappings.filter(({ kind }) => kind === 'injected');
    return {
      findings: boundFindings(
        planted,
        (held) => findOne(held, facts),
        (held) => opensService(held, facts),
        findMore,
      ),
    };
  },
  say({ endpoint, data }) {
    const router = nameGateway(data.gateway);
    const advice = {
      matters:
        'Devices open ports only for themselves. Such a mapping is the mark of UPnProxy: strangers told the router to relay their traffic, or to open its own pages to them.',
      remedy: `Switch UPnP off in ${router} and update its firmware. Then restart it, or reset it to its defaults, and check that the mapping is gone. If the address belongs to another network of this site, ask who uses it.`,
      programs: [],
      references: ['UPnProxy'],
    };
    if (data.kind === 'more')
      return {
        ...advice,
        title: `${data.mappings.count} more mappings lead to addresses that are not inside`,
        seen: `${upperFirst(router)} lists, among others: ${listSome(data.mappings, describeMapping, 6)}.`,
      };
    const { name, meaning } = CLIENTS[data.client];
    return {
      ...advice,
      title: `A mapping of ${endpoint ?? 'all ports'} leads to ${name}`,
      seen: `${upperFirst(router)} lists ${describeMapping(data.mapping)}. The client is ${name}. ${meaning}${data.service ? ` The mapping takes the port of ${data.service}.` : ''}`,
    };
  },
  gone: isMappingGone,
};

function findOne(held: JudgedMapping, facts: SiteFacts): Found<Data> {
  const client = recogniseStranger(held, facts.evidence.lan) ?? 'other-network';
  return foundMapping(held, facts, SEVERITY_OF[client], { client });
}

function findMore(rest: readonly JudgedMapping[], severity: Severity): Found<Data> {
  return {
    severity,
    effect: 'violation',
    endpoint: null,
    observations: [],
    data: {
      kind: 'more',
      gateway: identifyGateway(rest[0]!.gateway),
      mappings: takeSome(rest.map(({ mapping }) => identifyMapping(mapping))),
    },
  };
}
