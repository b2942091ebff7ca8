import * as z from 'zod';
import { endpointSchema } from '../../model/endpoint.js';
import { kindOfAnswer } from '../../model/answer-kind.js';
import type { State } from '../../model/report.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { countUnlisted } from './facts.js';
import { defineRule, PLAIN } from './rule.js';

/** What had answered was silent when asked again at the end: the site, or something before it, blocked us. */
export const blacklistedMidCheck = defineRule({
  id: 'blacklisted-mid-check',
  title: 'We were blocked during the check',
  explain:
    'Something that had answered was silent, or was refused in another way, when asked again at the end. A router or an intrusion prevention system blocks us, or the line failed. The state of everything silent is then unknown, and after a refusal that of everything refused too. Check again more slowly (`--timing polite`), or have our address exempted.',
  about: 'gap',
  fixedBy: ['dealer', 'router'],
  severity: 'medium',
  find(facts) {
    const { survey, turned } = facts;
    if (!turned) return {};
    const { endpoint, before, after } = turned;
    const data = { refused: kindOfAnswer(after) !== 'silence' };
    // One that refuses us now may have refused anything for some time; refusals before a mere silence are true.
    const states: readonly State[] = ['filtered', 'open|filtered', ...(data.refused ? (['closed'] as const) : [])];
    const unsure = survey.observations.filter(({ state }) => states.includes(state));
    const counted = states.reduce((sum, state) => sum + countUnlisted(survey.unlisted, state), 0);
    const list = keepEndpoints(
      facts,
      unsure.map((seen) => seen.endpoint),
      counted,
    );
    const was = kindOfAnswer(before);
    const kept = { ...data, wasOpen: was === 'open', ...(was === 'silence' && { wasSilent: true }) };
    return {
      findings: [{ severity: 'medium', effect: 'inconclusive', endpoint, observations: [endpoint], data: kept }],
      undetermined:
        unsure.length + counted > 0
          ? [{ endpoint: null, data: { ...list, ...data, blockedAt: endpoint }, blocking: true }]
          : [],
    };
  },
  data: z.object({
    wasOpen: z.boolean().describe('it was open at first; else it was refused or silent'),
    wasSilent: z.boolean().optional().describe('it was silent at first'),
    refused: z.boolean().describe('it was refused at the end; else it was silent'),
  }),
  say: ({ endpoint, data: { wasOpen, wasSilent, refused } }) => ({
    ...PLAIN,
    title: 'We were blocked during the check',
    seen: wasSilent
      ? `${endpoint} was silent when it was first asked, and was refused after that.`
      : `${endpoint} was ${wasOpen ? 'open' : 'refused'} at first, but ${refused ? `refused ${wasOpen ? '' : 'in another way '}` : 'silent '}when asked again at the end.`,
    matters: refused
      ? 'A scan blocker that refuses us looks like this: refusals prove as little here as silence does.'
      : 'A router or an intrusion prevention system blocks us, or the line failed: silence proves nothing here.',
    remedy: 'Check again later and more slowly, or have our address exempted during the check.',
  }),
  doubt: endpointListSchema.extend({
    blockedAt: endpointSchema.describe('what no longer answers as it did'),
    refused: z.boolean().describe('it was refused at the end; else it was silent'),
  }),
  sayDoubt: ({ data }) => ({
    what: `Whether these are closed: ${sayEndpoints(data)}`,
    why: data.refused
      ? `${data.blockedAt} did not stay as it was at first and was refused, so silence and refusals may mean that we were blocked.`
      : `${data.blockedAt} fell silent during the check, so silence may mean that we were blocked.`,
  }),
});
