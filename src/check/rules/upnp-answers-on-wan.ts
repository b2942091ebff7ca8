import { exposedAs } from './facts.js';
import type { Rule } from './old-rule.js';
import { describeOpening } from './wording.js';

/** SSDP answers through the public address; worst where it is the router that takes orders to open ports. */
export const upnpAnswersOnWan: Rule = {
  id: 'upnp-answers-on-wan',
  title: 'UPnP answers on the WAN',
  severity: 'critical',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'upnp').map((opening) => {
        const gateway = opening.seen.identity?.kind === 'upnp-gateway';
        return {
          severity: gateway ? 'critical' : 'high',
          effect: 'violation',
          endpoint: opening.endpoint,
          title: gateway ? 'The router’s UPnP answers on the WAN' : 'UPnP answers on the WAN',
          seen: `${describeOpening(opening)}${gateway ? ' It offers the services of a gateway.' : ''}`,
          matters: gateway
            ? 'UPnP asks for no password: a router that takes its orders from the internet lets strangers open ways to any device inside. We sent no order, so whether it obeys is not known.'
            : 'UPnP belongs on the local network only. It tells strangers what is there, and can be abused to flood others.',
          remedy:
            'Switch UPnP off in the router and update its firmware. Then delete the forwards that devices have asked for: switching off leaves them in place. Switch off the UPnP client of the phone system too (program 10-37-01).',
          programs: ['10-37-01'],
          references: ['CERT/CC VU#361684'],
          observations: [opening.endpoint],
        };
      }),
    };
  },
};
