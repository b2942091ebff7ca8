import { expect, test } from '@jest/globals';
import { REPORTERS } from '../../../src/reports/registry.js';
import type { Waiver } from '../../../src/model/change.js';
import type { Reason, State } from '../../../src/model/report.js';
import { judge, profile, see, survey } from './build-survey.js';

/*
 * All ports of an address in one state. What goes over them in quadratic time takes minutes here, and the test its time
 * limit; what is linear takes seconds.
 */

const COUNT = 65_535;
const WAIVERS = Array.from({ length: 20 }, (_, index): Waiver => ({
  ...{ id: index, clientId: 'a', rule: 'unlisted-endpoint-open', endpoint: null, by: 'Ann', reason: '' },
  ...{ until: '2026-06-30', severity: null, identity: `Recorder ${index}`, grantedAt: '2026-01-01T00:00:00.000Z' },
}));

test.each<[State, Reason]>([
  ['error', 'fd-limit'],
  ['open', 'syn-ack'],
])('a report of an address where all ports are %s (%s) is soon made', (state, reason) => {
  const seen = Array.from({ length: COUNT }, (_, index) => see(`tcp/${index + 1}`, state, { reason }));
  const report = judge(survey(seen), profile(), { failOn: 'low', waivers: WAIVERS });
  expect(report.errors).toEqual([]);
  expect(report.observations).toHaveLength(COUNT);
  const style = { width: 80, color: false, reasons: true, full: true, many: false };
  expect(REPORTERS.table.create(style).report(report).length).toBeGreaterThan(0);
});
