import { text } from '../../model/text.js';
import { cutText, quote } from '../../words/sentence.js';
import { exposedAs } from './facts.js';
import { insideLocation } from './nature.js';
import { foundAt, keepOpening, openingSchema, sayOpening } from './opening.js';
import { defineRule, PLAIN } from './rule.js';

/** A device on the LAN answers SSDP through the public address. */
export const insideDeviceAnswersSsdp = defineRule({
  id: 'inside-device-answers-ssdp',
  title: 'A device inside answers SSDP through the public address',
  explain:
    'A device that is not a gateway answered and gave an inside address as its own. That is consistent with a DMZ or with a forward of udp/1900. The severity is high instead of critical if the device did not say what it is, because it may then be the router itself.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  find: (facts) => ({
    findings: exposedAs(facts, 'inside-device').map((opening) => {
      const vague = opening.seen.identity?.confidence === 'possible';
      const location = cutText(insideLocation(opening.seen) ?? '', 160);
      return foundAt(opening, vague ? 'high' : 'critical', { ...keepOpening(facts, opening), location });
    }),
  }),
  data: openingSchema.extend({ location: text(160).describe('where the device says that it is') }),
  say(finding) {
    const { answer, location } = finding.data;
    const vague = answer.by === 'identity' && answer.confidence === 'possible';
    const role = vague ? 'It did not say what it is, so it may be the router itself.' : 'It is not a gateway.';
    return {
      ...PLAIN,
      title: `${vague ? 'Possibly a' : 'A'} device inside the network answers through the public address`,
      seen: `${sayOpening(finding)} It gives ${quote(location, 160)} as its location, which is an inside address. ${role}`,
      matters:
        'An answer from a device inside is consistent with a DMZ (exposed host) or with a forward of udp/1900. In a DMZ every port of the device is open to the internet.',
      remedy:
        'Turn off the DMZ (exposed host) in the router and remove any forward of udp/1900. Turn off UPnP on the WAN side of the router.',
    };
  },
});
