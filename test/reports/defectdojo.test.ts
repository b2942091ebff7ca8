import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { defectdojo } from '../../src/reports/defectdojo.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { sweptAs, sweptLosing, write } from './run-end.js';
import { cleanReport, dmzReport, inconclusiveReport, sampleFinding } from './sample-reports.js';

/**
 * What `dojo/tools/generic/json_parser.py` takes, of which we use some: any other key makes it refuse the file. An
 * endpoint has the arguments of `LocationData.url` and of the model `Endpoint`, both.
 */
const FILE = z.strictObject({
  findings: z.array(
    z.strictObject({
      title: z.string().max(511),
      severity: z.enum(['Info', 'Low', 'Medium', 'High', 'Critical']),
      description: z.string().min(1),
      mitigation: z.string().optional(),
      impact: z.string().optional(),
      references: z.string().optional(),
      date: z.iso.date().optional(),
      unique_id_from_tool: z.string().max(500),
      vuln_id_from_tool: z.string().max(500),
      endpoints: z
        .array(
          z.strictObject({
            host: z.union([z.ipv4(), z.ipv6()]),
            port: z.int().min(1).max(65_535).optional(),
            protocol: z.enum(['tcp', 'udp']).optional(),
          }),
        )
        .optional(),
      tags: z.array(z.string()).optional(),
      active: z.boolean(),
      verified: z.boolean(),
    }),
  ),
});

const read = (text: string) => FILE.parse(JSON.parse(text)).findings;

test('a finding has its place, its severity and what to do', () => {
  const findings = read(write(defectdojo, [dmzReport], { swept: sweptAs('acme') }).text);
  expect(findings.map(({ severity }) => severity)).toEqual([
    ...['High', 'Critical', 'Critical', 'Critical', 'High', 'Medium', 'Medium', 'Low'],
  ]);
  expect(findings[1]).toMatchObject({
    title: 'WebPro administration can be reached from the internet',
    date: '2026-01-05',
    endpoints: [{ host: '203.0.113.7', port: 80, protocol: 'tcp' }],
    tags: ['acme'],
    active: true,
  });
  expect(findings[1]!.description).toMatch(/^Where: acme Ltd \(acme\), 203\.0\.113\.7 \(pbx\.example\.net\)\n\nSeen: /);
  const again = read(
    write(defectdojo, [{ ...dmzReport, startedAt: '2026-02-01T00:00:00.000Z' }], { swept: sweptAs('acme') }).text,
  );
  const ids = findings.map((one) => one.unique_id_from_tool);
  expect(again.map((one) => one.unique_id_from_tool)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('what stands out of sight stays active, by the id that it had when it was seen', () => {
  const [seen] = read(
    write(defectdojo, [{ ...cleanReport, findings: [sampleFinding({})] }], { swept: sweptAs('acme') }).text,
  );
  const lost = read(write(defectdojo, [inconclusiveReport], { swept: sweptLosing('acme') }).text).at(-1)!;
  expect(lost).toMatchObject({
    ...{ title: 'not seen since 2026-11-02: WebPro is open', severity: 'High', active: true },
    ...{ vuln_id_from_tool: 'admin-exposed', unique_id_from_tool: seen!.unique_id_from_tool },
    endpoints: [{ host: '203.0.113.7', port: 80, protocol: 'tcp' }],
  });
  const counted = read(write(defectdojo, [inconclusiveReport], { swept: sweptAs('acme', 'a', 3) }).text).at(-1)!;
  expect(counted).toMatchObject({ severity: 'Critical', active: true, title: expect.stringMatching(/^3 exposures/) });
});

test('nothing is found where all is as agreed, and what someone accepted is not active', () => {
  expect(read(write(defectdojo, [cleanReport]).text)).toEqual([]);
  const waiver = { by: 'A. Owner', reason: 'order 4711', until: '2027-06-30' };
  const findings = [sampleFinding({ effect: 'note', waiver }), sampleFinding({ effect: 'note', rule: 'other' })];
  const [accepted, ...more] = read(write(defectdojo, [{ ...cleanReport, findings }]).text);
  expect(more).toEqual([]);
  expect(accepted).toMatchObject({ active: false, vuln_id_from_tool: 'admin-exposed' });
  expect(accepted!.description).toContain('Accepted by A. Owner until 2027-06-30: order 4711');
});

describe('what is not known is a finding', () => {
  test('of the target', () => {
    const [finding] = read(write(defectdojo, [inconclusiveReport]).text);
    expect(finding).toMatchObject({ severity: 'Info', active: true, vuln_id_from_tool: 'could-not-be-determined' });
    expect(finding!.title).toMatch(/^The verdict could not be determined: 203\.0\.113\.7/);
  });

  test.each([
    ['a run that was cut off', { outcome: 'inconclusive', troubles: ['The run was cut off.'] }, 'the run'],
    ['a failure', { outcome: 'failure' }, 'the run'],
    ['nothing at all', { outcome: 'inconclusive' }, 'the run'],
    [
      'a client that was not checked',
      { outcome: 'inconclusive', unchecked: [{ client: { id: 'beta', name: 'Beta' }, reason: 'why' }] },
      'Beta (beta) was not checked',
    ],
  ] as const)('%s', (_what, end, title) => {
    const findings = read(write(defectdojo, [cleanReport], { end }).text);
    expect(findings.map((one) => [one.title, one.severity, one.active])).toEqual([
      [`Could not be determined: ${title}`, 'Info', true],
    ]);
  });
});

test('whatever was sent, DefectDojo takes the file, and neither formats nor links it', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { maxLength: 3 }), (reports) => {
      const { text } = write(defectdojo, reports);
      const findings = read(text);
      expect(Array.from(text.replaceAll('\n', '')).filter(isHarmful)).toEqual([]);
      const unknown = reports.filter(({ verdict }) => verdict === 'inconclusive').length;
      expect(
        findings.filter((one) => one.vuln_id_from_tool === 'could-not-be-determined').length,
      ).toBeGreaterThanOrEqual(unknown);
      for (const { description, mitigation = '', impact = '' } of findings) {
        for (const shown of [description, mitigation, impact]) expect(shown).not.toMatch(/[<>`*_[\]|~\\]|&(?!#\d+;)/);
      }
    }),
    { numRuns: 60 },
  );
});
