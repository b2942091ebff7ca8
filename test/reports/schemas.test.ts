import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { reportSchema } from '../../src/model/report.js';
import { renderSchemas } from '../../src/reports/schemas.js';
import { anyReport } from './report-arbitrary.js';
import { cleanReport, dmzReport, SAMPLES } from './sample-reports.js';

const readSchema = (file: string) => readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8');
const compile = (file: string) =>
  new Ajv2020({ strict: true, strictTypes: false, formats: { 'date-time': true } }).compile(
    JSON.parse(readSchema(file)) as object,
  );
const validate = compile('report.schema.json');

test.each([...renderSchemas()])('schemas/%s is up to date (npm run generate)', (file, text) => {
  expect(readSchema(file)).toBe(text);
});

describe('report.schema.json', () => {
  test.each(Object.entries(SAMPLES))('accepts sample %s', (_name, report) => {
    expect(validate(report)).toBe(true);
    expect(reportSchema.parse(report)).toEqual(report);
  });

  test('accepts the example of docs/report-format.md', () => {
    const page = readFileSync(new URL('../../docs/report-format.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, text = '']) => JSON.parse(text) as unknown);
    expect(examples).toHaveLength(1);
    for (const example of examples) {
      expect(validate(example)).toBe(true);
      expect(reportSchema.parse(example)).toEqual(example);
    }
  });

  test('accepts any report of the types', () => {
    fc.assert(fc.property(anyReport, (report) => validate(JSON.parse(JSON.stringify(report)))));
  });

  test('accepts fields that a later version adds', () => {
    expect(validate({ ...cleanReport, later: 1, target: { ...cleanReport.target, later: {} } })).toBe(true);
    const observations = [{ ...dmzReport.observations[0], evidence: { ownProbe: { a: [1, 'x', null] } } }];
    expect(validate({ ...dmzReport, observations })).toBe(true);
  });

  const [observation] = dmzReport.observations;
  const withEndpoint = (endpoint: string) => ({ ...dmzReport, observations: [{ ...observation, endpoint }] });
  const { verdict: _, ...withoutVerdict } = cleanReport;
  test.each([
    ['no verdict', withoutVerdict],
    ['an unknown verdict', { ...cleanReport, verdict: 'fine' }],
    ['another schema version', { ...cleanReport, schema: 'sallyport/report@2' }],
    ['an unknown state', { ...dmzReport, observations: [{ ...observation, state: 'ajar' }] }],
    ['a negative rtt', { ...dmzReport, observations: [{ ...observation, rttMs: -1 }] }],
    ['a local time', { ...cleanReport, startedAt: '2026-01-05T10:22:31+01:00' }],
    ['a missing observation list', { ...cleanReport, observations: null }],
    ['too long a summary', { ...cleanReport, summary: 'x'.repeat(513) }],
    ...['tcp/0', 'tcp/65536', 'udp/99999', 'tcp/-1', 'tcp/080', 'sctp/80', 'tcp/80 ', 'tcp/1e3'].map(
      (endpoint) => [`endpoint "${endpoint}"`, withEndpoint(endpoint)] as const,
    ),
  ] as const)('refuses %s', (_name, report) => {
    expect(validate(report)).toBe(false);
    expect(reportSchema.safeParse(report).success).toBe(false);
  });

  test.each(['tcp/1', 'udp/9', 'tcp/999', 'tcp/9999', 'udp/59999', 'tcp/64999', 'tcp/65499', 'tcp/65529', 'udp/65535'])(
    'accepts endpoint %s',
    (endpoint) => {
      expect(validate(withEndpoint(endpoint))).toBe(true);
    },
  );
});

describe('profile.schema.json', () => {
  const accepts = compile('profile.schema.json');
  const profile = {
    name: 'main-street',
    title: 'Main Street',
    extends: 'sip-trunk',
    sources: { provider: { title: 'the SIP provider', cidrs: ['198.51.100.0/24'] } },
    services: { 'sip-trunk': { endpoints: ['udp/5060'], from: { provider: 'must' } } },
  };

  test('accepts a profile, which may leave out what has a default', () => {
    expect(accepts(profile)).toBe(true);
    expect(accepts({ name: 'main-street', title: 'Main Street' })).toBe(true);
  });

  test.each([
    ['an unknown key', { ...profile, shedule: 'daily' }],
    ['an unknown access', { ...profile, services: { webpro: { from: { outsider: 'never' } } } }],
    ['no name', { title: 'Main Street' }],
    ['a bad endpoint', { ...profile, services: { webpro: { endpoints: ['80'] } } }],
  ])('refuses %s', (_name, bad) => {
    expect(accepts(bad)).toBe(false);
  });
});
