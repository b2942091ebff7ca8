import * as z from 'zod';
import { upperFirst } from '../../words/sentence.js';
import type { Found } from '../../check/rules/rule.js';
import type { Severity } from '../../model/severity.js';
import { nullableText } from '../../model/text.js';
import type { SiteRule } from './site-rule.js';

/** Phones and trunks keep their way through the NAT open with a message every 60 to 120 seconds, as a rule. */
const LEAST_BINDING_S = 60;

const seconds = z.int();
const data = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('symmetric'), ports: z.int().nonnegative().describe('by which one socket was seen') }),
  z.object({ kind: z.literal('short-binding'), lostSeconds: seconds, heldSeconds: seconds.nullable() }),
]);
type Data = z.infer<typeof data>;
const doubt = z.object({ problem: nullableText(512) });

/** The NAT lets phones work only with more care than usual. */
export const natUnfriendly: SiteRule<Data, z.infer<typeof doubt>> = {
  id: 'nat-unfriendly',
  title: 'The NAT makes things hard for phones',
  explain: `Two notes: the NAT uses a different port for each destination (RFC 4787 §4.1), or it closes a UDP path within 60 seconds, while phones and trunks usually refresh every 60 to 120 seconds.`,
  about: 'note',
  fixedBy: ['router', 'provider', 'phone-system'],
  severity: 'medium',
  data,
  doubt,
  find({ evidence }) {
    const nat = evidence.outside?.nat;
    if (!nat) return {};
    const { mapping, mapped, binding, problem } = nat;
    const { lostSeconds = null, heldSeconds = null } = binding ?? {};
    const ports = new Set(mapped.map(({ port }) => port)).size;
    return {
      findings: [
        ...(mapping === 'endpoint-dependent' ? [note('medium', { kind: 'symmetric', ports })] : []),
        ...(lostSeconds !== null && lostSeconds <= LEAST_BINDING_S
          ? [note('low', { kind: 'short-binding', lostSeconds, heldSeconds })]
          : []),
      ],
      undetermined:
        problem !== null || mapping === 'unknown' ? [{ endpoint: null, blocking: false, data: { problem } }] : [],
    };
  },
  say({ data }) {
    if (data.kind === 'symmetric')
      return {
        title: 'The NAT uses a different port for each destination (symmetric NAT)',
        seen: `Messages from one UDP socket came from ${data.ports > 1 ? `${data.ports} different ports` : 'different ports'}, depending on where they went.`,
        matters:
          'The address that a phone learns from one server is useless for another: direct voice between phones, and STUN, fail. Trunks through the provider’s media server are not affected.',
        remedy:
          'If phones outside or a trunk have one-way voice, use another router, or the provider’s NAT handling (a session border controller).',
        programs: [],
        references: ['RFC 4787'],
      };
    const { lostSeconds, heldSeconds } = data;
    return {
      title: `The NAT closes a UDP path after ${lostSeconds} s of silence or less`,
      seen: `After ${lostSeconds} s without traffic nothing came in any more${heldSeconds === null ? '' : `. After ${heldSeconds} s it still did`}.`,
      matters:
        'Phones and trunks usually refresh every 60 to 120 seconds. In between they cannot be reached, so calls do not come in.',
      remedy: `Set the router’s UDP timeout to 180 s or more, or the keep-alive of phones and trunks below ${heldSeconds ?? lostSeconds} s.`,
      programs: [],
      references: ['RFC 4787'],
    };
  },
  sayDoubt: ({ data: { problem } }) => ({
    what: 'How the NAT treats UDP',
    why: problem?.trim() ? upperFirst(problem) : 'The test gave no result.',
  }),
};

function note(severity: Severity, data: Data): Found<Data> {
  return { severity, effect: 'note', endpoint: null, observations: [], data };
}
