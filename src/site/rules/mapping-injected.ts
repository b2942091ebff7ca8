import { listNames, nameService, upperFirst } from '../../check/rules/wording.js';
import { boundFindings } from './bounded-findings.js';
import type { JudgedMapping, SiteFacts } from '../evidence/facts.js';
import { nameGateway } from '../evidence/gateways.js';
import { describeMapping, recogniseStranger } from '../evidence/mappings.js';
import type { FindingFrame, SiteFinding, SiteRule } from './old-site-rule.js';

const MATTERS =
  'Devices open ports for themselves only. Such a mapping is the mark of UPnProxy: strangers told the router to relay their traffic, or to open its own pages to them.';
const COMMON: FindingFrame = {
  effect: 'violation',
  endpoint: null,
  programs: [],
  references: ['UPnProxy'],
  observations: [],
};

/** A mapping whose inside client is not inside: somebody planted it. */
export const mappingInjected: SiteRule = {
  id: 'mapping-injected',
  title: 'A planted mapping',
  severity: 'critical',
  evaluate(facts) {
    const planted = facts.mappings.filter(({ kind }) => kind === 'injected');
    return {
      findings: boundFindings(
        planted,
        (held) => describePlanted(held, facts),
        (rest) => sumUp(rest),
      ),
    };
  },
};

function describePlanted(held: JudgedMapping, { evidence, serviceOf }: SiteFacts): SiteFinding {
  const { gateway, mapping, endpoint } = held;
  const stranger = recogniseStranger(held, evidence.lan);
  const service = endpoint && serviceOf(endpoint);
  const taken = service ? ` It takes the port of ${nameService(service)}.` : '';
  return {
    ...COMMON,
    severity: stranger?.severity ?? 'high',
    endpoint,
    title: `A mapping of ${endpoint ?? 'all ports'} leads to ${stranger?.why.split(',')[0] ?? 'an address that is not inside'}`,
    seen: `${upperFirst(nameGateway(gateway))} lists ${describeMapping(mapping)}. That is ${stranger?.why ?? 'not inside'}.${taken}`,
    matters: MATTERS,
    remedy: describeRemedy(nameGateway(gateway)),
    observations: endpoint ? [endpoint] : [],
  };
}

function sumUp(rest: readonly JudgedMapping[]): SiteFinding {
  const [first] = rest;
  return {
    ...COMMON,
    severity: 'critical',
    title: `${rest.length} more mappings lead to addresses that are not inside`,
    seen: `${listNames(
      rest.map(({ mapping }) => describeMapping(mapping)),
      6,
    )}.`,
    matters: MATTERS,
    remedy: describeRemedy(first ? nameGateway(first.gateway) : 'the router'),
  };
}

function describeRemedy(name: string): string {
  return `Switch UPnP off in ${name} and update its firmware; then restart it, or reset it to its defaults, and see that the mapping is gone. Where the address is another network of this site, ask who uses it.`;
}
