import * as z from 'zod';
import { endpointSchema } from '../../model/endpoint.js';
import { kindOfAnswer } from '../../model/answer-kind.js';
import type { State } from '../../model/report.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { countUnlisted } from './facts.js';
import { renderDuration } from '../../words/time.js';
import { defineRule, PLAIN } from './rule.js';

const standstill = {
  stoodStillMs: z
    .int()
    .nonnegative()
    .optional()
    .describe('so long our own process stood still meanwhile: it may have been refused at once'),
};

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
    const { stoodStillMs } = survey.liveness;
    const still = was === 'silence' && stoodStillMs !== undefined ? { stoodStillMs } : {};
    const kept = { ...data, ...still, wasOpen: was === 'open', ...(was === 'silence' && { wasSilent: true }) };
    return {
      findings: [{ severity: 'medium', effect: 'inconclusive', endpoint, observations: [endpoint], data: kept }],
      undetermined:
        unsure.length + counted > 0
          ? [{ endpoint: null, data: { ...list, ...data, ...still, blockedAt: endpoint }, blocking: true }]
          : [],
    };
  },
  data: z.object({
    wasOpen: z.boolean().describe('it was open at first; else it was refused or silent'),
    wasSilent: z.boolean().optional().describe('it was silent at first'),
    refused: z.boolean().describe('it was refused at the end; else it was silent'),
    ...standstill,
  }),
  say: ({ endpoint, data }) => ({
    ...PLAIN,
    title: `We ${data.stoodStillMs === undefined ? 'were' : 'may have been'} blocked during the check`,
    seen: saySeen(endpoint, data),
    matters: data.refused
      ? 'A scan blocker that refuses us looks like this: refusals prove as little here as silence does.'
      : 'A router or an intrusion prevention system blocks us, or the line failed: silence proves nothing here.',
    remedy:
      data.stoodStillMs === undefined
        ? 'Check again later and more slowly, or have our address exempted during the check.'
        : 'Check again while this machine has less to do.',
  }),
  doubt: endpointListSchema.extend({
    blockedAt: endpointSchema.describe('what no longer answers as it did'),
    refused: z.boolean().describe('it was refused at the end; else it was silent'),
    ...standstill,
  }),
  sayDoubt: ({ data }) => ({
    what: `Whether these are closed: ${sayEndpoints(data)}`,
    why: sayWhy(data),
  }),
});

interface Turn {
  readonly refused: boolean;
  readonly wasOpen?: boolean;
  readonly wasSilent?: boolean | undefined;
  readonly stoodStillMs?: number | undefined;
}

function saySeen(endpoint: string | null, { wasOpen, wasSilent, refused, stoodStillMs }: Turn): string {
  if (stoodStillMs !== undefined)
    return `${endpoint} was refused, but this machine stood still for ${renderDuration(stoodStillMs)} before it read that: it may have been silent at first.`;
  if (wasSilent) return `${endpoint} was silent when it was first asked, and was refused after that.`;
  const now = refused ? `refused ${wasOpen ? '' : 'in another way '}` : 'silent ';
  return `${endpoint} was ${wasOpen ? 'open' : 'refused'} at first, but ${now}when asked again at the end.`;
}

function sayWhy({ blockedAt, refused, stoodStillMs }: Turn & { readonly blockedAt: string }): string {
  if (stoodStillMs !== undefined)
    return `This machine stood still, and ${blockedAt} may have been silent before it was refused: silence and refusals may mean that we were blocked.`;
  return refused
    ? `${blockedAt} did not stay as it was at first and was refused, so silence and refusals may mean that we were blocked.`
    : `${blockedAt} fell silent during the check, so silence may mean that we were blocked.`;
}
