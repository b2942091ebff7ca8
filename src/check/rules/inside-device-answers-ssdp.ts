import { exposedAs } from './facts.js';
import { insideLocation } from './nature.js';
import type { Rule } from './old-rule.js';
import { describeOpening, quote } from './wording.js';

/** A device on the LAN answers SSDP through the public address. */
export const insideDeviceAnswersSsdp: Rule = {
  id: 'inside-device-answers-ssdp',
  title: 'A device inside answers SSDP through the public address',
  severity: 'critical',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'inside-device').map((opening) => {
        const vague = opening.seen.identity?.confidence === 'possible';
        const role = vague ? 'it did not say what it is, so it may be the router itself' : 'it is no gateway';
        return {
          severity: vague ? 'high' : 'critical',
          effect: 'violation',
          endpoint: opening.endpoint,
          title: `${vague ? 'Perhaps a' : 'A'} device inside the network answers through the public address`,
          seen: `${describeOpening(opening)} It names its own place as ${quote(insideLocation(opening.seen) ?? '', 160)}, an inside address; ${role}.`,
          matters:
            'An answer of a device inside is consistent with a DMZ (exposed host) or with a forward of udp/1900. In a DMZ every port of the device is open to the internet.',
          remedy:
            'Switch off the DMZ (exposed host) in the router and remove any forward of udp/1900. Switch off UPnP on the WAN side of the router.',
          programs: [],
          references: [],
          observations: [opening.endpoint],
        };
      }),
    };
  },
};
