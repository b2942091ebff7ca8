import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { prometheus } from '../../src/reports/prometheus.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { sweptAs, sweptLosing, write } from './run-end.js';
import { cleanReport, dmzReport, inconclusiveReport } from './sample-reports.js';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format 0.0.4 strictly: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function read(text: string): Sample[] {
  expect(text.endsWith('\n')).toBe(true);
  const samples: Sample[] = [];
  const families: string[] = [];
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, family] = /^# (HELP|TYPE) ([a-z_]+) (?:gauge$|[^\\]+$)/.exec(line) ?? [];
    if (kind === 'HELP') {
      expect(families).not.toContain(family);
      families.push(family!);
    } else if (kind === 'TYPE') {
      expect(family).toBe(families.at(-1));
    } else {
      const [, name = '', inner = '', figure] = /^([a-z_]+)(?:\{(.*)\})? (-?[\d.]+(?:e[+-]?\d+)?)$/.exec(line) ?? [];
      expect([line, name]).toEqual([line, families.at(-1)]);
      const pairs = [...inner.matchAll(/([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/g)];
      expect(pairs.map(([whole]) => whole).join('')).toBe(inner);
      const labels = Object.fromEntries(pairs.map(([, key, value]) => [key!, value!.replace(/\\(.)/g, '$1')]));
      expect(Object.keys(labels)).toHaveLength(pairs.length);
      const key = `${name}{${inner}}`;
      expect(seen.has(key)).toBe(false);
      seen.add(key);
      samples.push({ name, labels, value: Number(figure) });
    }
  }
  return samples;
}

const valuesOf = (samples: readonly Sample[], name: string) =>
  samples.filter((sample) => sample.name === name).map(({ value }) => value);

describe('reports', () => {
  test('of a target: whether it is compliant, its verdict, its findings and when it was seen', () => {
    const { text, exitCode } = write(prometheus, [dmzReport]);
    expect(exitCode).toBeUndefined();
    expect(text).toContain('probe_success{target="203.0.113.7",host="pbx.example.net"} 0\n');
    expect(text).toContain('sallyport_verdict{target="203.0.113.7",host="pbx.example.net",verdict="violation"} 1\n');
    expect(text).toContain('sallyport_findings{target="203.0.113.7",host="pbx.example.net",severity="critical"} 3\n');
    const samples = read(text);
    expect(valuesOf(samples, 'sallyport_seen_timestamp_seconds')).toEqual([Date.parse(dmzReport.startedAt) / 1000]);
    expect(valuesOf(samples, 'probe_duration_seconds')).toEqual([3.41]);
    expect(valuesOf(samples, 'sallyport_complete')).toEqual([1]);
  });

  test('all samples of a metric stand together, with the client where it is swept', () => {
    const samples = read(write(prometheus, [cleanReport, inconclusiveReport], { swept: sweptAs('acme', 'a') }).text);
    // Both are of one slot: the worse stands.
    expect(samples.filter(({ name }) => name === 'probe_success')).toEqual([
      {
        name: 'probe_success',
        value: 0,
        labels: { client: 'acme', client_name: 'acme Ltd', group: 'north', target: 'a' },
      },
    ]);
  });

  test.each([
    ['named', sweptLosing('acme'), [0, 1, 0, 0, 0]],
    ['counted', sweptAs('acme', '203.0.113.7', 3), [3, 0, 0, 0, 0]],
  ])('what stands out of sight and is %s is a violation', (_what, swept, findings) => {
    const samples = read(write(prometheus, [inconclusiveReport], { swept }).text);
    expect(valuesOf(samples, 'probe_success')).toEqual([0]);
    const verdicts = samples.filter(({ name, value }) => name === 'sallyport_verdict' && value === 1);
    expect(verdicts.map(({ labels }) => labels['verdict'])).toEqual(['violation']);
    expect(valuesOf(samples, 'sallyport_findings')).toEqual(findings);
    expect(valuesOf(samples, 'sallyport_complete')).toEqual([1]);
  });

  test('what is not known is no success', () => {
    expect(valuesOf(read(write(prometheus, [inconclusiveReport]).text), 'probe_success')).toEqual([0]);
    const unchecked = [{ client: { id: 'beta', name: 'Beta' }, reason: 'no authorisation is given' }];
    const samples = read(write(prometheus, [cleanReport], { end: { outcome: 'inconclusive', unchecked } }).text);
    expect(valuesOf(samples, 'probe_success')).toEqual([1, 0]);
    expect(valuesOf(samples, 'sallyport_complete')).toEqual([0]);
    expect(read(write(prometheus, [], { end: { outcome: 'failure' } }).text)).toEqual([
      { name: 'sallyport_complete', labels: {}, value: 0 },
    ]);
  });
});

test('clients: a violation stands until it is seen to be gone', () => {
  const writer = prometheus.createClients!({ color: false, width: 80, reasons: false, many: true });
  const issue = { rule: 'r', title: 't', severity: 'high', endpoint: 'tcp/80', data: {}, outage: false } as const;
  const text =
    writer.begin() +
    writer.client({
      ...sweptAs('acme'),
      ...{ at: '2026-11-01T00:00:00.000Z', seenAt: '2026-11-05T00:00:00.000Z', problem: null, why: null },
      state: {
        ...{ address: '203.0.113.7', verdict: 'inconclusive', identities: {} },
        issues: { a: { ...issue, waived: false }, b: { ...issue, waived: true } },
      },
    }) +
    [...writer.end()].join('');
  const samples = read(text);
  expect(valuesOf(samples, 'probe_success')).toEqual([0]);
  expect(samples.find(({ name, value }) => name === 'sallyport_verdict' && value === 1)?.labels['verdict']).toBe(
    'violation',
  );
  expect(valuesOf(samples, 'sallyport_findings')).toEqual([0, 1, 0, 0, 0]);
  expect(valuesOf(samples, 'sallyport_accepted_findings')).toEqual([1]);
  expect(valuesOf(samples, 'sallyport_seen_timestamp_seconds')).toEqual([Date.UTC(2026, 10, 5) / 1000]);
});

test.each([
  [null, 1],
  ['it is paused', 0],
])('clients: complete unless one was not checked: %s', (problem, complete) => {
  const writer = prometheus.createClients!({ color: false, width: 80, reasons: false, many: true });
  const text =
    writer.begin() +
    writer.client({
      ...sweptAs('acme'),
      ...{ at: '2026-11-01T00:00:00.000Z', seenAt: '2026-11-05T00:00:00.000Z', problem },
      why: problem === null ? null : 'paused',
      state: { address: '203.0.113.7', verdict: 'compliant', identities: {}, issues: {} },
    }) +
    [...writer.end()].join('');
  expect(valuesOf(read(text), 'sallyport_complete')).toEqual([complete]);
});

test('whatever was sent is a label, and no sample comes twice', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { maxLength: 4 }), (reports) => {
      const { text } = write(prometheus, reports);
      const samples = read(text);
      expect(Array.from(text.replaceAll('\n', '')).filter(isHarmful)).toEqual([]);
      const successes = valuesOf(samples, 'probe_success');
      const targets = new Set(
        reports.map(({ target }) => JSON.stringify([target.address ?? target.input, target.name])),
      );
      expect(successes.length).toBeLessThanOrEqual(targets.size);
      if (reports.every(({ verdict }) => verdict !== 'compliant')) expect(successes).not.toContain(1);
    }),
    { numRuns: 100 },
  );
});

test('clients: very many come in pieces, each metric with one head, and every sample once', () => {
  const writer = prometheus.createClients!({ color: false, width: 80, reasons: false, many: true });
  writer.begin();
  const count = 1_200;
  for (let n = 0; n < count; n++)
    writer.client({
      ...sweptAs(`c${n}`),
      ...{ at: '2026-11-01T00:00:00.000Z', seenAt: n % 2 === 0 ? null : '2026-11-05T00:00:00.000Z', problem: null },
      ...{ why: null, state: { address: '203.0.113.7', verdict: 'compliant', identities: {}, issues: {} } },
    });
  const pieces = [...writer.end()];
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(400_000);
  const text = pieces.join('');
  const samples = read(text);
  expect(valuesOf(samples, 'probe_success')).toHaveLength(count);
  expect(valuesOf(samples, 'sallyport_verdict')).toHaveLength(count * 4);
  expect(valuesOf(samples, 'sallyport_seen_timestamp_seconds')).toHaveLength(count / 2);
  const heads = text.match(/^# HELP \S+/gm) ?? [];
  expect(heads).toHaveLength(new Set(heads).size);
});
