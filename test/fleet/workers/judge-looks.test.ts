import { expect, test } from '@jest/globals';
import { createTerms } from '../../../src/check/run/run-targets.js';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import type { Survey } from '../../../src/model/report.js';
import type { LookJob } from '../../../src/fleet/sweep/list-looks.js';
import { listUnknownSources } from '../../../src/fleet/workers/compose-order.js';
import { judgeLooks } from '../../../src/fleet/workers/judge-looks.js';
import { emptySurvey } from '../../../src/fleet/workers/remote-looks.js';

const target = {
  ...{ input: '203.0.113.7', address: '203.0.113.7', name: null },
  ...{ resolvedAt: null, scope: 'documentation' as const, problem: null },
};

async function createJob(): Promise<LookJob> {
  const profile = await loadProfile('closed');
  const terms = createTerms({ profile, plan: { profile }, source: 'outsider', failOn: 'low', authorization: null });
  return { target, terms, waivers: [], silence: undefined } as unknown as LookJob;
}

const place = { name: 'berlin', source: 'outsider' };

/** A look that saw all that it was to look at refused. */
function lookAtAll(job: LookJob): Survey {
  const observations = job.terms.planTarget().map(({ endpoint, probe }) => {
    const refused = { state: 'closed', reason: 'conn-refused', rttMs: 12, tries: 1, atMs: 20 } as const;
    return { endpoint, probe: probe.id, ...refused, evidence: {}, identity: null };
  });
  const liveness = { srttMs: 12, answers: observations.length, lost: 0, recheck: [] };
  return { ...emptySurvey(job), liveness, observations };
}

test('where no vantage could look, the report is inconclusive, and counts as of one who cannot see', async () => {
  const job = await createJob();
  const cutOff = { ...emptySurvey(job), interrupted: true };
  for (const look of [
    { place, survey: null, trouble: 'no worker looks from berlin' },
    { place, survey: cutOff, trouble: null },
  ]) {
    const report = judgeLooks(job, [look]);
    expect(report).toMatchObject({ verdict: 'inconclusive', interrupted: false });
    expect(report.findings).toContainEqual(expect.objectContaining({ about: 'vantage', effect: 'inconclusive' }));
  }
});

test('whose address it was, which source looked, and that it was not before the order or tomorrow, no worker says', async () => {
  const job = await createJob();
  const survey = lookAtAll(job);
  const said = {
    ...survey,
    target: { ...target, input: 'other.example', name: 'other.example' },
    vantage: { ...survey.vantage, source: 'provider' },
    startedAt: '9999-01-01T00:00:00.000Z',
  };
  const orderedAt = new Date('2026-10-31T23:59:00Z');
  const judge = (look: Survey) => judgeLooks(job, [{ place, survey: look, trouble: null, orderedAt }]);
  const report = judge(said);
  expect(report.target).toEqual(target);
  expect(report.vantage.source).toBe('outsider');
  expect(Date.parse(report.startedAt)).toBeLessThanOrEqual(Date.now());
  const past = { ...survey, startedAt: '2026-11-01T00:00:00.000Z' };
  expect(judge(past).startedAt).toBe(past.startedAt);
  const long = { ...survey, startedAt: '2019-02-01T00:00:00.000Z' };
  expect(judge(long).startedAt).toBe(orderedAt.toISOString());
});

test('a look that lacks an endpoint of a service is none', async () => {
  const job = await createJob();
  const survey = lookAtAll(job);
  expect(judgeLooks(job, [{ place, survey, trouble: null }]).verdict).toBe('compliant');
  for (const endpoint of ['tcp/80', 'tcp/8000', 'udp/5060']) {
    const observations = survey.observations.filter((seen) => seen.endpoint !== endpoint);
    expect(observations).toHaveLength(survey.observations.length - 1);
    const report = judgeLooks(job, [{ place, survey: { ...survey, observations }, trouble: null }]);
    expect(report.verdict).toBe('inconclusive');
    expect(JSON.stringify(report.findings)).toContain('lacks 1 of the endpoints');
  }
});

test('a vantage whose source no profile has is told of', async () => {
  const profiles = [await loadProfile('closed'), await loadProfile('sip-trunk')];
  const [provider, slip] = [
    { name: 'office', source: 'provider' },
    { name: 'office', source: 'provder' },
  ];
  expect(listUnknownSources([place, provider, slip], profiles)).toEqual([slip]);
  expect(listUnknownSources([place, provider], [profiles[0]!])).toEqual([provider]);
});
