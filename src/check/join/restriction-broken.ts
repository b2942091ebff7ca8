import * as z from 'zod';
import type { EndpointId } from '../../model/endpoint.js';
import { type Finding, MAX_VANTAGES } from '../../model/finding.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import { openingSchema, sayOpening } from '../rules/opening.js';
import { type JoinFacts, listAllowed, type Viewer } from './facts.js';
import { defineJoinRule } from './join-rule.js';

const LISTED = 8;

/** The profile lets in certain sources only, and a vantage gets in that is none of them. */
export const restrictionBroken = defineJoinRule({
  id: 'restriction-broken',
  title: 'A restriction to certain addresses does not hold',
  explain:
    'The profile lets only certain sources in (the SIP provider, the dealer), and a vantage that is none of them gets in: the forward is there for everyone, or its list of addresses is too wide. It stands in the place of what its rule would say of the open endpoint, and is as severe. It is found where several vantages look.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'critical',
  find(facts) {
    const { profile } = facts;
    const broken = groupBroken(facts).map(({ finding, viewers, opening, allowed }) => {
      const gotIn = viewers.map(({ name }) => cutText(name, 64)).slice(0, MAX_VANTAGES);
      const restrictedTo = allowed.slice(0, LISTED).map((id) => cutText(profile.sources[id]?.title || id, 64));
      return {
        severity: finding.severity,
        effect: 'violation' as const,
        endpoint: finding.endpoint,
        observations: finding.observations,
        seenFrom: gotIn,
        data: { ...opening, plain: cutText(finding.rule, 64), restrictedTo, gotIn },
      };
    });
    return { findings: broken };
  },
  data: openingSchema.extend({
    plain: text(64).describe('the rule in whose place this stands'),
    restrictedTo: z.array(text(64)).min(1).max(LISTED).describe('the sources that the profile lets in'),
    gotIn: z.array(text(64)).min(1).max(MAX_VANTAGES).describe('the vantages that got in'),
  }),
  say(finding) {
    const { service, restrictedTo, gotIn, source, plain } = finding.data;
    const names = listNames(
      gotIn.map((name) => quote(name, 32)),
      3,
    );
    const who = listNames(restrictedTo);
    return {
      title: `${service?.title || 'A service'}: restricted to ${cutText(who, 40)}, yet ${names} got in on ${finding.endpoint}`,
      seen: `${sayOpening(finding)} It answers ${names} (${quote(source, 64)}), and the profile lets in ${who} only.`,
      matters:
        'Whoever set this up relies on the restriction, and it is not there: anyone on the internet may get in as our vantage does.',
      remedy: `Restrict the forward in the router to the addresses of ${who}, and check that the rule for them stands before any other for this port.`,
      programs: service?.programs ?? [],
      references: [`rule ${plain}`],
    };
  },
});

interface Broken {
  readonly finding: Finding;
  readonly viewers: Viewer[];
  readonly opening: z.infer<typeof openingSchema>;
  readonly allowed: readonly string[];
}

/** Exposures of restricted services, by rule and endpoint; the first vantage that tells who answers speaks for all. */
function groupBroken({ profile, viewers }: JoinFacts): Broken[] {
  const groups = new Map<string, Broken>();
  for (const viewer of viewers)
    for (const finding of viewer.report.findings) {
      const { rule, about, effect, endpoint, data } = finding;
      if (about !== 'exposure' || effect !== 'violation' || endpoint === null) continue;
      const opening = openingSchema.safeParse(data);
      const allowed = listAllowed(profile, endpoint, viewer.source);
      if (!opening.success || allowed.length === 0) continue;
      const key = keyOf(rule, endpoint);
      const known = groups.get(key);
      if (!known) groups.set(key, { finding, viewers: [viewer], opening: opening.data, allowed });
      else known.viewers.push(viewer);
    }
  return [...groups.values()];
}

const keyOf = (rule: string, endpoint: EndpointId): string => `${rule} ${endpoint}`;

/** Whether one finding stands in the place of another. */
export function replaces({ rule, endpoint, data }: Finding, other: Finding): boolean {
  return (
    rule === restrictionBroken.id &&
    other.effect === 'violation' &&
    other.endpoint === endpoint &&
    other.rule === data['plain']
  );
}
