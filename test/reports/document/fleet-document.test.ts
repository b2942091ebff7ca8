import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHANGE_KINDS } from '../../../src/model/change.js';
import { FLEET_SCHEMA, type FleetReport, fleetReportSchema } from '../../../src/model/fleet-report.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { STANDINGS } from '../../../src/model/standing.js';
import { describeFleet } from '../../../src/reports/document/fleet-document.js';
import { renderPage } from '../../../src/reports/document/html-page.js';
import { renderMarkdown } from '../../../src/reports/document/markdown-page.js';
import { anyText } from '../report-arbitrary.js';
import { expectHarmlessPage, parsePage } from './parse-page.js';

const AT = '2026-11-30T07:00:00.000Z';
const client = { id: 'acme', name: 'Acme', group: null };

const fleet: FleetReport = {
  schema: FLEET_SCHEMA,
  tool: { name: 'sallyport', version: '0.1.0' },
  madeAt: AT,
  since: '2026-10-31T07:00:00.000Z',
  groups: null,
  tags: null,
  clients: 3,
  standings: { violation: 0, inconclusive: 0, compliant: 2, 'no-answer': 0 },
  rows: [],
  notChecked: [],
  notCheckedCount: 0,
  unknownCount: 0,
  trend: [],
  changeCounts: {},
  changes: [],
};

const textOf = (change: Partial<FleetReport>): string =>
  parsePage(renderPage(describeFleet({ ...fleet, ...change }), null)).text;

describe('the report of all clients', () => {
  test('is "as agreed" only if all were checked and all are', () => {
    expect(textOf({})).toMatch(/As agreed\s*3 clients; by address: 2 as agreed\./);
    const reason = 'no authorisation is given';
    const missing = textOf({ notChecked: [{ client, slot: null, reason }], notCheckedCount: 1, unknownCount: 1 });
    expect(missing).toMatch(/Not determined\s*3 clients; by address: 2 as agreed, 1 not checked\./);
    expect(missing).toContain(reason);
    expect(textOf({ standings: { violation: 0, inconclusive: 0, compliant: 0, 'no-answer': 0 } })).toContain(
      'nothing was checked',
    );
  });

  test('lists the worst, what changed and the sweeps', () => {
    const text = textOf({
      standings: { violation: 1, inconclusive: 0, compliant: 2, 'no-answer': 0 },
      rows: [
        {
          ...{ client, slot: '203.0.113.7', standing: 'violation', more: 2, since: AT, seenAt: AT },
          worst: { severity: 'critical', title: 'WebPro is reachable on tcp/80' },
        },
      ],
      trend: [{ sweepId: 1, at: AT, clients: 3, verdicts: { violation: 1, inconclusive: 0, compliant: 2 } }],
      changeCounts: { exposed: 1 },
      changes: [
        {
          ...{ at: AT, client, slot: '203.0.113.7', kind: 'exposed', severity: 'critical', endpoint: 'tcp/80' },
          title: 'WebPro is reachable',
        },
      ],
    });
    for (const part of ['Action needed', 'and 2 more', '1 newly exposed', 'Sweeps over time'])
      expect(text).toContain(part);
  });

  const row = fc.record({
    client: fc.record({ id: anyText(64), name: anyText(200), group: fc.option(anyText(64)) }),
    slot: anyText(300),
    standing: fc.constantFrom(...STANDINGS),
    worst: fc.option(fc.record({ severity: fc.constantFrom(...SEVERITIES), title: anyText(512) })),
    more: fc.nat(9),
    since: fc.constant(AT),
    seenAt: fc.option(fc.constant(AT)),
  });
  const change = fc.record({
    at: fc.constant(AT),
    client: fc.record({ id: anyText(64), name: anyText(200), group: fc.constant(null) }),
    slot: anyText(300),
    kind: fc.constantFrom(...CHANGE_KINDS),
    severity: fc.constantFrom(...SEVERITIES),
    endpoint: fc.constant('tcp/80' as const),
    title: anyText(512),
  });

  test('is harmless and whole whatever the clients are called', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), fc.array(change, { maxLength: 4 }), (rows, changes) => {
        const any = fleetReportSchema.parse({ ...fleet, rows, changes, changeCounts: { exposed: changes.length } });
        expectHarmlessPage(renderPage(describeFleet(any), null));
        expect(renderMarkdown(describeFleet(any))).not.toMatch(/(?<!\\)</);
      }),
      { numRuns: 40 },
    );
  });
});
