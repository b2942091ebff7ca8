import { exposedAs, type Opening } from './facts.js';
import { pointsInside } from './networks.js';
import type { Rule } from './rule.js';
import { describeOpening, quote } from './wording.js';

/** A device on the LAN answers SSDP through the public address. */
export const insideDeviceAnswersSsdp: Rule = {
  id: 'inside-device-answers-ssdp',
  title: 'A device inside answers SSDP through the public address',
  severity: 'critical',
  evaluate(facts) {
    return {
      findings: exposedAs(facts, 'inside-device').map((opening) => ({
        severity: 'critical',
        effect: 'violation',
        endpoint: opening.endpoint,
        title: 'A device inside the network answers through the public address',
        seen: `${describeOpening(opening)} It names its own place as ${quote(insideLocation(opening), 160)}, an inside address; it is no gateway.`,
        matters:
          'Our request got through the router to a device on the local network. That is consistent with a DMZ (exposed host) or with a forward of udp/1900; in a DMZ every port of the device is open to the internet.',
        remedy: 'Switch off the DMZ (exposed host) in the router and remove any forward of udp/1900.',
        programs: [],
        references: [],
        observations: [opening.endpoint],
      })),
    };
  },
};

function insideLocation({ seen }: Opening): string {
  return seen.evidence.ssdp?.find(({ location }) => pointsInside(location))?.location ?? '';
}
