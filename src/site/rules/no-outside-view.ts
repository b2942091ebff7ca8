import * as z from 'zod';
import { PLAIN } from '../../check/rules/rule.js';
import { cutText, listNames, upperFirst } from '../../words/sentence.js';
import { PARTS, type SiteEvidence } from '../../model/site.js';
import { nullableText, text } from '../../model/text.js';
import { isSameAddress } from '../evidence/addresses.js';
import { findDetour } from '../evidence/detour.js';
import type { SiteRule } from './site-rule.js';

const problem = z.object({
  part: z.enum(PARTS),
  kind: z.enum(['failed', 'nobody-looked', 'inside', 'detour', 'not-made', 'other-address']),
  message: nullableText(512).describe('of what failed'),
  addresses: z.array(text(64)).max(2),
});
type Problem = z.infer<typeof problem>;
const data = z.object({ problems: z.array(problem).max(32) });
const doubt = z.object({ part: z.enum(PARTS), message: text(512) });

const NAMES: Readonly<Record<Problem['part'], string>> = {
  vantage: 'the vantage server',
  check: 'the check from outside',
  proofs: 'the proofs by the stand-in',
  sip: 'the SIP exchange',
  nat: 'the NAT test',
};
/** Without these nothing is known of what is let in. */
const VITAL: readonly Problem['part'][] = ['vantage', 'check', 'proofs'];

/** Nothing, or not all, was seen from outside. */
export const noOutsideView: SiteRule<z.infer<typeof data>, z.infer<typeof doubt>> = {
  id: 'no-outside-view',
  title: 'The site was not seen from outside',
  explain: `The vantage server, its check or the proofs failed or are missing; or the vantage server is inside too; or the way to it does not begin at the router, as with a VPN. The finding names the part and the reason, and makes the verdict inconclusive. A failed SIP exchange also blocks the verdict; a failed NAT test does not.`,
  about: 'vantage',
  fixedBy: ['dealer'],
  severity: 'high',
  data,
  doubt,
  find({ kind, evidence }) {
    if (kind === 'lan') return {};
    const problems = listProblems(evidence);
    const vital = problems.filter(({ part }) => VITAL.includes(part)).slice(0, 32);
    return {
      findings:
        vital.length > 0
          ? [
              {
                severity: 'high',
                effect: 'inconclusive',
                endpoint: null,
                observations: [],
                data: { problems: vital },
              },
            ]
          : [],
      undetermined: problems
        .filter(({ part }) => !VITAL.includes(part))
        .map(({ part, message }) => ({
          endpoint: null,
          blocking: part === 'sip',
          data: { part, message: message ?? '' },
        })),
    };
  },
  say: ({ data: { problems } }) => ({
    ...PLAIN,
    title: `Not seen from outside: ${listNames([...new Set(problems.map(({ part }) => NAMES[part]))])} failed`,
    seen:
      problems.map((one) => `${upperFirst(NAMES[one.part])}: ${cutText(describe(one), 400)}`).join(' ') || 'Nothing.',
    matters: 'It is not known what the router lets in. What was found from inside still counts.',
    remedy:
      'Check that this machine reaches the internet and the vantage server, that its address and token are right, and that no VPN or second line is in use. Then run this again.',
  }),
  sayDoubt: ({ data: { part, message } }) => ({
    what: `What ${NAMES[part]} would have shown`,
    why: message ? endSentence(upperFirst(message)) : 'It failed.',
  }),
  gone: () => true,
};

/** The parts that failed, and those that are missing without a word. */
function listProblems(evidence: SiteEvidence): Problem[] {
  const { outside, standIn } = evidence;
  const tell = (part: Problem['part'], kind: Problem['kind'], ...addresses: string[]): Problem[] => [
    { part, kind, message: null, addresses },
  ];
  if (!outside) return tell('vantage', 'nobody-looked');
  const { problems, check, proofs, address, scope } = outside;
  const failed = (part: Problem['part']) => problems.some((one) => one.part === part || one.part === 'vantage');
  const target = check?.target.address;
  const detour = findDetour(evidence);
  return [
    ...problems.map(({ part, message }) => ({ part, kind: 'failed' as const, message, addresses: [] })),
    ...(scope === 'private' || scope === 'link-local' ? tell('vantage', 'inside', ...(address ? [address] : [])) : []),
    ...(detour === null ? [] : tell('vantage', 'detour', detour)),
    ...(check || failed('check') ? [] : tell('check', 'not-made')),
    ...(!standIn || proofs.length > 0 || failed('proofs') ? [] : tell('proofs', 'not-made')),
    ...(target && address && !isSameAddress(target, address) ? tell('check', 'other-address', target, address) : []),
  ];
}

function describe({ part, kind, message, addresses: [first = 'another address', second = 'another one'] }: Problem) {
  switch (kind) {
    case 'failed':
      return endSentence(message || 'it failed');
    case 'nobody-looked':
      return 'no one looked from outside.';
    case 'inside':
      return `it sees us as ${first}, which is not an address of the internet, so it is inside too.`;
    case 'detour':
      return `the way there begins at ${first}, which is not the router. A VPN or another line is in use.`;
    case 'not-made':
      return part === 'proofs' ? 'the stand-in listened, but nothing was sent to it.' : 'it was not made.';
    case 'other-address':
      return `it checked ${first}, but we came from ${second} at first.`;
  }
}

function endSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
