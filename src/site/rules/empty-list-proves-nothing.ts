import { judgeUpnp, nameRouters } from '../evidence/gateways.js';
import { provesAll } from '../evidence/proves-all.js';
import type { SiteRule } from './old-site-rule.js';

/** Routers list what devices asked for, and seldom what was set by hand. */
export const emptyListProvesNothing: SiteRule = {
  id: 'empty-list-proves-nothing',
  title: 'An empty list of mappings proves nothing',
  severity: 'info',
  evaluate(facts) {
    const { routers, mappings } = facts;
    const states = routers.map(judgeUpnp);
    if (routers.length === 0 || mappings.length > 0 || provesAll(facts)) return {};
    const listed = states.includes('listed');
    const why = listed
      ? 'Its list of mappings is empty, but static forwards and a DMZ are usually not in it.'
      : 'It lists no mappings, and never lists static forwards or a DMZ to anybody on the LAN.';
    const how =
      facts.kind === 'lan'
        ? 'Look into the router, or run preinstall.'
        : `Look into the router${facts.evidence.standIn ? '' : ', or run preinstall with --stand-in'}.`;
    return {
      undetermined: [
        {
          endpoint: null,
          what: `Which static forwards ${nameRouters(routers)} has`,
          why: `${why} ${how}`,
          blocking: false,
        },
      ],
    };
  },
};
