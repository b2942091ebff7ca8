import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Waiver } from '../../../src/model/change.js';
import { compareEndpointIds } from '../../../src/model/endpoint.js';
import { type Survey } from '../../../src/model/report.js';
import { reportedFindingSchema } from '../../../src/model/finding.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { digestProfile, surveyOf } from '../../../src/check/judge/judge-survey.js';
import { createReport } from '../../../src/check/judge/say-report.js';
import { anyProfile, anySurvey } from './arbitrary-survey.js';
import { judge, answer, profile, see, services, site, survey } from './build-survey.js';

const closed = profile();
const open = survey(site(answer('tcp/80', 'nec-webpro')));

function waiver(change: Partial<Waiver> = {}): Waiver {
  return {
    id: 1,
    clientId: 'a',
    rule: 'admin-interface-reachable',
    endpoint: 'tcp/80',
    by: 'Ann',
    reason: 'moves in June',
    until: '2026-06-30',
    severity: null,
    identity: null,
    grantedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}

/** The verdict, and the finding on tcp/80, under these waivers. */
function judged(seen: Survey, ...waivers: Waiver[]) {
  const { verdict, summary, findings } = judge(seen, closed, { failOn: 'low', waivers });
  return { verdict, summary, finding: findings.find(({ rule }) => rule === 'admin-interface-reachable') };
}

const isAccepted = (seen: Survey, ...waivers: Waiver[]) => Boolean(judged(seen, ...waivers).finding?.waiver);

test('an accepted violation is a note that says by whom, until when and why, as bad as it was', () => {
  const { severity } = judged(open).finding!;
  const { verdict, summary, finding } = judged(open, waiver(), waiver({ rule: 'default-admin-port', endpoint: null }));
  expect(verdict).toBe('compliant');
  expect(summary).toMatch(/except for what was accepted\. \d findings? (is|are) accepted\.$/);
  expect(finding).toMatchObject({
    severity,
    effect: 'note',
    waiver: { by: 'Ann', reason: 'moves in June', until: '2026-06-30' },
  });
});

test('where nothing was accepted, nothing differs', () => {
  expect(judge(open, closed, { failOn: 'low', waivers: [waiver({ rule: 'dmz-suspected' })] })).toEqual(
    judge(open, closed, { failOn: 'low' }),
  );
  expect(judged(open).finding).not.toHaveProperty('waiver');
});

describe('a waiver does not hold', () => {
  test('after its last day, in UTC', () => {
    const at = (startedAt: string) => survey(open.observations, { startedAt });
    expect(isAccepted(at('2026-06-30T23:59:59.999Z'), waiver())).toBe(true);
    expect(isAccepted(at('2026-07-01T00:00:00.000Z'), waiver())).toBe(false);
  });

  test('on another endpoint, while one without an endpoint holds on each', () => {
    expect(isAccepted(open, waiver({ endpoint: 'tcp/8000' }))).toBe(false);
    expect(isAccepted(open, waiver({ endpoint: null }))).toBe(true);
  });

  test('for what is worse than what was accepted', () => {
    expect(judged(open).finding?.severity).toBe('critical');
    expect(isAccepted(open, waiver({ severity: 'high' }))).toBe(false);
    expect(isAccepted(open, waiver({ severity: 'critical' }))).toBe(true);
    const unlisted = survey(site(see('tcp/443', 'open')));
    const rule = 'unlisted-endpoint-open';
    const milder = [waiver({ rule, endpoint: null, severity: 'critical' })];
    expect(judge(unlisted, closed, { failOn: 'low', waivers: milder }).findings).toContainEqual(
      expect.objectContaining({ rule, severity: 'high', effect: 'note' }),
    );
  });

  test('for another identity, nor for one that is not known', () => {
    const named = waiver({ identity: 'label of nec-webpro' });
    expect(isAccepted(open, named)).toBe(true);
    expect(isAccepted(open, waiver({ identity: 'something else' }))).toBe(false);
    expect(isAccepted(survey(site(see('tcp/80', 'open'))), named)).toBe(false);
  });

  test('for what keeps us from a verdict', () => {
    const cutOff = survey(open.observations, { interrupted: true });
    const { verdict, findings } = judge(cutOff, closed, {
      failOn: 'low',
      waivers: [waiver({ rule: 'check-cut-off', endpoint: null }), waiver(), waiver({ rule: 'default-admin-port' })],
    });
    expect(verdict).toBe('inconclusive');
    expect(findings.find(({ rule }) => rule === 'check-cut-off')).toMatchObject({ effect: 'inconclusive' });
  });
});

describe('silence that was accepted', () => {
  const silent = survey(services('silent'), { startedAt: '2026-07-01T00:00:00.000Z' });
  const judged = (options: Pick<Parameters<typeof judge>[2], 'silence' | 'waivers' | 'today'>) => {
    const { verdict, findings } = judge(silent, closed, { failOn: 'low', ...options });
    return { verdict, finding: findings.find(({ about }) => about === 'silence') };
  };

  test('says where it was accepted, and until when', () => {
    const once = judged({ silence: { by: 'Ann', until: null } });
    expect(once.verdict).toBe('compliant');
    expect(once.finding?.waiver).toMatchObject({ by: 'Ann', until: null, origin: 'check' });
    const listed = judged({ silence: { by: 'Ann', until: '2026-07-01' } });
    expect(listed.finding?.waiver).toMatchObject({ by: 'Ann', until: '2026-07-01', origin: 'inventory' });
    const stored = judged({ waivers: [waiver({ rule: 'no-sign-of-life', endpoint: null, until: '2026-07-01' })] });
    expect(stored.finding?.waiver).toMatchObject({ by: 'Ann', origin: 'waiver' });
  });

  test.each([
    ['by the inventory', { silence: { by: 'Ann', until: '2026-06-30' } }],
    ['by a waiver', { waivers: [waiver({ rule: 'no-sign-of-life', endpoint: null })] }],
    ['by several', { silence: { by: 'Ann', until: '2026-01-31' }, waivers: [waiver({ rule: 'no-sign-of-life' })] }],
  ])('%s until a day that is over says so', (_how, options) => {
    const { verdict, finding } = judged(options);
    expect(verdict).toBe('inconclusive');
    expect(finding?.title).toBe('Nothing answered, and this silence was accepted only until 2026-06-30');
    expect(finding?.data).toMatchObject({ acceptedUntil: '2026-06-30' });
  });

  test('counts on the day on which it is judged, where one is given', () => {
    const options = { silence: { by: 'Ann', until: '2026-07-15' }, today: '2026-07-16' };
    expect(judged(options).verdict).toBe('inconclusive');
    expect(judged({ ...options, today: '2026-07-15' }).verdict).toBe('compliant');
  });
});

test('an accepted outage is not told to be reachable', () => {
  const required = profile({ access: { webpro: 'must' } });
  const waivers = [waiver({ rule: 'required-unreachable' })];
  const { verdict, summary } = judge(survey(site()), required, { failOn: 'low', waivers });
  expect(verdict).toBe('compliant');
  expect(summary).not.toMatch('what must be reachable');
  expect(summary).toMatch('1 finding is accepted');
});

test('waivers of any length and survey keep the limits of the report, and change nothing but effect and verdict', () => {
  const anyWaiver = fc.record({
    rule: fc.constantFrom('admin-interface-reachable', 'unlisted-endpoint-open', 'dmz-suspected', 'check-cut-off'),
    by: fc.string({ maxLength: 300 }),
    reason: fc.string({ maxLength: 900 }),
    severity: fc.constantFrom(null, ...SEVERITIES),
  });
  fc.assert(
    fc.property(anySurvey, anyProfile, fc.array(anyWaiver, { maxLength: 3 }), (seen, rules, parts) => {
      const waivers = parts.map((part) => waiver({ ...part, endpoint: null, until: '9999-12-31' }));
      const plain = judge(seen, rules, { failOn: 'low' });
      const waived = judge(seen, rules, { failOn: 'low', waivers });
      expect(waived.findings.map((one) => reportedFindingSchema.parse(one))).toEqual(waived.findings);
      expect(waived.findings.map(({ waiver: _, ...one }) => ({ ...one, effect: '' }))).toEqual(
        plain.findings.map((one) => ({ ...one, effect: '' })),
      );
      for (const { effect, waiver: given } of waived.findings) expect(given ? effect : 'note').toBe('note');
      if (plain.verdict !== 'violation') expect(waived.verdict).toBe(plain.verdict);
    }),
    { numRuns: 100 },
  );
});

test('a report can be judged again as if its survey were there still', () => {
  fc.assert(
    fc.property(anySurvey, anyProfile, anyProfile, (any, first, second) => {
      const seen = {
        ...any,
        observations: any.observations.toSorted((a, b) => compareEndpointIds(a.endpoint, b.endpoint)),
      };
      const options = (of: typeof first) => ({
        profile: of,
        profileDigest: digestProfile(of),
        authorization: null,
        failOn: 'low' as const,
      });
      const again = createReport(surveyOf(createReport(seen, options(first))), options(second));
      expect(again).toEqual(createReport(seen, options(second)));
    }),
    { numRuns: 100 },
  );
});

test('a rule that crashed is not among what was seen, a probe that crashed is', () => {
  const [probe, rule] = ['probe/http-get', 'rule/dmz-suspected'].map((unit) => ({ unit, message: 'boom' }));
  const options = { profile: closed, profileDigest: '', authorization: null, failOn: 'low' as const };
  const report = createReport(open, options);
  expect(surveyOf({ ...report, errors: [probe!, rule!] }).errors).toEqual([probe]);
});
