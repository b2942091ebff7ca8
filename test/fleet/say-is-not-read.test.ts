import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReport, sayReport } from '../../src/check/judge/say-report.js';
import { judgeSurvey, surveyOf, type ReportOptions } from '../../src/check/judge/judge-survey.js';
import { EVERY_RULE } from '../../src/check/join/registry.js';
import { loadProfile } from '../../src/files/profiles/profile.js';
import { routeEvent } from '../../src/fleet/alerts/route.js';
import { compareLooks } from '../../src/fleet/changes/compare-looks.js';
import { judgeFlapping } from '../../src/fleet/changes/flapping.js';
import { stateOf } from '../../src/fleet/changes/slot-state.js';
import { digestReport } from '../../src/fleet/store/report-digest.js';
import { encodeBody } from '../../src/fleet/store/report-body.js';
import { judgeLook } from '../../src/fleet/sweep/judge-look.js';
import type { Waiver } from '../../src/model/change.js';
import type { Report } from '../../src/model/report.js';
import { compareSites } from '../../src/site/compare-sites.js';
import { SITE_RULES } from '../../src/site/rules/registry.js';
import { SAMPLES } from '../reports/sample-reports.js';
import { clientEvent } from './alerts/samples.js';
import { siteReport } from './store/site-fixtures.js';

type Speaker = { -readonly [K in 'say' | 'sayDoubt']?: (finding: never) => unknown };

const WORD = 'constant';
const constants = {
  say: () => ({ title: WORD, seen: WORD, matters: WORD, remedy: WORD, programs: [], references: [] }),
  sayDoubt: () => ({ what: WORD, why: WORD }),
};
const speakers = [...EVERY_RULE, ...SITE_RULES] as unknown as Speaker[];
const originals = speakers.map(({ say, sayDoubt }) => ({ say, sayDoubt }));

let options: ReportOptions;
let spoken: unknown;

beforeAll(async () => {
  const profile = await loadProfile('closed');
  options = { profile, profileDigest: 'd', authorization: null, failOn: 'low' };
  spoken = live();
});
afterAll(() => speakers.forEach((rule, index) => Object.assign(rule, originals[index])));

const accepted: Waiver = {
  ...{ id: 1, clientId: 'acme', rule: 'admin-interface-reachable', endpoint: null, by: 'Ann', reason: 'moves' },
  ...{ until: '2099-01-01', severity: null, identity: null, grantedAt: '2026-01-01T00:00:00.000Z' },
};

/** All that is worked out from looks, apart from their words. */
function live(): unknown {
  const looks = Object.values(SAMPLES).map((sample) => createReport(surveyOf(sample), options));
  const waived = looks.map((look) => judgeSurvey(surveyOf(look), { ...options, waivers: [accepted] }));
  const pairs = looks.flatMap((before) => looks.map((after) => [before, after] as const));
  return JSON.parse(
    JSON.stringify({
      verdicts: looks.map(({ verdict }) => verdict),
      digests: looks.map((look) => digestReport(look).toString('hex')),
      bodies: looks.map((look) => encodeBody(look).toString('hex')),
      states: looks.map(stateOf),
      waived,
      diffs: pairs.map(([before, after]) => compareLooks(stored(before), stored(after))),
      confirmation: pairs.map(([before, after]) => {
        const first = judgeLook(stateOf(before), after, null);
        return [first, first.again && judgeLook(stateOf(before), after, first.again)];
      }),
      flapping: pairs.map(([before, after]) => {
        const { changes } = compareLooks(stored(before), stored(after));
        const { flapping, suppressed } = judgeFlapping([], changes, new Date(0));
        return [flapping, [...suppressed]];
      }),
      routes: pairs.map(([before, after]) =>
        routeEvent(
          {
            routes: [{ severity: 'high', kinds: ['exposed', 'resolved'], to: ['main'], mode: 'immediate' }] as never,
            operator: { to: [] },
          },
          clientEvent({ changes: compareLooks(stored(before), stored(after)).changes }),
        ),
      ),
      sites: compareSites(siteOf(looks[0]!), siteOf(looks[1]!)),
    }),
  );
}

function stored(report: Report) {
  return { clientId: 'acme', slot: 's', resultId: 1, sweepId: 1, invite: null, at: report.startedAt, report };
}

/** A report of a site with the findings of a check. */
function siteOf({ findings, undetermined }: Report) {
  return siteReport({ findings: [...findings], undetermined: [...undetermined] });
}

describe('where every rule says the same few words', () => {
  beforeAll(() => speakers.forEach((rule) => Object.assign(rule, constants)));

  test('reports do say them', () => {
    const { findings } = sayReport(judgeSurvey(surveyOf(SAMPLES.dmz!), options));
    expect(findings.length).toBeGreaterThan(0);
    expect(new Set(findings.map(({ title }) => title))).toEqual(new Set([WORD]));
  });

  test('verdicts, digests, states, diffs, confirmation, waivers, flapping, routing and --again stay as they are', () => {
    expect(dropWords(live())).toEqual(dropWords(spoken));
  });
});

const WORDS = new Set([
  'headline',
  'title',
  'seen',
  'matters',
  'remedy',
  'programs',
  'references',
  'fixedBy',
  'what',
  'why',
  'summary',
]);

/** Comparisons of sites hand on whole findings: their words aside, all is compared. */
function dropWords(value: unknown, within = ''): unknown {
  if (within !== 'sites' || typeof value !== 'object' || value === null) {
    if (typeof value !== 'object' || value === null || within !== '') return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, dropWords(part, key)]));
  }
  if (Array.isArray(value)) return value.map((part) => dropWords(part, within));
  const rest = Object.entries(value).filter(([key]) => !WORDS.has(key));
  return Object.fromEntries(rest.map(([key, part]) => [key, key === 'data' ? part : dropWords(part, within)]));
}
