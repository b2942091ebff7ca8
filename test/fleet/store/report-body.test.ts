import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sayReport } from '../../../src/check/judge/say-report.js';
import { decodeBody, decodeTarget, encodeBody, encodeTarget, type Look } from '../../../src/fleet/store/report-body.js';
import { REPORT_DICTIONARY } from '../../../src/fleet/store/report-dictionary.js';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import { bareReport, reportSchema, type Report, type ReportData } from '../../../src/model/report.js';
import { join } from '../../check/join/join.js';
import { profile, site, survey } from '../../check/rules/build-survey.js';
import { anyReport } from '../../reports/report-arbitrary.js';
import { cleanReport, sampleFinding, SAMPLES } from '../../reports/sample-reports.js';

const lookOf = ({ target, authorization, startedAt, durationMs, liveness }: ReportData): Look => ({
  target,
  authorization,
  startedAt,
  durationMs,
  srttMs: liveness.srttMs,
});

/** As JSON has it: no negative zero, and nothing that is undefined. */
const asJson = (report: ReportData): unknown => JSON.parse(JSON.stringify(report));

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

test('a body with its look is the report, whatever is in it', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const decoded = decodeBody(encodeBody(report), lookOf(report));
      expect(asJson(decoded)).toEqual(asJson(bareReport(report)));
      expect(reportSchema.safeParse(sayReport(decoded)).success).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test.each(Object.entries(SAMPLES))('a report keeps the order of its keys: %s', (_name, report) => {
  const decoded = decodeBody(encodeBody(report), lookOf(report));
  const keys = Object.keys(reportSchema.shape).filter((key) => key in report);
  expect(Object.keys(sayReport(decoded))).toEqual(keys);
  expect(decoded).toEqual(bareReport(report));
});

test('a body holds no address: that of the look stands wherever it stood', () => {
  const at = (address: string): Report => ({
    ...cleanReport,
    target: { ...cleanReport.target, input: address, address },
    findings: [sampleFinding({ data: { place: address, places: `${address}, "${address}"` } })],
  });
  const [here, there] = [at('203.0.113.20'), at('2001:db8::1')];
  expect(encodeBody(here)).toEqual(encodeBody(there));
  expect(decodeBody(encodeBody(here), lookOf(there))).toEqual(bareReport(there));
});

test('an address is put in as it is, though it means something to replace()', () => {
  const findings = [sampleFinding({ data: { place: 'at $& and $1' } })];
  const report = { ...cleanReport, target: { ...cleanReport.target, address: '$&' }, findings };
  expect(decodeBody(encodeBody(report), lookOf(report)).findings[0]?.data).toEqual({ place: 'at $& and $1' });
});

test('a common report takes less than a fifth of its JSON', () => {
  expect(encodeBody(cleanReport).length).toBeLessThan(JSON.stringify(cleanReport).length / 5);
});

test.each([
  ['null', []],
  ['{"endpoint":"tcp/80","answered":true}', [{ endpoint: 'tcp/80', before: 'syn-ack', after: 'syn-ack' }]],
  ['{"endpoint":"tcp/80","answered":false}', [{ endpoint: 'tcp/80', before: 'syn-ack', after: 'no-response' }]],
])('a witness of earlier reports is read: %s', (old, recheck) => {
  const { target: _t, authorization: _a, startedAt: _s, durationMs: _d, ...content } = cleanReport;
  const json = JSON.stringify(content).replace(/"recheck":\[[^\]]*\]/, `"recheck":${old}`);
  const dictionary = Buffer.from(REPORT_DICTIONARY);
  const body = Buffer.concat([Buffer.of(2), deflateSync(json, { dictionary })]);
  expect(decodeBody(body, lookOf(cleanReport)).liveness.recheck).toEqual(recheck);
});

test('damage is told, or does none', () => {
  const body = encodeBody(cleanReport);
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const damaged = Buffer.from(body);
      damaged[place]! ^= flip;
      // Some bits mean nothing: in the header, after the end, and where the same text is copied from another place.
      const decode = () => decodeBody(damaged, lookOf(cleanReport));
      if (throws(decode)) expect(decode).toThrow(StoreError);
      else expect(decode()).toEqual(bareReport(cleanReport));
    }),
    { examples: [[340, 85]] },
  );
  for (const length of [0, 1, 2, body.length - 1]) {
    expect(() => decodeBody(body.subarray(0, length), lookOf(cleanReport))).toThrow(StoreError);
  }
});

test('a target comes back; a literal takes nothing besides its address', () => {
  fc.assert(
    fc.property(anyReport, ({ target }) => {
      expect(decodeTarget(target.address, encodeTarget(target))).toEqual(target);
    }),
  );
  for (const { target } of Object.values(SAMPLES)) {
    expect(decodeTarget(target.address, encodeTarget(target))).toEqual(target);
  }
  expect(encodeTarget({ ...cleanReport.target, scope: 'documentation' })).toBeNull();
  expect(encodeTarget(cleanReport.target)).not.toBeNull();
});

describe('the body of a report that joins those of several vantages', () => {
  const look = (address: string, startedAt: string) => survey(site(), { startedAt, target: { address } });
  const joined = (address: string, by: string): ReportData =>
    bareReport(
      join(
        {
          office: look(address, '2026-01-03T10:22:31.000Z'),
          cloud: look(address, '2026-01-03T10:23:31.500Z'),
          away: null,
        },
        profile(),
        { authorization: by },
      ),
    );

  test('holds each report whole', () => {
    const report = joined('203.0.113.7', 'Ann');
    expect(decodeBody(encodeBody(report), lookOf(report))).toEqual(report);
    expect(report.vantages?.map((one) => one.report?.startedAt)).toEqual([
      '2026-01-03T10:22:31.000Z',
      '2026-01-03T10:23:31.500Z',
      undefined,
    ]);
  });

  test('holds nothing of the client that it is from', () => {
    const [here, there] = [joined('203.0.113.7', 'Ann of Acme'), joined('2001:db8::1', 'Bob')];
    expect(encodeBody(here)).toEqual(encodeBody(there));
    expect(decodeBody(encodeBody(here), lookOf(there))).toEqual(there);
  });

  test('says that a vantage looked at another address', () => {
    const seen = {
      a: look('203.0.113.7', '2026-01-03T10:22:31.000Z'),
      b: look('203.0.113.8', '2026-01-03T10:22:32.000Z'),
    };
    const report = bareReport(join(seen, profile()));
    const decoded = decodeBody(encodeBody(report), lookOf(report));
    expect(decoded.vantages?.map((one) => one.report?.target.address)).toEqual(['203.0.113.7', '203.0.113.8']);
  });
});
