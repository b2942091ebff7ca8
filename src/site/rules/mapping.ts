import type { Found } from '../../check/rules/rule.js';
import type { Severity } from '../../model/severity.js';
import { cutText } from '../../words/sentence.js';
import type { JudgedMapping, SiteFacts } from '../evidence/facts.js';
import { identifyGateway } from '../evidence/gateways.js';
import { identifyMapping } from '../evidence/mappings.js';
import { takeSome } from './bounds.js';

/** A violation by one mapping, with what every rule of mappings keeps of it, and what its own rule adds. */
export function foundMapping<Data extends object>(
  { gateway, mapping, endpoint }: JudgedMapping,
  { serviceOf }: SiteFacts,
  severity: Severity,
  data: Data,
) {
  const service = endpoint && serviceOf(endpoint);
  return {
    ...{ severity, effect: 'violation', endpoint, observations: endpoint ? [endpoint] : [] },
    data: {
      kind: 'one',
      gateway: identifyGateway(gateway),
      mapping: identifyMapping(mapping),
      service: service ? cutText(service.title, 80) : null,
      ...data,
    },
  } as const satisfies Found;
}

/** Whether the profile agrees to what a mapping opens. */
export function isAgreed({ endpoint }: JudgedMapping, { accessTo }: SiteFacts): boolean {
  return endpoint !== null && accessTo(endpoint) !== 'must-not';
}

/** Whether a mapping opens a port of a service, or all ports: such are named before others. */
export function opensService({ endpoint }: JudgedMapping, { serviceOf }: SiteFacts): boolean {
  return endpoint === null || serviceOf(endpoint) !== undefined;
}

/** A violation by all further mappings together. */
export function foundFurther(rest: readonly JudgedMapping[], facts: SiteFacts, severity: Severity) {
  return {
    ...{ severity, effect: 'violation', endpoint: null },
    observations: rest.flatMap(({ endpoint }) => (endpoint ? [endpoint] : [])),
    data: {
      kind: 'more',
      mappings: takeSome(rest.map(({ mapping }) => identifyMapping(mapping))),
      agreed: rest.filter((held) => isAgreed(held, facts)).length,
    },
  } as const satisfies Found;
}
