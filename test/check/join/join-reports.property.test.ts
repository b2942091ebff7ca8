import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { joinReports, judgeAgain } from '../../../src/check/judge/join-reports.js';
import { sayReport } from '../../../src/check/judge/say-report.js';
import type { ReportData, Survey, VantageLook } from '../../../src/model/report.js';
import { reportSchema, VERDICTS } from '../../../src/model/report.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { worstVerdict } from '../../../src/model/standing.js';
import { anyProfile, anySurvey, soundSurvey } from '../rules/arbitrary-survey.js';
import { optionsFor, looksOf } from './join.js';

const runs = { numRuns: 100 };
const strictSchema = z.strictObject(reportSchema.shape);
const anyLook = fc.oneof({ weight: 4, arbitrary: soundSurvey }, { weight: 3, arbitrary: anySurvey }, fc.constant(null));
const anyLooks = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'provider', '__proto__'), anyLook, {
  minKeys: 1,
  noNullPrototype: true,
});
const severity = fc.constantFrom(...SEVERITIES);
const worse = (report: ReportData, than: ReportData) => worstVerdict(report.verdict, than.verdict) === report.verdict;

test('any looks are joined without a crash, within the limits of a report', () => {
  fc.assert(
    fc.property(anyLooks, anyProfile, severity, (seen, profile, failOn) => {
      const options = optionsFor(profile, { failOn });
      const looks = looksOf(seen, options);
      const joined = joinReports(looks, options);
      expect(joined === null).toBe(looks.every(({ report }) => report === null));
      if (!joined) return;
      expect(joined.errors.filter(({ unit }) => unit.startsWith('rule/'))).toEqual([]);
      const said = sayReport(joined);
      expect(strictSchema.parse(said)).toEqual(said);
      expect(VERDICTS).toContain(joined.verdict);
    }),
    runs,
  );
});

describe('joining', () => {
  test('never gives a better verdict than that of any vantage, and none could-not-look is compliant', () => {
    fc.assert(
      fc.property(anyLooks, anyProfile, severity, (seen, profile, failOn) => {
        const options = optionsFor(profile, { failOn });
        const looks = looksOf(seen, options);
        const joined = joinReports(looks, options);
        if (!joined) return;
        for (const { report } of looks) if (report) expect(worse(joined, report)).toBe(true);
        if (looks.some(({ report }) => report === null)) expect(joined.verdict).not.toBe('compliant');
      }),
      { numRuns: 200 },
    );
  });

  test('finds the same in whichever order the vantages come', () => {
    const shuffled = anyLooks.chain((seen) =>
      fc.tuple(fc.constant(seen), fc.shuffledSubarray(Object.keys(seen), { minLength: Object.keys(seen).length })),
    );
    fc.assert(
      fc.property(shuffled, anyProfile, ([seen, order], profile) => {
        const options = optionsFor(profile);
        const looks = looksOf(seen, options);
        const others = order.map((name) => looks.find((look) => look.name === name)!);
        const bare = (all: readonly VantageLook[]) => ({ ...joinReports(all, options), vantages: null });
        expect(bare(others)).toEqual(bare(looks));
        expect(joinReports(others, options)?.vantages?.map(({ name }) => name) ?? order).toEqual(order);
      }),
      runs,
    );
  });

  test('of joined reports judged again by the same gives the same', () => {
    fc.assert(
      fc.property(anyLooks, anyProfile, (seen, profile) => {
        const options = optionsFor(profile);
        const joined = joinReports(looksOf(seen, options), options);
        if (joined) expect(judgeAgain(joined, options)).toEqual(joined);
      }),
      runs,
    );
  });

  test('finds whatever any adversary hides from one vantage, if another saw it', () => {
    const hidden = fc.constantFrom<'silent' | 'refused' | 'away' | 'cut-off'>('silent', 'refused', 'away', 'cut-off');
    fc.assert(
      fc.property(soundSurvey, soundSurvey, anyProfile, hidden, (a, b, profile, how) => {
        const options = optionsFor(profile);
        const truth = joinReports(looksOf({ a, b }, options), options)!;
        const [, own] = truth.vantages!;
        const joined = joinReports(looksOf({ a: hide(a, how), b }, options), options)!;
        if (own!.report?.verdict === 'violation') expect(joined.verdict).toBe('violation');
        if (how === 'away' || how === 'cut-off') expect(joined.verdict).not.toBe('compliant');
      }),
      runs,
    );
  });
});

/** What a vantage sees once someone hides the site from it. */
function hide(survey: Survey, how: 'silent' | 'refused' | 'away' | 'cut-off'): Survey | null {
  if (how === 'away') return null;
  if (how === 'cut-off') return { ...survey, interrupted: true };
  const [state, reason] =
    how === 'silent' ? (['filtered', 'no-response'] as const) : (['closed', 'conn-refused'] as const);
  return {
    ...survey,
    unlisted: {},
    observations: survey.observations.map((seen) => ({ ...seen, state, reason, identity: null, evidence: {} })),
  };
}
