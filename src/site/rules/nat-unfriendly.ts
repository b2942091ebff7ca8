import type { NatSurvey } from '../../model/site.js';
import { cutText } from '../../check/rules/wording.js';
import type { FindingFrame, SiteFinding, SiteRule } from './old-site-rule.js';

/** Phones and trunks keep their way through the NAT open with a message every 60 to 120 seconds, as a rule. */
const LEAST_BINDING_S = 60;

/** The NAT lets phones work only with more care than usual. */
export const natUnfriendly: SiteRule = {
  id: 'nat-unfriendly',
  title: 'The NAT is hard on phones',
  severity: 'medium',
  evaluate({ evidence }) {
    const nat = evidence.outside?.nat;
    if (!nat) return {};
    const why = nat.problem ?? 'The test did not tell.';
    return {
      findings: [...judgeMapping(nat), ...judgeBinding(nat)],
      undetermined:
        nat.problem !== null || nat.mapping === 'unknown'
          ? [{ endpoint: null, what: 'How the NAT treats UDP', why: cutText(why, 512), blocking: false }]
          : [],
    };
  },
};

const COMMON: FindingFrame = {
  effect: 'note',
  endpoint: null,
  programs: [],
  references: ['RFC 4787'],
  observations: [],
};

function judgeMapping({ mapping, mapped }: NatSurvey): SiteFinding[] {
  if (mapping !== 'endpoint-dependent') return [];
  const shown = mapped
    .slice(0, 4)
    .map(({ localPort, vantagePort, port }) => `from ${localPort} to ${vantagePort}: seen as ${port}`);
  return [
    {
      ...COMMON,
      severity: 'medium',
      title: 'The NAT gives each destination another port (symmetric NAT)',
      seen: shown.length > 0 ? `UDP ${shown.join('; ')}.` : 'The same socket was seen by different ports.',
      matters:
        'The address that a phone learns by one server is of no use with another: direct voice between phones, and STUN, fail. Trunks through the provider’s media server are not touched.',
      remedy:
        'Where phones outside or a trunk have one-way voice, use another router, or the provider’s NAT handling (a session border controller).',
    },
  ];
}

function judgeBinding({ binding }: NatSurvey): SiteFinding[] {
  const lost = binding?.lostSeconds ?? null;
  if (lost === null || lost > LEAST_BINDING_S) return [];
  const held = binding?.heldSeconds ?? null;
  return [
    {
      ...COMMON,
      severity: 'low',
      title: `The NAT forgets a UDP way after ${lost} s of silence or less`,
      seen: `After ${lost} s without traffic nothing came in any more${held === null ? '' : `; after ${held} s it still did`}.`,
      matters:
        'Phones and trunks that refresh every 60 to 120 seconds, as is usual, are not reachable in between: calls do not come in.',
      remedy: `Set the router's UDP timeout to 180 s or more, or the keep-alive of phones and trunks below ${held ?? lost} s.`,
    },
  ];
}
