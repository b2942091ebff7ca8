import { expect, test } from '@jest/globals';
import { createTerms } from '../../../src/check/run/run-targets.js';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import type { LookJob } from '../../../src/fleet/sweep/list-looks.js';
import { judgeLooks } from '../../../src/fleet/workers/judge-looks.js';
import { emptySurvey } from '../../../src/fleet/workers/remote-looks.js';

test('whose address it was, which source looked, and that it was not tomorrow, no worker says', async () => {
  const profile = await loadProfile('closed');
  const terms = createTerms({ profile, plan: { profile }, source: 'outsider', failOn: 'low', authorization: null });
  const target = {
    ...{ input: '203.0.113.7', address: '203.0.113.7', name: null },
    ...{ resolvedAt: null, scope: 'documentation' as const, problem: null },
  };
  const job = { target, terms, waivers: [], silence: undefined } as unknown as LookJob;
  const survey = emptySurvey(job);
  const said = {
    ...survey,
    target: { ...target, input: 'other.example', name: 'other.example' },
    vantage: { ...survey.vantage, source: 'provider' },
    startedAt: '9999-01-01T00:00:00.000Z',
  };
  const report = judgeLooks(job, [{ place: { name: 'berlin', source: 'outsider' }, survey: said, trouble: null }]);
  expect(report.target).toEqual(target);
  expect(report.vantage.source).toBe('outsider');
  expect(Date.parse(report.startedAt)).toBeLessThanOrEqual(Date.now());
  const past = { ...survey, startedAt: '2026-11-01T00:00:00.000Z' };
  const kept = judgeLooks(job, [{ place: { name: 'berlin', source: 'outsider' }, survey: past, trouble: null }]);
  expect(kept.startedAt).toBe(past.startedAt);
});
