import { cutText, listNames, upperFirst } from '../../check/rules/wording.js';
import type { Outside } from '../../model/site.js';
import { isSameAddress } from '../evidence/addresses.js';
import { findDetour } from '../evidence/detour.js';
import type { SiteFacts } from '../evidence/facts.js';
import type { SiteRule, Undetermined } from './old-site-rule.js';

type Problem = Outside['problems'][number];

const PARTS: Readonly<Record<Problem['part'], string>> = {
  vantage: 'the vantage server',
  check: 'the check from outside',
  proofs: 'the proofs by the stand-in',
  sip: 'the SIP exchange',
  nat: 'the test of the NAT',
};
/** Without these nothing is known of what is let in. */
const VITAL: readonly Problem['part'][] = ['vantage', 'check', 'proofs'];

/** Nothing, or not all, was seen from outside. */
export const noOutsideView: SiteRule = {
  id: 'no-outside-view',
  title: 'Not seen from outside',
  severity: 'high',
  evaluate({ kind, evidence }) {
    if (kind === 'lan') return {};
    const problems = listProblems(evidence);
    const vital = problems.filter(({ part }) => VITAL.includes(part));
    return {
      findings: vital.length > 0 ? [describeFailure(vital)] : [],
      undetermined: problems.flatMap(({ part, message }): Undetermined[] =>
        VITAL.includes(part)
          ? []
          : [
              {
                endpoint: null,
                what: `What ${PARTS[part]} would have told`,
                why: `${upperFirst(message)}.`,
                blocking: part === 'sip',
              },
            ],
      ),
    };
  },
};

/** The parts that failed, and those that are missing without a word. */
function listProblems(evidence: SiteFacts['evidence']): Problem[] {
  const { outside, standIn } = evidence;
  if (!outside) return [{ part: 'vantage', message: 'Nobody looked from outside.' }];
  const { problems, check, proofs, address } = outside;
  const told = (part: Problem['part']) =>
    problems.some((problem) => problem.part === part || problem.part === 'vantage');
  const target = check?.target.address;
  const detour = findDetour(evidence);
  return [
    ...problems,
    ...(outside.scope === 'private' || outside.scope === 'link-local'
      ? [
          {
            part: 'vantage' as const,
            message: `It sees us as ${address}, which is no address of the internet: it is inside too.`,
          },
        ]
      : []),
    ...(detour === null ? [] : [{ part: 'vantage' as const, message: detour }]),
    ...(check || told('check') ? [] : [{ part: 'check' as const, message: 'It was not made.' }]),
    ...(!standIn || proofs.length > 0 || told('proofs')
      ? []
      : [{ part: 'proofs' as const, message: 'The stand-in listened, but nothing was sent to it.' }]),
    ...(target && address && !isSameAddress(target, address)
      ? [{ part: 'check' as const, message: `It was of ${target}, but we came from ${address} at first.` }]
      : []),
  ];
}

function describeFailure(problems: readonly Problem[]) {
  const parts = listNames([...new Set(problems.map(({ part }) => PARTS[part]))]);
  return {
    severity: 'high' as const,
    effect: 'inconclusive' as const,
    endpoint: null,
    title: `Not seen from outside: ${parts} failed`,
    seen: problems.map(({ part, message }) => `${PARTS[part]}: ${cutText(message, 400)}`).join('; '),
    matters: 'What the router lets in is not known. What was found on this side stays found.',
    remedy:
      'See whether this machine reaches the internet and the vantage server, that its address and token are right, and that no VPN or second line is in use; then run this again.',
    programs: [],
    references: [],
    observations: [],
  };
}
