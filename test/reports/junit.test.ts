import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { junit } from '../../src/reports/junit.js';
import { type Element, findAll, readXml } from './read-xml.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { sweptAs, sweptLosing, write } from './run-end.js';
import { cleanReport, dmzReport, inconclusiveReport, sampleFinding, unresolvedReport } from './sample-reports.js';

/** Suites whose figures are as their tests are, in which no class and name comes twice: GitLab drops the second. */
function read(text: string) {
  const root = readXml(text);
  const suites = findAll(root, 'testsuite');
  const cases = findAll(root, 'testcase');
  const keys = cases.map(({ attributes }) => JSON.stringify([attributes['classname'], attributes['name']]));
  expect(new Set(keys).size).toBe(keys.length);
  for (const suite of suites) {
    const tests = findAll(suite, 'testcase');
    const count = (kind: string) => String(findAll(suite, kind).length);
    expect(suite.attributes).toMatchObject({
      ...{ tests: String(tests.length), failures: count('failure'), errors: count('error'), skipped: count('skipped') },
    });
    for (const { attributes } of tests) expect(attributes['classname']).toBe(suite.attributes['name']);
  }
  return { suites, cases };
}

const resultOf = ({ attributes, children: [result] }: Element) => [attributes['name'], result?.name ?? 'passed'];

test('the verdict is a test, and each finding another', () => {
  const { suites, cases } = read(write(junit, [dmzReport]).text);
  expect(suites.map(({ attributes }) => attributes['name'])).toEqual(['203.0.113.7', 'sallyport']);
  expect(suites[0]!.attributes).toMatchObject({ failures: '9', errors: '0', timestamp: '2026-01-05T10:22:31' });
  expect(resultOf(cases[0]!)).toEqual(['meets the profile closed', 'failure']);
  expect(resultOf(cases[1]!)).toEqual(['dmz-suspected', 'failure']);
  const failure = cases.at(-2)!.children[0]!;
  expect(failure.attributes).toEqual({ message: 'NAT-PMP answers on the internet side', type: 'low' });
  expect(failure.text.split('\n')).toHaveLength(4);
  expect(resultOf(cases.at(-1)!)).toEqual(['the run is complete', 'passed']);
});

test('all passes where all is as agreed', () => {
  const { cases } = read(write(junit, [cleanReport]).text);
  expect(cases.map(resultOf)).toEqual([
    ['meets the profile closed', 'passed'],
    ['the run is complete', 'passed'],
  ]);
});

describe('what is not known is an error', () => {
  test.each([
    ['an inconclusive target', inconclusiveReport],
    ['a name that does not resolve', unresolvedReport],
  ])('%s', (_what, report) => {
    const { cases } = read(write(junit, [report]).text);
    expect(resultOf(cases[0]!)).toEqual(['meets the profile closed', 'error']);
  });

  test.each([
    ['a run that was cut off', { outcome: 'inconclusive', troubles: ['The run was cut off.'] }, 'the run is complete'],
    ['a failure', { outcome: 'failure' }, 'the run is complete'],
    ['nothing at all', { outcome: 'inconclusive' }, 'the run is complete'],
    [
      'a client that was not checked',
      { outcome: 'inconclusive', unchecked: [{ client: { id: 'beta', name: 'Beta' }, reason: 'why' }] },
      'beta is checked',
    ],
  ] as const)('%s', (_what, end, name) => {
    const { cases } = read(write(junit, [cleanReport], { end }).text);
    expect(cases.map(resultOf)).toContainEqual([name, 'error']);
  });
});

test('what someone accepted is skipped, and a note passes', () => {
  const waiver = { by: 'A. Owner', reason: 'order 4711', until: '2027-06-30' };
  const findings = [sampleFinding({ effect: 'note', waiver }), sampleFinding({ effect: 'note', rule: 'other' })];
  const { cases } = read(write(junit, [{ ...cleanReport, findings }]).text);
  expect(cases.slice(1, 3).map(resultOf)).toEqual([
    ['admin-exposed tcp/80', 'skipped'],
    ['other tcp/80', 'passed'],
  ]);
  expect(cases[1]!.children[0]!.attributes['message']).toMatch(/accepted by A\. Owner until 2027-06-30: order 4711$/);
});

test('what stands out of sight fails, beside the verdict that is not known', () => {
  const { cases } = read(write(junit, [inconclusiveReport], { swept: sweptLosing('acme') }).text);
  expect(resultOf(cases[0]!)).toEqual(['meets the profile closed', 'error']);
  const lost = cases.at(-2)!;
  expect(resultOf(lost)).toEqual(['admin-exposed tcp/80', 'failure']);
  const message = 'not seen since 2026-11-02: WebPro is open';
  expect(lost.children[0]!.attributes).toEqual({ message, type: 'high' });
  const counted = read(write(junit, [inconclusiveReport], { swept: sweptAs('acme', 'a', 3) }).text).cases.at(-2)!;
  expect(resultOf(counted)).toEqual(['nothing is out of sight', 'failure']);
  expect(counted.children[0]!.attributes['message']).toMatch(/^3 exposures out of sight/);
});

test('a swept target has its client before it, and one that comes twice a number', () => {
  const { suites } = read(write(junit, [cleanReport, cleanReport], { swept: sweptAs('acme', 'a.example') }).text);
  expect(suites.map(({ attributes }) => attributes['name'])).toEqual([
    'acme a.example',
    'acme a.example #2',
    'sallyport',
  ]);
});

test('whatever was sent is well-formed and harmless to show, and no pipeline passes by what is not compliant', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { maxLength: 3 }), (reports) => {
      const { text } = write(junit, reports);
      const { cases, suites } = read(text);
      expect(Array.from(text.replaceAll('\n', '')).filter(isHarmful)).toEqual([]);
      expect(suites).toHaveLength(reports.length + 1);
      const isBad = cases.some(({ children }) => children.some(({ name }) => name === 'failure' || name === 'error'));
      if (reports.some(({ verdict }) => verdict !== 'compliant')) expect(isBad).toBe(true);
    }),
    { numRuns: 60 },
  );
});
