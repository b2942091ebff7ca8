import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { sarif } from '../../src/reports/sarif.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { sweptAs, sweptLosing, write } from './run-end.js';
import { cleanReport, dmzReport, inconclusiveReport, SAMPLES, sampleFinding } from './sample-reports.js';
import { findSarifErrors } from './sarif-schema.js';

const message = z.strictObject({ text: z.string().min(1) });
/** What code-scanning sites want beyond the schema, a physical location above all: GitHub's documentation, "SARIF support for code scanning". */
const LOG = z.strictObject({
  $schema: z.literal('https://json.schemastore.org/sarif-2.1.0.json'),
  version: z.literal('2.1.0'),
  runs: z.tuple([
    z.strictObject({
      columnKind: z.literal('utf16CodeUnits'),
      results: z
        .array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().nonnegative(),
            level: z.enum(['none', 'note', 'warning', 'error']),
            message,
            locations: z.tuple([
              z.strictObject({
                physicalLocation: z.strictObject({
                  // Relative, without a step upwards or a scheme.
                  artifactLocation: z.strictObject({
                    uri: z.string().regex(/^(?:clients|targets)(?:\/(?!\.)[\w.:-]+){1,4}$/),
                  }),
                  region: z.strictObject({
                    startLine: z.int().positive(),
                    startColumn: z.int().positive(),
                    endLine: z.int().positive(),
                    endColumn: z.int().positive(),
                  }),
                }),
                logicalLocations: z.array(
                  z.strictObject({ name: z.string(), fullyQualifiedName: z.string(), kind: z.string() }),
                ),
              }),
            ]),
            partialFingerprints: z.strictObject({ primaryLocationLineHash: z.string().regex(/^[0-9a-f]{16}:1$/) }),
            suppressions: z.array(
              z.strictObject({ kind: z.literal('external'), status: z.literal('accepted'), justification: z.string() }),
            ),
            properties: z.record(z.string(), z.string()),
          }),
        )
        .max(25_000),
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.literal('sallyport'),
          version: z.string().optional(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: z.strictObject({ text: z.string() }),
              fullDescription: z.strictObject({ text: z.string() }),
              help: z.strictObject({ text: z.string() }),
              properties: z.strictObject({
                tags: z.array(z.string()),
                precision: z.string(),
                'security-severity': z
                  .string()
                  .regex(/^\d\.\d$/)
                  .optional(),
              }),
            }),
          ),
        }),
      }),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          startTimeUtc: z.iso.datetime().optional(),
          endTimeUtc: z.iso.datetime().optional(),
          toolExecutionNotifications: z.array(z.strictObject({ level: z.literal('error'), message })),
        }),
      ]),
    }),
  ]),
});

function read(text: string) {
  const log: unknown = JSON.parse(text);
  expect(findSarifErrors(log)).toEqual([]);
  const [run] = LOG.parse(log).runs;
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  const ids = run.tool.driver.rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const [invocation] = run.invocations;
  return { ...run, invocation, told: invocation.toolExecutionNotifications.map((one) => one.message.text) };
}

describe('the schema of SARIF 2.1.0', () => {
  test.each(Object.entries(SAMPLES))('takes sample %s, checked and swept', (_name, report) => {
    for (const swept of [undefined, sweptAs('acme')]) read(write(sarif, [report], swept && { swept }).text);
  });

  test('takes all samples in one run, and a run without any', () => {
    read(write(sarif, Object.values(SAMPLES)).text);
    read(write(sarif, []).text);
  });

  test.each([
    ['another version', '"version":"2.1.0"', '"version":"2.2"', '/version must be'],
    ['an unknown level', '"level":"error"', '"level":"fatal"', '/runs/0/results/0/level must be'],
    ['a field of our own', '"ruleIndex":', '"rank2":', '/runs/0/results/0 must NOT have additional'],
    ['a result that says nothing', '"message":{"text":', '"message":{"id2":', '/runs/0/results/0/message must'],
    ['a negative index', '"ruleIndex":0', '"ruleIndex":-2', '/runs/0/results/0/ruleIndex must be >= -1'],
    ['a space in a path', 'targets/203', 'targets /203', 'artifactLocation/uri must match format'],
    ['a colon in the first part of a path', '"uri":"targets/', '"uri":"1:/', 'artifactLocation/uri must match format'],
    ['a local time', '"startTimeUtc":"2026-01-05T', '"startTimeUtc":"2026-01-05 ', '/startTimeUtc must match format'],
    ['no driver', '"driver":', '"extra":', '/runs/0/tool must'],
  ])('refuses %s', (_what, part, other, error) => {
    const { text } = write(sarif, [dmzReport]);
    expect(text).toContain(part);
    expect(findSarifErrors(JSON.parse(text.replace(part, other))).join('\n')).toContain(error);
  });

  test('would take a result without a physical location, and code-scanning sites would not', () => {
    const { text } = write(sarif, [dmzReport]);
    const without = JSON.parse(text, (key, value: unknown) =>
      key === 'physicalLocation' ? undefined : value,
    ) as object;
    expect(findSarifErrors(without)).toEqual([]);
    expect(LOG.safeParse(without).success).toBe(false);
  });
});

test('a finding is a result with its rule, its place and what it is recognised by', () => {
  const { results, tool, invocation } = read(write(sarif, [dmzReport]).text);
  expect(results.map(({ ruleId }) => ruleId)).toEqual(dmzReport.findings.map(({ rule }) => rule));
  expect(invocation).toMatchObject({ executionSuccessful: true, startTimeUtc: dmzReport.startedAt });
  const [dmz, web] = results;
  expect(dmz!.locations[0].physicalLocation.artifactLocation.uri).toBe('targets/203.0.113.7');
  expect(web!.locations[0].physicalLocation.artifactLocation.uri).toBe('targets/203.0.113.7/tcp/80');
  expect(web!.message.text).toMatch(/^203\.0\.113\.7 \(pbx\.example\.net\): WebPro administration can be reached/);
  expect(results.map(({ level }) => level)).toEqual([
    ...['error', 'error', 'error', 'error', 'error', 'warning', 'warning', 'warning'],
  ]);
  const scores = tool.driver.rules.map(({ properties }) => properties['security-severity']);
  expect(scores.slice(0, 2)).toEqual(['8.0', '9.5']);
  const again = read(write(sarif, [{ ...dmzReport, startedAt: '2026-02-05T10:22:31.204Z' }]).text);
  const prints = (all: typeof results) => all.map((one) => one.partialFingerprints.primaryLocationLineHash);
  expect(prints(again.results)).toEqual(prints(results));
  expect(new Set(prints(results)).size).toBe(results.length);
});

test('what stands out of sight is a result, and the run no success', () => {
  const { results, tool, invocation } = read(write(sarif, [inconclusiveReport], { swept: sweptLosing('acme') }).text);
  const lost = results.at(-1)!;
  expect(lost).toMatchObject({ ruleId: 'out-of-sight', level: 'error', properties: { severity: 'high' } });
  expect(lost.message.text).toContain(': not seen since 2026-11-02: WebPro is open. ');
  expect(lost.locations[0].physicalLocation.artifactLocation.uri).toBe('clients/acme/203.0.113.7/tcp/80');
  expect(tool.driver.rules.at(-1)!.properties['security-severity']).toBe('8.0');
  expect(invocation.executionSuccessful).toBe(false);
  const low = read(write(sarif, [inconclusiveReport], { swept: sweptLosing('acme', 'low') }).text);
  expect(low.results.at(-1)!.level).toBe('warning');
  expect(low.tool.driver.rules.at(-1)!.properties['security-severity']).toBe('2.0');
  const counted = read(write(sarif, [inconclusiveReport], { swept: sweptAs('acme', 'a', 3) }).text);
  expect(counted.results.at(-1)!.message.text).toContain(': 3 exposures out of sight');
});

test('of a client, the path has its id, and its address may change', () => {
  const moved = { ...dmzReport, target: { ...dmzReport.target, address: '2001:db8::7' } };
  const [before, after] = [dmzReport, moved].map((one) =>
    read(write(sarif, [one], { swept: sweptAs('acme', 'a') }).text),
  );
  expect(after!.results[1]!.locations[0].physicalLocation.artifactLocation.uri).toBe('clients/acme/2001:db8::7/tcp/80');
  expect(after!.results[1]!.properties).toMatchObject({ client: 'acme', clientName: 'acme Ltd' });
  expect(after!.results[1]!.partialFingerprints).toEqual(before!.results[1]!.partialFingerprints);
});

test('what someone accepted is suppressed', () => {
  const waiver = { by: 'A. Owner', reason: 'order 4711', until: null };
  const { results } = read(
    write(sarif, [{ ...cleanReport, findings: [sampleFinding({ effect: 'note', waiver })] }]).text,
  );
  expect(results[0]).toMatchObject({
    level: 'note',
    suppressions: [{ kind: 'external', status: 'accepted', justification: 'order 4711 (A. Owner)' }],
  });
});

describe('what is not known', () => {
  test('is a result of its own, and the run was no success', () => {
    const { results, invocation, told } = read(write(sarif, [inconclusiveReport, cleanReport]).text);
    expect(results[0]).toMatchObject({ ruleId: 'could-not-be-determined', level: 'warning' });
    expect(invocation.executionSuccessful).toBe(false);
    expect(told).toEqual(['1 of 2 targets are inconclusive.']);
  });

  test.each([
    ['a run that was cut off', { outcome: 'inconclusive', troubles: ['Cut off.'] }, 0],
    ['a failure', { outcome: 'failure' }, 0],
    ['nothing at all', { outcome: 'inconclusive' }, 0],
    [
      'a client that was not checked',
      { outcome: 'inconclusive', unchecked: [{ client: { id: 'beta', name: 'Beta' }, reason: 'why' }] },
      1,
    ],
  ] as const)('%s', (_what, end, count) => {
    const { results, invocation, told } = read(write(sarif, [cleanReport], { end }).text);
    expect(results).toHaveLength(count);
    expect(invocation.executionSuccessful).toBe(false);
    expect(told).toHaveLength(1);
  });
});

test('no more than 25,000 results come out, and what was left out is said', () => {
  const findings = Array.from({ length: 1_000 }, () => sampleFinding({}));
  const reports = Array.from({ length: 26 }, () => ({ ...dmzReport, findings }));
  const { results, told, invocation } = read(write(sarif, reports).text);
  expect(results).toHaveLength(25_000);
  expect(told).toEqual(['1000 results were left out: a run has at most 25000.']);
  expect(invocation.executionSuccessful).toBe(false);
});

test('a text makes neither link nor placeholder', () => {
  const report = { ...dmzReport, findings: [sampleFinding({ title: '[x](https://evil.example) {0}' })] };
  expect(read(write(sarif, [report]).text).results[0]!.message.text).toContain('[x] (https://evil.example) {{0}}');
});

test('whatever was sent, the log is valid and harmless to show, and nothing unknown looks passed', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { maxLength: 3 }), fc.boolean(), (reports, isSwept) => {
      const { text } = write(sarif, reports, isSwept ? { swept: sweptAs('../..', '../../etc') } : {});
      const { results, invocation } = read(text);
      expect(Array.from(text.replaceAll('\n', '')).filter(isHarmful)).toEqual([]);
      const unknown = reports.filter(({ verdict }) => verdict === 'inconclusive');
      expect(results).toHaveLength(reports.reduce((sum, { findings }) => sum + findings.length, unknown.length));
      expect(invocation.executionSuccessful).toBe(unknown.length === 0);
    }),
    { numRuns: 60 },
  );
});
