import { expect, test } from '@jest/globals';
import type { SaidSlotState } from '../../src/model/change.js';
import type { EndpointId } from '../../src/model/endpoint.js';
import type { Severity } from '../../src/model/severity.js';
import { describeWorst } from '../../src/reports/client-words.js';
import { createClientsTable } from '../../src/reports/clients-table.js';

function issue(title: string, severity: Severity, endpoint: EndpointId | null): SaidSlotState['issues'][string] {
  return { rule: title, title, severity, endpoint, data: {}, outage: false, waived: false };
}

const client = { id: 'acme', name: 'Acme', group: null, tags: [], contacts: [] };
const at = '2026-11-01T03:00:00.000Z';

test.each([
  ['WebPro', 'CRITICAL +1 tcp/80 WebPro', 'CRITICAL tcp/80 WebPro, and 1 more'],
  ['WebPro on tcp/80', 'CRITICAL +1 tcp/80 WebPro on tcp/80', 'CRITICAL WebPro on tcp/80, and 1 more'],
  ['WebPro on tcp/8080', 'CRITICAL +1 tcp/80 WebPro on tcp/8080', 'CRITICAL tcp/80 WebPro on tcp/8080, and 1 more'],
])('the worst finding names its endpoint first if short, once if in full: %s', (title, first, last) => {
  const issues = { worst: issue(title, 'critical', 'tcp/80'), site: issue('site', 'high', null) };
  const state: SaidSlotState = { address: '192.0.2.1', verdict: 'violation', issues, identities: {} };
  const row = { client, slot: '192.0.2.1', state, at, seenAt: at, problem: null, why: null };
  expect(describeWorst(row)).toBe(first);
  expect(describeWorst(row, 'full')).toBe(last);
});

test('of the findings that are as bad, one about the whole address is named', () => {
  const issues = {
    admin: issue('WebPro', 'critical', 'tcp/80'),
    dmz: issue('DMZ', 'critical', null),
    site: issue('site', 'high', null),
  };
  const state: SaidSlotState = { address: '192.0.2.1', verdict: 'violation', issues, identities: {} };
  const row = { client, slot: '192.0.2.1', state, at, seenAt: at, problem: null, why: null };
  expect(createClientsTable({ width: 80, color: false }).client(row)).toMatch(/ CRITICAL \+2 DMZ\n$/);
});
