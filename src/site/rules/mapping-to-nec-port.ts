import * as z from 'zod';
import type { Found } from '../../check/rules/rule.js';
import { upperFirst } from '../../words/sentence.js';
import { gatewayNameSchema, mappingNameSchema } from '../../model/lan.js';
import { nullableText } from '../../model/text.js';
import { isMappingGone } from '../evidence/again.js';
import { type JudgedMapping, nameProtocol, type SiteFacts } from '../evidence/facts.js';
import { nameGateway } from '../evidence/gateways.js';
import { describeMapping } from '../evidence/mappings.js';
import { sayStakes, stakesSchema, weighStakes } from './stakes.js';
import { foundFurther, foundMapping, isAgreed, opensService } from './mapping.js';
import { boundFindings, listSome, someOf } from './bounds.js';
import type { SiteRule } from './site-rule.js';

/** Of the phone system's own UPnP client. */
const PROGRAM = '10-37-01';

const data = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('one'),
    gateway: gatewayNameSchema,
    mapping: mappingNameSchema,
    service: nullableText(80),
    agreed: z.boolean().describe('the profile allows the port'),
    basis: z.enum(['proved', 'seen']).nullable().describe('how it is known to let in'),
    stakes: stakesSchema.nullable().describe('null: all ports'),
  }),
  z.object({
    kind: z.literal('more'),
    mappings: someOf(mappingNameSchema),
    agreed: z.int().nonnegative().describe('how many of them the profile allows'),
  }),
]);
type Data = z.infer<typeof data>;
type One = Extract<Data, { kind: 'one' }>;

const STANDING = {
  proved: 'It is proved to let in: a signed message from outside arrived through that port.',
  seen: 'The port answers from outside.',
} as const;

/** A port of the phone system was opened by UPnP or NAT-PMP, not by someone who may. */
export const mappingToNecPort: SiteRule<Data> = {
  id: 'mapping-to-nec-port',
  title: 'A mapping leads to the phone system',
  explain: `A mapping leads to the phone system’s address, or opens all ports. If that address was not given, or if the router names no client, or one by a name, which is not looked up, a mapping of any port of the phone system counts. It is as bad as what it opens; medium if the profile allows the port, because a forward belongs in the router’s settings. Program 10-37-01 switches the phone system’s own UPnP client.`,
  about: 'exposure',
  fixedBy: ['router', 'phone-system'],
  severity: 'critical',
  data,
  find(facts) {
    const held = facts.mappings.filter(({ kind }) => kind === 'nec-port');
    return {
      findings: boundFindings(
        held,
        (one) => findOne(one, facts),
        (held) => opensService(held, facts),
        (rest, severity) => foundFurther(rest, facts, severity),
      ),
    };
  },
  say: ({ endpoint, data }) => (data.kind === 'one' ? sayOne(endpoint, data) : sayMore(data)),
  gone: isMappingGone,
};

function findOne(held: JudgedMapping, facts: SiteFacts): Found<Data> {
  const { endpoint } = held;
  const agreed = isAgreed(held, facts);
  const weight = endpoint && weighStakes(facts, endpoint);
  return foundMapping(held, facts, agreed ? 'medium' : (weight?.severity ?? 'critical'), {
    agreed,
    basis: facts.reachable.find((one) => one.endpoint === endpoint)?.basis ?? null,
    stakes: weight ? weight.stakes : null,
  });
}

function sayOne(endpoint: Found['endpoint'], { gateway, mapping, service, agreed, basis, stakes }: One) {
  const what = endpoint ? `${endpoint}${service ? ` (${service})` : ''}` : `every ${mapping.transport} port`;
  const words = stakes
    ? sayStakes(stakes)
    : { matters: 'It opens every port of that device to the internet, as a DMZ would.', programs: [], references: [] };
  const router = nameGateway(gateway);
  return {
    title: `${nameProtocol(mapping)} lets ${what} in to ${mapping.internalClient || 'no address'}`,
    seen: `${upperFirst(router)} lists ${describeMapping(mapping)}.${basis ? ` ${STANDING[basis]}` : ''}`,
    matters: agreed ? `The port is agreed, but ${LOST}` : words.matters,
    remedy: `Switch UPnP off in ${router}, then delete this mapping or restart the router.${agreed ? ' Forward the port by hand.' : ''} If the phone system asked for it, switch its UPnP client off (program ${PROGRAM}).`,
    programs: [...words.programs, PROGRAM],
    references: agreed ? [] : words.references,
  };
}

const LOST =
  'a mapping is lost when the router restarts, and any device can change it. The forward belongs in the router’s own settings.';

function sayMore({ mappings, agreed }: Extract<Data, { kind: 'more' }>) {
  const others = mappings.count - agreed;
  const isAll = others <= 0;
  return {
    title: `${mappings.count} more mappings lead to the phone system${isAll ? ', on agreed ports' : ''}`,
    seen: `The router lists ${listSome(mappings, describeMapping, 6)}.`,
    matters: isAll
      ? `The ports are agreed, but ${LOST}`
      : `Each is a way to the phone system${agreed > 0 ? `. The profile does not allow ${others} of them.` : ' that no one agreed to.'}`,
    remedy: `Switch UPnP off in the router, delete the mappings or restart it, and run this again.${agreed > 0 ? ' Forward the agreed ports by hand.' : ''}`,
    programs: [PROGRAM],
    references: [],
  };
}
