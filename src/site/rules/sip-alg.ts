import { cutText, listNames, quote } from '../../check/rules/wording.js';
import type { Outside, SipComparison } from '../../model/site.js';
import type { SiteFacts } from '../evidence/facts.js';
import { nameRouters } from '../evidence/gateways.js';
import type { FindingFrame, SiteFinding, SiteRule, Undetermined } from './old-site-rule.js';

const SIP_PORT = 5060;

/** Something on the way reads SIP and changes it, or stops what it does not like. */
export const sipAlg: SiteRule = {
  id: 'sip-alg',
  title: 'A SIP ALG changes or stops SIP',
  severity: 'high',
  evaluate(facts) {
    const { outside } = facts.evidence;
    if (!outside || facts.kind === 'lan') return {};
    const { sip, problems } = outside;
    const altered = sip.filter(({ state }) => state === 'altered');
    const stopped = altered.length > 0 ? [] : sip.filter((one) => isStopped(one, sip));
    const unasked = problems.some(({ part }) => part === 'sip' || part === 'vantage');
    return {
      findings: [
        ...(altered.length > 0 ? [describeAltered(facts, altered)] : []),
        ...(stopped.length > 0 ? [describeStopped(facts, stopped)] : []),
      ],
      undetermined: altered.length + stopped.length > 0 || unasked ? [] : [...doubt(sip), ...doubtPorts(outside)],
    };
  },
};

/** A message was lost where another of the same kind of way got through. */
function isStopped({ state, transport, direction }: SipComparison, all: readonly SipComparison[]): boolean {
  return (
    state === 'lost' &&
    all.some((one) => one.state === 'same' && one.transport === transport && one.direction === direction)
  );
}

function describeAltered(facts: SiteFacts, altered: readonly SipComparison[]): SiteFinding {
  return {
    ...COMMON,
    severity: 'high',
    title: 'A SIP ALG is on: SIP messages arrive altered',
    seen: `${listNames(listDifferences(altered), 6)}.`,
    matters:
      'A SIP ALG rewrites addresses that it misunderstands: one-way voice, calls that drop, phones that lose their registration. NEC wants it off in every router on the way.',
    remedy: describeRemedy(facts),
  };
}

/** Each difference once, with the messages that show it. */
function listDifferences(altered: readonly SipComparison[]): string[] {
  const found = new Map<string, string[]>();
  for (const one of altered) {
    const changes = one.differences.map(
      ({ field, sent, arrived }) => `${cutText(field, 40)} ${quote(sent, 80)} became ${quote(arrived, 80)}`,
    );
    for (const change of changes.length > 0 ? changes : ['altered'])
      found.set(change, [...(found.get(change) ?? []), nameMessage(one)]);
  }
  return [...found].map(([change, messages]) => `${change} (${listNames(messages, 4)})`);
}

function describeStopped(facts: SiteFacts, stopped: readonly SipComparison[]): SiteFinding {
  return {
    ...COMMON,
    severity: 'medium',
    title: 'Some SIP messages do not get through: consistent with a SIP ALG or filter',
    seen: `Lost, while others took the same way: ${listNames(stopped.map(nameMessage), 8)}.`,
    matters:
      'Calls fail where these messages are stopped. That it is an ALG is not proved: a loss by chance would look the same.',
    remedy: describeRemedy(facts),
  };
}

const COMMON: FindingFrame = {
  effect: 'violation',
  endpoint: null,
  programs: [],
  references: ['RFC 3261', 'RFC 4787 REQ-10'],
  observations: [],
};

function nameMessage({ transport, direction, message }: SipComparison): string {
  return `${cutText(message, 40)} ${direction} by ${transport.toUpperCase()}`;
}

function describeRemedy({ routers }: SiteFacts): string {
  return `Switch the SIP ALG off in ${nameRouters(routers)} (also called SIP helper, SIP fixup, SIP inspection or SIP passthrough), and in every other router on the way; restart it, and run this again.`;
}

/** What was not heard of can not be called unaltered. */
function doubt(sip: readonly SipComparison[]): Undetermined[] {
  const ways = (['udp', 'tcp'] as const).filter(
    (transport) => !(['outward', 'inward'] as const).every((direction) => passed(sip, transport, direction)),
  );
  if (ways.length === 0) return [];
  const details = [...new Set(sip.flatMap(({ detail }) => (detail ? [cutText(detail, 200)] : [])))].slice(0, 3);
  const names = ways.map((transport) => transport.toUpperCase());
  const why =
    sip.length === 0
      ? 'No SIP messages were exchanged.'
      : `Not all messages were exchanged by ${listNames(names)}. ${details.join(' ')}`;
  return [{ endpoint: null, what: `Whether a SIP ALG changes SIP by ${listNames(names)}`, why, blocking: true }];
}

/** Most ALGs look at port 5060 alone. */
function doubtPorts({ sip, sipPorts }: Outside): Undetermined[] {
  if (sip.length === 0 || !sipPorts || (sipPorts.udp === SIP_PORT && sipPorts.tcp === SIP_PORT)) return [];
  const why = `The vantage’s SIP ports are udp/${sipPorts.udp} and tcp/${sipPorts.tcp}. Most ALGs look at port 5060 alone: have the vantage listen there.`;
  return [{ endpoint: null, what: 'Whether a SIP ALG changes SIP on port 5060', why, blocking: true }];
}

/** All that belongs to an exchange, with session descriptions in it, arrived as it was sent. */
function passed(sip: readonly SipComparison[], transport: string, direction: string): boolean {
  const messages = sip.filter((one) => one.transport === transport && one.direction === direction);
  return messages.length > 0 && messages.every(({ state }) => state === 'same');
}
