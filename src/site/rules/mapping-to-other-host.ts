import { cutText, listNames, nameService, upperFirst } from '../../check/rules/wording.js';
import { boundFindings } from './bounded-findings.js';
import { type JudgedMapping, nameProtocol, phoneSystemAddresses, type SiteFacts } from '../evidence/facts.js';
import { nameGateway } from '../evidence/gateways.js';
import { describeMapping } from '../evidence/mappings.js';
import type { SiteFinding, SiteRule } from './old-site-rule.js';

/** A port of the phone system is mapped to another device. Mappings that are none of its business are noted. */
export const mappingToOtherHost: SiteRule = {
  id: 'mapping-to-other-host',
  title: 'A mapping leads a port of the phone system elsewhere',
  severity: 'high',
  evaluate(facts) {
    const taken = facts.mappings.filter(({ kind }) => kind === 'other-host');
    const others = facts.mappings.filter(
      ({ kind, endpoint }) => kind === 'off' || (kind === 'other' && !(endpoint && facts.tellers.has(endpoint))),
    );
    return {
      findings: [
        ...boundFindings(
          taken,
          (held) => describeTaken(held, facts),
          (rest) => sumUp(rest),
        ),
        ...noteOthers(others),
      ],
    };
  },
};

function describeTaken(held: JudgedMapping, facts: SiteFacts): SiteFinding {
  const { gateway, mapping, endpoint } = held;
  const service = endpoint ? facts.serviceOf(endpoint) : undefined;
  const forbidden = endpoint === null || facts.accessTo(endpoint) === 'must-not';
  const what = service ? `${endpoint}, the port of ${nameService(service)},` : `Every ${mapping.transport} port`;
  const known = facts.reachable.find((one) => one.endpoint === endpoint);
  const since = known?.since ? ` It has been there since ${known.since.slice(0, 10)} at least.` : '';
  const open = known ? ' The port answers from outside.' : '';
  return {
    severity: forbidden ? 'high' : 'medium',
    effect: 'violation',
    endpoint,
    title: `${what} is mapped to ${cutText(mapping.internalClient, 45)} by ${nameProtocol(held)}`,
    seen: `${upperFirst(nameGateway(gateway))} lists ${describeMapping(mapping)}.${open} The phone system’s address is ${listNames(phoneSystemAddresses(facts.evidence))}.${since}`,
    matters: forbidden
      ? 'Another device is reachable from the internet, without anybody having agreed to it, on a port where the phone system may be taken for it.'
      : 'What is meant for the phone system goes to another device, so a forward of that port can not work.',
    remedy: `Find the device at ${cutText(mapping.internalClient, 45)} and switch off its automatic port opening; switch UPnP off in ${nameGateway(gateway)}, delete the mapping or restart the router.`,
    programs: [],
    references: [],
    observations: endpoint ? [endpoint] : [],
  };
}

function sumUp(rest: readonly JudgedMapping[]): SiteFinding {
  return {
    severity: 'high',
    effect: 'violation',
    endpoint: null,
    title: `${rest.length} more ports of the phone system are mapped to other devices`,
    seen: `${listNames(
      rest.map(({ mapping }) => describeMapping(mapping)),
      6,
    )}.`,
    matters: 'Other devices are reachable from the internet on ports of the phone system.',
    remedy: 'Switch UPnP off in the router, delete the mappings or restart it, and run this again.',
    programs: [],
    references: [],
    observations: rest.flatMap(({ endpoint }) => (endpoint ? [endpoint] : [])),
  };
}

function noteOthers(others: readonly JudgedMapping[]): SiteFinding[] {
  if (others.length === 0) return [];
  const hosts = [...new Set(others.map(({ mapping }) => cutText(mapping.internalClient, 45)))];
  return [
    {
      severity: 'info',
      effect: 'note',
      endpoint: null,
      title: `Other mappings are listed (${others.length}), to ${listNames(hosts, 4)}`,
      seen: `${listNames(
        others.map(({ mapping }) => describeMapping(mapping)),
        8,
      )}.`,
      matters:
        'They concern no port of the phone system. They go with UPnP, when it is switched off and the router restarted.',
      remedy: 'Ask the customer whether something needs them, such as a game console or a recorder.',
      programs: [],
      references: [],
      observations: [],
    },
  ];
}
