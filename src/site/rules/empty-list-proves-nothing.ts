import * as z from 'zod';
import type { FindingData } from '../../model/finding.js';
import { type Gateway, gatewayNameSchema } from '../../model/lan.js';
import { judgeNatPmp, judgeUpnp, nameRouters } from '../evidence/gateways.js';
import { provesAll } from '../evidence/facts.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.object({
  routers: z.array(gatewayNameSchema).max(16),
  listed: z.boolean().describe('one has a list, and it is empty'),
  silent: z.boolean().describe('nothing is known: seen from inside alone, and nothing answered'),
  multicast: z.boolean().describe('searches of everyone were sent too'),
  advise: z.enum(['preinstall', 'stand-in']).nullable().describe('what could show more'),
});

/** Routers list what devices asked for, and seldom what was set by hand. */
export const emptyListProvesNothing: SiteRule<FindingData, z.infer<typeof doubt>> = {
  id: 'empty-list-proves-nothing',
  title: 'An empty list of mappings proves nothing',
  explain: `Routers list the mappings that devices asked for, not the forwards that were set by hand. This does not block the verdict, and it is left out if the stand-in settled everything. If a site is seen only from inside, and no router answers UPnP (as a gateway), NAT-PMP or PCP, nothing is known of what it lets in: then it blocks the verdict.`,
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  doubt,
  find(facts) {
    const { routers, routerNames, mappings, kind, evidence } = facts;
    if (routers.length === 0 || mappings.length > 0 || provesAll(facts)) return {};
    const listed = routers.map(judgeUpnp).includes('listed');
    const silent = kind === 'lan' && routers.every(isSilent);
    const advise = kind === 'lan' ? ('preinstall' as const) : evidence.standIn ? null : ('stand-in' as const);
    const { multicast } = evidence.lan;
    const data = { routers: [...routerNames], listed, silent, multicast, advise };
    return { undetermined: [{ endpoint: null, blocking: silent, data }] };
  },
  sayDoubt({ data: { routers, listed, silent, multicast, advise } }) {
    if (silent)
      return {
        what: `Which ports ${nameRouters(routers)} lets in`,
        why: `It was asked by UPnP (alone${multicast ? ', and together with every device' : ''}), NAT-PMP and PCP, and did not answer as a gateway. That is as it should be, but forwards set by hand and a DMZ cannot be seen from inside alone. Run preinstall, or check the public address from outside.`,
      };
    const why = listed
      ? 'Its list of mappings is empty, but static forwards and a DMZ are usually not in it.'
      : 'It lists no mappings, and it never lists static forwards or a DMZ to devices on the LAN.';
    const more = { preinstall: ', or run preinstall', 'stand-in': ', or run preinstall with --stand-in' };
    return {
      what: `Which static forwards ${nameRouters(routers)} has`,
      why: `${why} Check the router’s settings${advise ? more[advise] : ''}.`,
    };
  },
};

/** It was asked, and answered nothing of a gateway: what plays music in it tells as little as silence. */
function isSilent(router: Gateway): boolean {
  return (
    ['silent', 'other-device'].includes(judgeUpnp(router)) &&
    judgeNatPmp(router) === 'silent' &&
    router.problems.length === 0
  );
}
