import { expect, test } from '@jest/globals';
import { Blindness } from '../../../src/fleet/sweep/blindness.js';
import type { Report } from '../../../src/model/report.js';
import { cleanReport, sampleObservation } from '../../reports/sample-reports.js';

const FOUR = '203.0.113.7';
const SIX = '2001:db8::7';

/** A look that gave nothing: no route, or the control was lost. */
function lookAt(address: string, lost = false): Report {
  const control = { endpoint: '192.0.2.1:443', before: 'silent', after: 'silent' } as const;
  return {
    ...cleanReport,
    target: { ...cleanReport.target, address },
    vantage: { ...cleanReport.vantage, control: lost ? control : null },
    observations: [sampleObservation({ endpoint: 'tcp/80', state: 'error', reason: 'no-route' })],
  };
}

function expectMany(blindness: Blindness, address: string, count: number): void {
  for (let n = 0; n < count; n++) blindness.expect(address);
}

function noteMany(blindness: Blindness, report: Report, count: number): void {
  for (let n = 0; n < count; n++) blindness.note(report, true);
}

test('one family without a route ends nothing, both do, however few addresses one of them has', () => {
  const blindness = new Blindness();
  expectMany(blindness, FOUR, 2);
  expectMany(blindness, SIX, 100);
  noteMany(blindness, lookAt(SIX), 50);
  expect(blindness.isTotal).toBe(false);
  noteMany(blindness, lookAt(FOUR), 1);
  expect(blindness.isTotal).toBe(false);
  noteMany(blindness, lookAt(FOUR), 1);
  expect(blindness.isTotal).toBe(true);
  blindness.note(lookAt(FOUR), false);
  expect(blindness.isTotal).toBe(false);
  expect(blindness.count).toBe(52);
});

test('a control that is lost blinds both families', () => {
  const blindness = new Blindness();
  expectMany(blindness, FOUR, 100);
  expectMany(blindness, SIX, 100);
  noteMany(blindness, lookAt(FOUR, true), 19);
  expect(blindness.isTotal).toBe(false);
  noteMany(blindness, lookAt(FOUR, true), 1);
  expect(blindness.isTotal).toBe(true);
});
