import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { anyReport } from '../../reports/report-arbitrary.js';
import { sampleFinding, sampleObservation } from '../../reports/sample-reports.js';
import { lookAt, openAt, violation } from '../store/looks.js';

describe('the state that a report gives', () => {
  test('holds violations by rule and endpoint, and who answers', () => {
    const state = stateOf(violation({}, { observations: [openAt('tcp/80', 'NEC WebPro'), openAt('tcp/8000', null)] }));
    expect(state).toEqual({
      address: '203.0.113.20',
      verdict: 'violation',
      issues: {
        'admin-exposed tcp/80': {
          rule: 'admin-exposed',
          endpoint: 'tcp/80',
          severity: 'critical',
          data: {},
          outage: false,
          waived: false,
        },
      },
      identities: { 'tcp/80': 'NEC WebPro' },
      refusals: [],
      silent: false,
    });
  });

  test('knows an outage and what concerns the whole site', () => {
    const { issues } = stateOf(
      lookAt({
        findings: [
          sampleFinding({ rule: 'required-unreachable', about: 'outage', endpoint: 'udp/5060' }),
          sampleFinding({ rule: 'dmz-suspected', endpoint: null }),
        ],
      }),
    );
    expect(Object.entries(issues).map(([key, { outage }]) => [key, outage])).toEqual([
      ['dmz-suspected', false],
      ['required-unreachable udp/5060', true],
    ]);
  });

  test('holds neither notes nor what forbids a verdict, but what was accepted', () => {
    const waiver = { by: 'Ann', reason: 'moves in June', until: '2027-01-31' };
    const { issues } = stateOf(
      lookAt({
        findings: [
          sampleFinding({ rule: 'a', effect: 'note' }),
          sampleFinding({ rule: 'b', effect: 'inconclusive' }),
          sampleFinding({ rule: 'c', effect: 'note', waiver }),
          sampleFinding({ rule: 'd', waiver: null }),
        ],
      }),
    );
    expect(Object.entries(issues).map(([key, { waived }]) => [key, waived])).toEqual([
      ['c tcp/80', true],
      ['d tcp/80', false],
    ]);
  });

  test('leaves random canaries out, for every look has others; tcp/2000 is the same in each', () => {
    const canary = { probe: 'canary-tcp', state: 'open' as const };
    const identity = openAt('tcp/80', 'sshd').identity;
    const { issues, identities } = stateOf(
      lookAt({
        findings: [sampleFinding({ endpoint: 'tcp/23456' }), sampleFinding({ endpoint: 'tcp/2000' })],
        observations: [
          sampleObservation({ endpoint: 'tcp/23456', ...canary, identity }),
          sampleObservation({ endpoint: 'tcp/2000', ...canary, identity }),
        ],
      }),
    );
    expect(Object.keys(issues)).toEqual(['admin-exposed tcp/2000']);
    expect(Object.keys(identities)).toEqual(['tcp/2000']);
  });

  test('is that of the worst of two findings at one place, an accepted one last', () => {
    const waiver = { by: 'Ann', reason: '', until: '2027-01-31' };
    const low = sampleFinding({ severity: 'low' });
    const high = sampleFinding({ severity: 'high' });
    const accepted = sampleFinding({ severity: 'critical', effect: 'note', waiver });
    for (const findings of [
      [low, high, accepted],
      [accepted, high, low],
    ])
      expect(stateOf(lookAt({ findings })).issues['admin-exposed tcp/80']).toMatchObject({
        severity: 'high',
        waived: false,
      });
  });

  test('is the same text whatever the order of the findings', () => {
    const findings = [sampleFinding({ rule: 'b' }), sampleFinding({ rule: 'a' }), sampleFinding({ rule: 'c' })];
    const text = (all: typeof findings) => JSON.stringify(stateOf(lookAt({ findings: all })));
    expect(text(findings)).toBe(text(findings.toReversed()));
  });

  test('any report has one', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const state = stateOf(report);
        expect(state.verdict).toBe(report.verdict);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 50 },
    );
  });
});
