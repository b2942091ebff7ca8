import { exposedAs } from './facts.js';
import {
  type AnswerData,
  foundAt,
  keepOpening,
  type OpeningData,
  openingSchema,
  sayBan,
  sayOpening,
} from './opening.js';
import { defineRule } from './rule.js';

/** A SIP server answers us, and the profile reserves it for others or for no one. */
export const sipOpenToWorld = defineRule({
  id: 'sip-open-to-world',
  title: 'SIP answers where it should not',
  explain:
    'A SIP server answered our OPTIONS request, and the profile reserves it for others or for no one. Scanners look for open SIP ports all the time and guess passwords there, for toll fraud. Restrict the forward to the provider’s addresses; a trunk that registers outwards may need no forward at all. A port where NEC phones register is worse in plug-and-play mode, which cannot be seen from outside. See RFC 3261 §11.2.',
  about: 'exposure',
  fixedBy: ['router', 'phone-system'],
  severity: 'high',
  find: (facts) => ({
    findings: exposedAs(facts, 'sip').map((opening) => foundAt(opening, 'high', keepOpening(facts, opening))),
  }),
  data: openingSchema,
  say(finding) {
    const { service, answer } = finding.data;
    return {
      title: `SIP answers on ${finding.endpoint}${service ? ` (${service.title})` : ''}`,
      seen: `${sayOpening(finding)} ${sayBan(finding.data)}`,
      matters: sayStakes(answer),
      remedy: sayRemedy(service),
      programs: service?.programs ?? [],
      references: ['RFC 3261 §11.2'],
    };
  },
});

function sayStakes(answer: AnswerData): string {
  const general =
    'Scanners look for open SIP ports all the time, and then guess the passwords of phones. With a guessed password they make calls at the customer’s expense (toll fraud). The guesses alone can disturb calls.';
  if (answer.by !== 'identity' || answer.kind !== 'nec-phone-registration') return general;
  return `${general} NEC phones register on this port. In plug-and-play mode they need no password; whether that mode is on cannot be seen from outside.`;
}

function sayRemedy(service: OpeningData['service']): string {
  if (service?.id === 'sip-trunk')
    return 'Restrict the forward to the addresses of the SIP provider. A trunk that registers outwards may need no forward at all: ask the provider, then remove it.';
  if (service?.id === 'nec-ip-phone')
    return 'Put remote NEC phones behind a VPN, or restrict the forward to the addresses of their sites.';
  return 'Remove the forward, or restrict it to the addresses that need it. Put remote phones behind a VPN. Give every SIP device a long random password that is not its extension.';
}
