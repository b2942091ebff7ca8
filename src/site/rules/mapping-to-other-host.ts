import * as z from 'zod';
import { type Found, PLAIN, type RuleWords } from '../../check/rules/rule.js';
import { cutText, listNames, upperFirst } from '../../words/sentence.js';
import { gatewayNameSchema, mappingNameSchema } from '../../model/lan.js';
import { nullableText, text } from '../../model/text.js';
import { isMappingGone } from '../evidence/again.js';
import { type JudgedMapping, nameProtocol, phoneSystemAddresses, type SiteFacts } from '../evidence/facts.js';
import { nameGateway } from '../evidence/gateways.js';
import { describeMapping, identifyMapping } from '../evidence/mappings.js';
import { foundFurther, foundMapping, isAgreed, opensService } from './mapping.js';
import { boundFindings, listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const mappings = someOf(mappingNameSchema);
const data = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('one'),
    gateway: gatewayNameSchema,
    mapping: mappingNameSchema,
    service: nullableText(80).describe('whose port it takes; null: all ports'),
    agreed: z.boolean().describe('the profile allows the port'),
    answers: z.boolean().describe('the port answers from outside'),
    phoneSystem: z.array(text(64)).max(2).describe('its addresses, as far as known'),
  }),
  z.object({ kind: z.literal('more'), mappings, agreed: z.int().nonnegative() }),
  z.object({ kind: z.literal('others'), mappings, hosts: someOf(text(45)) }),
]);
type Data = z.infer<typeof data>;
type One = Extract<Data, { kind: 'one' }>;

/** A port of the phone system is mapped to another device. Mappings that are none of its business are noted. */
export const mappingToOtherHost: SiteRule<Data> = {
  id: 'mapping-to-other-host',
  title: 'A mapping leads a port of the phone system elsewhere',
  explain: `The inside client of the mapping is another device than the phone system. The severity is medium if the profile allows the port. Mappings that do not concern a port of the phone system, and those that are switched off, make one note.`,
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'high',
  data,
  find(facts) {
    const taken = facts.mappings.filter(({ kind }) => kind === 'other-host');
    const others = facts.mappings.filter(
      ({ kind, endpoint }) => kind === 'off' || (kind === 'other' && !(endpoint && facts.tellers.has(endpoint))),
    );
    return {
      findings: [
        ...boundFindings(
          taken,
          (held) => findOne(held, facts),
          (held) => opensService(held, facts),
          (rest, severity) => foundFurther(rest, facts, severity),
        ),
        ...noteOthers(others),
      ],
    };
  },
  say({ endpoint, data }) {
    switch (data.kind) {
      case 'one':
        return sayOne(endpoint, data);
      case 'more':
        return {
          ...PLAIN,
          title: `${data.mappings.count} more ports of the phone system are mapped to other devices`,
          seen: `The router lists ${listSome(data.mappings, describeMapping, 6)}.`,
          matters:
            data.agreed >= data.mappings.count
              ? AGREED
              : 'Other devices are reachable from the internet on ports of the phone system.',
          remedy: 'Switch UPnP off in the router, delete the mappings or restart it, and run this again.',
        };
      case 'others':
        return {
          ...PLAIN,
          title: `The router also lists ${data.mappings.count === 1 ? '1 mapping' : `${data.mappings.count} mappings`} to ${listSome(data.hosts, undefined, 4)}`,
          seen: `These are ${listSome(data.mappings, describeMapping, 8)}.`,
          matters:
            'They do not concern a port of the phone system. They disappear when UPnP is switched off and the router restarts.',
          remedy: 'Ask the customer whether something needs them, such as a game console or a recorder.',
        };
    }
  },
  gone: isMappingGone,
};

const AGREED = 'What is meant for the phone system goes to another device, so a forward of that port cannot work.';

function findOne(held: JudgedMapping, facts: SiteFacts): Found<Data> {
  const { endpoint } = held;
  const agreed = isAgreed(held, facts);
  return foundMapping(held, facts, agreed ? 'medium' : 'high', {
    agreed,
    answers: facts.reachable.some((one) => one.endpoint === endpoint),
    phoneSystem: phoneSystemAddresses(facts.evidence),
  });
}

function sayOne(endpoint: Found['endpoint'], data: One): RuleWords {
  const { gateway, mapping, service, agreed, answers, phoneSystem } = data;
  const what = endpoint ? `${endpoint}${service ? ` (${service})` : ''}` : `Every ${mapping.transport} port`;
  const client = mapping.internalClient || 'no address';
  const router = nameGateway(gateway);
  return {
    ...PLAIN,
    title: `${what} is mapped to ${client} by ${nameProtocol(mapping)}`,
    seen: [
      `${upperFirst(router)} lists ${describeMapping(mapping)}.`,
      answers ? 'The port answers from outside.' : '',
      phoneSystem.length > 0 ? `The phone system’s address is ${listNames(phoneSystem)}.` : '',
    ]
      .filter(Boolean)
      .join(' '),
    matters: agreed
      ? AGREED
      : 'Another device is reachable from the internet without anyone having agreed to it, on a port where it may be mistaken for the phone system.',
    remedy: `Find the device at ${client} and switch off its automatic port opening. Switch UPnP off in ${router}, then delete the mapping or restart the router.`,
  };
}

function noteOthers(others: readonly JudgedMapping[]): Found<Data>[] {
  if (others.length === 0) return [];
  const hosts = [...new Set(others.map(({ mapping }) => cutText(mapping.internalClient, 45) || 'no address'))];
  return [
    {
      severity: 'info',
      effect: 'note',
      endpoint: null,
      observations: [],
      data: {
        kind: 'others',
        mappings: takeSome(others.map(({ mapping }) => identifyMapping(mapping))),
        hosts: takeSome(hosts),
      },
    },
  ];
}
