import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { judgeSurvey } from '../../../src/check/judge/judge-survey.js';
import { RULES } from '../../../src/check/rules/registry.js';
import { isCanary, isRandomCanary } from '../../../src/model/canary.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { indexServices, type Profile } from '../../../src/model/profile.js';
import { isTurned } from '../../../src/model/answer-kind.js';
import { reportSchema, type Survey } from '../../../src/model/report.js';
import { isAtLeast, SEVERITIES } from '../../../src/model/severity.js';
import { canaries, judge } from './build-survey.js';
import { anyProfile, anySurvey, soundSurvey } from './arbitrary-survey.js';

const strictSchema = z.strictObject(reportSchema.shape);
const runs = { numRuns: 100 };

/** Access of us to an endpoint, worked out apart from the rules. */
function accessOf(profile: Profile, { vantage }: Survey, endpoint: Survey['observations'][number]['endpoint']) {
  const service = indexServices(profile).get(endpoint);
  if (!service) return profile.unlisted;
  return vantage.source === 'dealer' && service.access['dealer']
    ? service.access['dealer']
    : service.access['outsider'];
}

describe('any survey under any profile', () => {
  test('is judged without a crash, within the limits of the report', () => {
    fc.assert(
      fc.property(anySurvey, anyProfile, fc.constantFrom(...SEVERITIES), (survey, profile, failOn) => {
        const judgement = judge(survey, profile, { failOn });
        expect(judgement.errors).toEqual(survey.errors);
        expect(strictSchema.parse(judgement)).toEqual(judgement);
      }),
      runs,
    );
  });

  test('gets no finding worse than its rule announces, and observations of findings that exist', () => {
    fc.assert(
      fc.property(anySurvey, anyProfile, (survey, profile) => {
        for (const finding of judge(survey, profile, { failOn: 'low' }).findings) {
          const rule = RULES.find(({ id }) => id === finding.rule);
          expect(isAtLeast(rule?.severity ?? 'info', finding.severity)).toBe(true);
          const known = [
            ...survey.observations.map(({ endpoint }) => endpoint),
            ...survey.liveness.recheck.map(({ endpoint }) => endpoint),
          ];
          for (const endpoint of finding.observations) expect(known).toContain(endpoint);
        }
      }),
      runs,
    );
  });

  test('is judged the same twice, and is left as it was', () => {
    fc.assert(
      fc.property(anySurvey, anyProfile, (survey, profile) => {
        const before = JSON.stringify([survey, profile]);
        const first = judge(survey, profile, { failOn: 'low' });
        expect(judge(survey, profile, { failOn: 'low' })).toEqual(first);
        expect(JSON.stringify([survey, profile])).toBe(before);
      }),
      runs,
    );
  });
});

/** The survey of another look at the same site: other times, other answers first, other ports chosen at random. */
function lookAgain(survey: Survey, ports: (index: number) => number, factor: number): Survey {
  const observations = survey.observations.map((seen, index) => ({
    ...seen,
    endpoint: isRandomCanary(seen) ? (`${seen.endpoint.slice(0, 3)}/${ports(index)}` as EndpointId) : seen.endpoint,
    rttMs: seen.rttMs === null ? null : seen.rttMs * factor,
    atMs: seen.atMs * factor,
    tries: seen.tries + 1,
  }));
  const liveness = { ...survey.liveness, srttMs: factor };
  return { ...survey, durationMs: survey.durationMs * factor, observations, liveness };
}

describe('two looks that saw the same', () => {
  /** What was found as the store compares it, a port chosen at random by that alone. */
  function compared(survey: Survey, profile: Profile): string[] {
    const { findings, undetermined } = judgeSurvey(survey, {
      ...{ profile, profileDigest: '', authorization: null, failOn: 'low' },
    });
    const place = (endpoint: EndpointId | null) =>
      endpoint?.replace(/\d+/, (port) => (+port >= 62_000 ? 'random' : port));
    return [
      ...findings.map(({ observations: _, ...finding }) => ({ ...finding, endpoint: place(finding.endpoint) })),
      ...undetermined.map((doubt) => ({ ...doubt, endpoint: place(doubt.endpoint) })),
    ]
      .map((one) => JSON.stringify(one))
      .sort();
  }

  /** What ports chosen at random do, where they agree. */
  const randomPorts = fc.constantFrom(null, 'open', 'closed', 'filtered', 'error');

  test('find equal data', () => {
    fc.assert(
      fc.property(anySurvey, anyProfile, randomPorts, fc.gen(), (seen, profile, state, draw) => {
        const others = seen.observations.filter((one) => !isCanary(one));
        const survey = state === null ? seen : { ...seen, observations: [...others, ...canaries(state)] };
        // One probe looks once at an endpoint.
        const { observations } = survey;
        fc.pre(new Set(observations.map(({ endpoint, probe }) => `${endpoint} ${probe}`)).size === observations.length);
        fc.pre(!/(?:tcp|udp)\/6[2-5]\d{3}/.test(JSON.stringify([survey, profile])));
        const first = lookAgain(survey, (index) => 62_000 + index, 1);
        const second = lookAgain(survey, (index) => 63_999 - index, 3);
        const shuffled = draw(() => fc.shuffledSubarray(second.observations, { minLength: observations.length }));
        expect(compared({ ...second, observations: shuffled }, profile)).toEqual(compared(first, profile));
      }),
      runs,
    );
  });
});

describe('no false all-clear', () => {
  test('when anything failed, was cut off, crashed, or could not be seen', () => {
    fc.assert(
      fc.property(anySurvey, anyProfile, (survey, profile) => {
        const { control } = survey.vantage;
        fc.pre(
          survey.interrupted ||
            survey.errors.length > 0 ||
            survey.observations.length === 0 ||
            survey.observations.some(({ state }) => state === 'error') ||
            survey.target.address === null ||
            survey.target.problem !== null ||
            survey.liveness.recheck.some(isTurned) ||
            (control !== null && (control.before !== 'answered' || control.after !== 'answered')),
        );
        const counted = Object.values(survey.unlisted).some((count) => count > 0);
        fc.pre(survey.observations.length > 0 || !counted);
        expect(judge(survey, profile, { failOn: 'critical' }).verdict).not.toBe('compliant');
      }),
      runs,
    );
  });

  test('when a forbidden endpoint is open, were it only a handshake', () => {
    fc.assert(
      fc.property(soundSurvey, anyProfile, (survey, profile) => {
        fc.pre(
          survey.observations.some(
            ({ endpoint, state }) => state === 'open' && accessOf(profile, survey, endpoint) === 'must-not',
          ),
        );
        expect(judge(survey, profile, { failOn: 'low' }).verdict).not.toBe('compliant');
      }),
      runs,
    );
  });

  test('one rule and no more speaks of each forbidden open endpoint', () => {
    fc.assert(
      fc.property(soundSurvey, anyProfile, (survey, profile) => {
        const { findings } = judge(survey, profile, { failOn: 'low' });
        fc.pre(!findings.some(({ rule }) => rule === 'every-port-opens'));
        const speaking = findings.filter(({ rule }) => !['dmz-suspected', 'required-unreachable'].includes(rule));
        for (const { endpoint, state } of survey.observations) {
          if (state !== 'open' || accessOf(profile, survey, endpoint) !== 'must-not') continue;
          expect(speaking.filter(({ observations }) => observations.includes(endpoint))).toHaveLength(1);
        }
      }),
      runs,
    );
  });

  test('a DMZ is never suspected from refusals alone', () => {
    fc.assert(
      fc.property(soundSurvey, anyProfile, (survey, profile) => {
        const observations = survey.observations.filter(({ state }) => state !== 'open');
        const { findings } = judge({ ...survey, observations }, profile, { failOn: 'low' });
        expect(findings.map(({ rule }) => rule)).not.toContain('dmz-suspected');
      }),
      runs,
    );
  });
});

test('most surveys of the generator can be judged either way', () => {
  const verdicts = fc
    .sample(fc.tuple(soundSurvey, anyProfile), { numRuns: 300, seed: 7 })
    .map(([survey, profile]) => judge(survey, profile, { failOn: 'low' }).verdict);
  expect(verdicts).toContain('violation');
  expect(verdicts).toContain('inconclusive');
});
