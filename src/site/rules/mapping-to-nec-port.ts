import { cutText, listNames, nameService, upperFirst } from '../../check/rules/wording.js';
import { boundFindings } from './bounded-findings.js';
import { type JudgedMapping, nameProtocol, type SiteFacts } from '../evidence/facts.js';
import { nameGateway } from '../evidence/gateways.js';
import { describeMapping } from '../evidence/mappings.js';
import type { SiteFinding, SiteRule } from './old-site-rule.js';
import { type Stakes, weighStakes } from '../evidence/stakes.js';

/** A port of the phone system was opened by UPnP or NAT-PMP, not by somebody who may. */
export const mappingToNecPort: SiteRule = {
  id: 'mapping-to-nec-port',
  title: 'A mapping leads to the phone system',
  severity: 'critical',
  evaluate(facts) {
    const held = facts.mappings.filter(({ kind }) => kind === 'nec-port');
    return {
      findings: boundFindings(
        held,
        (one) => describeOpened(one, facts),
        (rest) => sumUp(rest),
      ),
    };
  },
};

function describeOpened(held: JudgedMapping, facts: SiteFacts): SiteFinding {
  const { gateway, mapping, endpoint } = held;
  const protocol = nameProtocol(held);
  const service = endpoint ? facts.serviceOf(endpoint) : undefined;
  const what = service ? `${endpoint} (${nameService(service)})` : (endpoint ?? `every ${mapping.transport} port`);
  const agreed = endpoint !== null && facts.accessTo(endpoint) !== 'must-not';
  const known = facts.reachable.find((one) => one.endpoint === endpoint);
  const stakes = endpoint === null ? EVERYTHING : weighStakes(facts, endpoint);
  const matters = agreed
    ? 'The port is agreed, but a mapping is gone after a restart of the router, and any device can change it: the forward belongs into the router’s own settings.'
    : stakes.matters;
  return {
    severity: agreed ? 'medium' : stakes.severity,
    effect: 'violation',
    endpoint,
    title: `${protocol} lets ${what} in to ${cutText(mapping.internalClient, 45)}`,
    seen: [
      `${upperFirst(nameGateway(gateway))} lists ${describeMapping(mapping)}.`,
      describeStanding(known?.basis),
      known?.since ? `It has been there since ${known.since.slice(0, 10)} at least.` : '',
    ]
      .filter(Boolean)
      .join(' '),
    matters,
    remedy: `Switch UPnP off in ${nameGateway(gateway)}, delete this mapping or restart the router${agreed ? ', and forward the port by hand' : ''}. If the phone system asked for it, switch its UPnP client off (program 10-37-01).`,
    programs: [...stakes.programs, '10-37-01'],
    references: agreed ? [] : stakes.references,
    observations: endpoint ? [endpoint] : [],
  };
}

const EVERYTHING: Stakes = {
  severity: 'critical',
  matters: 'With it every port of that device is open to the internet, as in a DMZ.',
  programs: [],
  references: [],
};

function describeStanding(basis: 'proved' | 'seen' | undefined): string {
  if (basis === 'proved') return 'It is proved to let in: a signed message from outside arrived by that port.';
  return basis === 'seen' ? 'The port answers from outside.' : '';
}

function sumUp(rest: readonly JudgedMapping[]): SiteFinding {
  return {
    severity: 'critical',
    effect: 'violation',
    endpoint: null,
    title: `${rest.length} more mappings lead to the phone system`,
    seen: `${listNames(
      rest.map(({ mapping }) => describeMapping(mapping)),
      6,
    )}.`,
    matters: 'Each is a way to the phone system that nobody agreed to.',
    remedy: 'Switch UPnP off in the router, delete the mappings or restart it, and run this again.',
    programs: ['10-37-01'],
    references: [],
    observations: rest.flatMap(({ endpoint }) => (endpoint ? [endpoint] : [])),
  };
}
