import { exposedAs } from './facts.js';
import { foundAt, keepOpening, openingSchema, sayOpening } from './opening.js';
import { defineRule } from './rule.js';

/** SSDP answers through the public address; worst where it is the router that takes orders to open ports. */
export const upnpAnswersOnWan = defineRule({
  id: 'upnp-answers-on-wan',
  title: 'UPnP answers on the WAN',
  explain:
    'Critical for a gateway: a router that takes UPnP requests from the internet lets strangers open ports. We never send such a request, so we do not know whether the router obeys. Turn UPnP off, delete the mappings that devices created, update the firmware, and turn off the UPnP client of the phone system (program 10-37-01).',
  about: 'exposure',
  fixedBy: ['router', 'phone-system'],
  severity: 'critical',
  find: (facts) => ({
    findings: exposedAs(facts, 'upnp').map((opening) => {
      const gateway = opening.seen.identity?.kind === 'upnp-gateway';
      return foundAt(opening, gateway ? 'critical' : 'high', keepOpening(facts, opening));
    }),
  }),
  data: openingSchema,
  say(finding) {
    const { answer } = finding.data;
    const gateway = answer.by === 'identity' && answer.kind === 'upnp-gateway';
    return {
      title: gateway ? 'The router’s UPnP answers on the WAN' : 'UPnP answers on the WAN',
      seen: `${sayOpening(finding)}${gateway ? ' It offers the services of a gateway.' : ''}`,
      matters: gateway
        ? 'UPnP asks for no password: a router that takes UPnP requests from the internet lets strangers open ports to any device inside. We sent no such request, so we do not know whether the router obeys.'
        : 'UPnP belongs on the local network only. It shows strangers what is there, and can be abused to flood others.',
      remedy:
        'Turn UPnP off in the router and update its firmware. Then delete the mappings that devices created: turning UPnP off leaves them in place. Turn off the UPnP client of the phone system too (program 10-37-01).',
      programs: ['10-37-01'],
      references: ['CERT/CC VU#361684'],
    };
  },
});
