import * as z from 'zod';
import type { Doubt, Found } from '../../check/rules/rule.js';
import { transportSchema } from '../../model/endpoint.js';
import { gatewayNameSchema } from '../../model/lan.js';
import { type Outside, type SipComparison, sipComparisonSchema, type SiteReportData } from '../../model/site.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import type { SiteFacts } from '../evidence/facts.js';
import { nameRouters } from '../evidence/gateways.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const SIP_PORT = 5060;

const messages = someOf(sipComparisonSchema.pick({ transport: true, direction: true, message: true }));
const routers = z.array(gatewayNameSchema).max(16);
const data = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('altered'),
    changes: someOf(z.object({ field: text(64), sent: text(80), arrived: text(80), messages })),
    messages: messages.describe('all that arrived altered'),
    routers,
  }),
  z.object({ kind: z.literal('stopped'), messages, routers }),
]);
const doubt = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('not-exchanged'),
    transports: z.array(transportSchema).max(2),
    nothing: z.boolean(),
    details: z.array(text(256)).max(3),
  }),
  z.object({ kind: z.literal('other-ports'), udp: z.int(), tcp: z.int() }),
]);
type Data = z.infer<typeof data>;
type Change = Extract<Data, { kind: 'altered' }>['changes']['first'][number];
type DoubtData = z.infer<typeof doubt>;
type Message = Pick<SipComparison, 'transport' | 'direction' | 'message'>;

/** Something on the way reads SIP and changes it, or stops what it does not like. */
export const sipAlg: SiteRule<Data, DoubtData> = {
  id: 'sip-alg',
  title: 'A SIP ALG changes or stops SIP',
  explain: `SIP messages arrived different from how they were sent; the differences are shown. The severity is medium, and only “consistent with” an ALG, if messages were lost while others got through the same way. What was not exchanged over both transports and in both directions is not known, which blocks the verdict. So does a vantage server whose SIP ports are not 5060, because most ALGs only watch that port.`,
  about: 'outage',
  fixedBy: ['router'],
  severity: 'high',
  data,
  doubt,
  find(facts) {
    const { outside } = facts.evidence;
    if (!outside || facts.kind === 'lan') return {};
    const { sip, problems } = outside;
    const altered = sip.filter(({ state }) => state === 'altered');
    const stopped = altered.length > 0 ? [] : sip.filter((one) => isStopped(one, sip));
    const unasked = problems.some(({ part }) => part === 'sip' || part === 'vantage');
    return {
      findings: [
        ...(altered.length > 0 ? [findAltered(facts, altered)] : []),
        ...(stopped.length > 0 ? [findStopped(facts, stopped)] : []),
      ],
      undetermined:
        altered.length + stopped.length > 0 || unasked ? [] : [...doubtExchange(sip), ...doubtPorts(outside)],
    };
  },
  say({ data }) {
    const words = {
      remedy: `Switch the SIP ALG off in ${nameRouters(data.routers)} (also called SIP helper, SIP fixup, SIP inspection or SIP passthrough), and in every other router on the way. Restart it, and run this again.`,
      programs: [],
      references: ['RFC 3261', 'RFC 4787 REQ-10'],
    };
    return data.kind === 'altered'
      ? {
          ...words,
          title: 'A SIP ALG is on: SIP messages arrive altered',
          seen: `${data.changes.count > 0 ? listSome(data.changes, sayChange, 6) : `Altered: ${listSome(data.messages, nameMessage, 6)}`}.`,
          matters:
            'A SIP ALG rewrites addresses that it misunderstands. The results are one-way voice, calls that drop, and phones that lose their registration. NEC wants it off in every router on the way.',
        }
      : {
          ...words,
          title: 'Some SIP messages do not get through: consistent with a SIP ALG or filter',
          seen: `Lost, while others got through the same way: ${listSome(data.messages, nameMessage, 8)}.`,
          matters:
            'Calls fail where these messages are stopped. It is not proved that an ALG is the cause: a loss by chance would look the same.',
        };
  },
  sayDoubt({ data }) {
    if (data.kind === 'other-ports')
      return {
        what: 'Whether a SIP ALG changes SIP on port 5060',
        why: `The vantage server’s SIP ports are udp/${data.udp} and tcp/${data.tcp}. Most ALGs only watch port 5060: let the vantage server listen there.`,
      };
    const names = listNames(data.transports.map((transport) => transport.toUpperCase()));
    return {
      what: `Whether a SIP ALG changes SIP over ${names}`,
      why: data.nothing
        ? 'No SIP messages were exchanged.'
        : [`Not all messages were exchanged over ${names}.`, ...data.details].join(' '),
    };
  },
  gone: ({ before, report }) => passesSip(before, report),
};

/** A message was lost where another of the same kind of way got through. */
function isStopped({ state, transport, direction }: SipComparison, all: readonly SipComparison[]): boolean {
  return (
    state === 'lost' &&
    all.some((one) => one.state === 'same' && one.transport === transport && one.direction === direction)
  );
}

function findAltered({ routerNames }: SiteFacts, altered: readonly SipComparison[]): Found<Data> {
  return {
    severity: 'high',
    effect: 'violation',
    endpoint: null,
    observations: [],
    data: {
      kind: 'altered',
      changes: takeSome(listChanges(altered)),
      messages: takeSome(altered.map(identify)),
      routers: [...routerNames],
    },
  };
}

/** Each difference once, with the messages that show it. */
function listChanges(altered: readonly SipComparison[]): Change[] {
  const found = new Map<string, { change: Omit<Change, 'messages'>; messages: Message[] }>();
  for (const one of altered)
    for (const { field, sent, arrived } of one.differences) {
      const change = { field, sent: cutText(sent, 80), arrived: cutText(arrived, 80) };
      const key = JSON.stringify(change);
      const known = found.get(key) ?? { change, messages: [] };
      known.messages.push(identify(one));
      found.set(key, known);
    }
  return [...found.values()].map(({ change, messages }) => ({ ...change, messages: takeSome(messages) }));
}

function identify({ transport, direction, message }: SipComparison): Message {
  return { transport, direction, message };
}

function sayChange({ field, sent, arrived, messages }: Change): string {
  return `${cutText(field, 40)} ${quote(sent)} became ${quote(arrived)} (${listSome(messages, nameMessage, 4)})`;
}

function nameMessage({ transport, direction, message }: Message): string {
  return `${cutText(message, 40)} ${direction} by ${transport.toUpperCase()}`;
}

function findStopped({ routerNames }: SiteFacts, stopped: readonly SipComparison[]): Found<Data> {
  return {
    severity: 'medium',
    effect: 'violation',
    endpoint: null,
    observations: [],
    data: { kind: 'stopped', messages: takeSome(stopped.map(identify)), routers: [...routerNames] },
  };
}

/** What was not heard of cannot be called unaltered. */
function doubtExchange(sip: readonly SipComparison[]): Doubt<DoubtData>[] {
  const transports = (['udp', 'tcp'] as const).filter(
    (transport) => !(['outward', 'inward'] as const).every((direction) => passed(sip, transport, direction)),
  );
  if (transports.length === 0) return [];
  const details = [...new Set(sip.flatMap(({ detail }) => (detail ? [cutText(detail, 200)] : [])))].slice(0, 3);
  const data = { kind: 'not-exchanged' as const, transports, nothing: sip.length === 0, details };
  return [{ endpoint: null, blocking: true, data }];
}

/** Most ALGs look at port 5060 only. */
function doubtPorts({ sip, sipPorts }: Outside): Doubt<DoubtData>[] {
  if (sip.length === 0 || !sipPorts || (sipPorts.udp === SIP_PORT && sipPorts.tcp === SIP_PORT)) return [];
  const { udp, tcp } = sipPorts;
  return [{ endpoint: null, blocking: true, data: { kind: 'other-ports', udp, tcp } }];
}

/** All that belongs to an exchange, with session descriptions in it, arrived as it was sent. */
function passed(sip: readonly SipComparison[], transport: string, direction: string): boolean {
  const messages = sip.filter((one) => one.transport === transport && one.direction === direction);
  return messages.length > 0 && messages.every(({ state }) => state === 'same');
}

/** Each way on which SIP was altered or stopped carries all of it now. An ALG that looks at some ports lets others pass. */
function passesSip(before: SiteReportData, after: SiteReportData): boolean {
  const [then, now] = [before.evidence.outside, after.evidence.outside];
  const ports = then?.sipPorts;
  if (ports && (ports.udp !== now?.sipPorts?.udp || ports.tcp !== now.sipPorts.tcp)) return false;
  return (then?.sip ?? [])
    .filter(({ state }) => state !== 'same')
    .every(({ transport, direction }) => passed(now?.sip ?? [], transport, direction));
}
