import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { siteEvidenceSchema, siteReportSchema } from '../../../src/model/site.js';
import { judgeUpnp } from '../../../src/site/evidence/gateways.js';
import { compareSites } from '../../../src/site/compare-sites.js';
import { anyProfile } from '../../check/rules/arbitrary-survey.js';
import { profile } from '../../check/rules/build-survey.js';
import { anyEvidence, anySiteReport, disturbedEvidence } from './arbitrary-site.js';
import { report } from './build-site.js';

const kind = fc.constantFrom('lan' as const, 'preinstall' as const);
const runs = { numRuns: 100 };

describe('any evidence', () => {
  test('of the generator fits the model', () => {
    fc.assert(
      fc.property(fc.oneof(anyEvidence, disturbedEvidence), (seen) => {
        expect(siteEvidenceSchema.safeParse(seen).error).toBeUndefined();
      }),
      runs,
    );
  });

  test('becomes a report that fits the model, without a rule that throws', () => {
    fc.assert(
      fc.property(fc.oneof(anyEvidence, disturbedEvidence), anyProfile, kind, (seen, agreed, what) => {
        const site = report(seen, { kind: what, profile: agreed });
        expect(site.errors.filter(({ unit }) => unit.startsWith('site-rule/'))).toEqual([]);
        expect(siteReportSchema.safeParse(site).error).toBeUndefined();
      }),
      runs,
    );
  });

  test('is judged the same twice, and is left as it was', () => {
    fc.assert(
      fc.property(fc.oneof(anyEvidence, disturbedEvidence), anyProfile, (seen, agreed) => {
        const before = JSON.stringify([seen, agreed]);
        const first = report(seen, { profile: agreed });
        expect(report(seen, { profile: agreed })).toEqual(first);
        expect(JSON.stringify([seen, agreed])).toBe(before);
      }),
      runs,
    );
  });
});

describe('no false all-clear', () => {
  test('before anything was seen of each part', () => {
    fc.assert(
      fc.property(disturbedEvidence, (seen) => {
        const site = report(seen);
        if (site.verdict !== 'compliant') return;
        const { lan, outside } = seen;
        expect(lan.gateways.length).toBeGreaterThan(0);
        expect(lan.interrupted || lan.errors.length > 0).toBe(false);
        expect(lan.gateways.filter((one) => ['listed', 'partly-listed', 'unread'].includes(judgeUpnp(one)))).toEqual(
          [],
        );
        expect(outside?.check).toBeTruthy();
        expect(outside?.problems.filter(({ part }) => part !== 'nat')).toEqual([]);
        expect(outside?.sip.filter(({ state }) => state === 'altered')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('while anything forbidden is let in', () => {
    fc.assert(
      fc.property(fc.oneof(anyEvidence, disturbedEvidence), (seen) => {
        const site = report(seen, { profile: profile() });
        fc.pre(site.reachable.length > 0);
        expect(site.verdict).toBe('violation');
      }),
      // One in eight lets something in: these are 400 sites.
      { numRuns: 50 },
    );
  });

  test('and what arrived at the stand-in is always told', () => {
    fc.assert(
      fc.property(disturbedEvidence, (seen) => {
        const told = new Set(report(seen).reachable.map(({ endpoint }) => endpoint));
        const arrived = seen.standIn ? (seen.outside?.proofs ?? []).filter((proof) => proof.arrived) : [];
        for (const { endpoint } of arrived) expect(told).toContain(endpoint);
      }),
      runs,
    );
  });
});

describe('two reports', () => {
  test('of anything can be compared; a report with itself shows no change', () => {
    fc.assert(
      fc.property(anySiteReport, disturbedEvidence, (any, seen) => {
        const site = report(seen);
        const changes = compareSites(any, site);
        const { gone, notKnown } = changes.findings;
        expect(gone.length + notKnown.length).toBeLessThanOrEqual(any.findings.length);
        const same = compareSites(site, site);
        expect([...same.findings.gone, ...same.findings.new, ...same.findings.notKnown]).toEqual([]);
        expect(same.endpoints.filter((one) => one.kind !== 'still-open')).toEqual([]);
      }),
      runs,
    );
  });
});

test('the generator leaves some sites clean, and breaks others in each way', () => {
  const verdicts = fc.sample(disturbedEvidence, { numRuns: 30, seed: 7 }).map((seen) => report(seen).verdict);
  expect(new Set(verdicts)).toEqual(new Set(['compliant', 'inconclusive', 'violation']));
});
