import * as z from 'zod';
import type { FindingData } from '../../model/finding.js';
import { gatewayNameSchema } from '../../model/lan.js';
import { judgeUpnp, nameRouters } from '../evidence/gateways.js';
import { provesAll } from '../evidence/facts.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.object({
  routers: z.array(gatewayNameSchema).max(16),
  listed: z.boolean().describe('one has a list, and it is empty'),
  advise: z.enum(['preinstall', 'stand-in']).nullable().describe('what could show more'),
});

/** Routers list what devices asked for, and seldom what was set by hand. */
export const emptyListProvesNothing: SiteRule<FindingData, z.infer<typeof doubt>> = {
  id: 'empty-list-proves-nothing',
  title: 'An empty list of mappings proves nothing',
  explain: `Routers list the mappings that devices asked for, not the forwards that were set by hand. This does not block the verdict, and it is left out if the stand-in settled everything.`,
  about: 'gap',
  severity: 'info',
  doubt,
  find(facts) {
    const { routers, routerNames, mappings, kind, evidence } = facts;
    if (routers.length === 0 || mappings.length > 0 || provesAll(facts)) return {};
    const listed = routers.map(judgeUpnp).includes('listed');
    const advise = kind === 'lan' ? 'preinstall' : evidence.standIn ? null : 'stand-in';
    return { undetermined: [{ endpoint: null, blocking: false, data: { routers: [...routerNames], listed, advise } }] };
  },
  sayDoubt({ data: { routers, listed, advise } }) {
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
