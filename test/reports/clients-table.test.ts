import { expect, test } from '@jest/globals';
import type { SaidSlotState } from '../../src/model/change.js';
import type { EndpointId } from '../../src/model/endpoint.js';
import type { Severity } from '../../src/model/severity.js';
import { createClientsTable } from '../../src/reports/clients-table.js';

function issue(title: string, severity: Severity, endpoint: EndpointId | null): SaidSlotState['issues'][string] {
  return { rule: title, title, severity, endpoint, data: {}, outage: false, waived: false };
}

test('of the findings that are as bad, one about the whole address is named', () => {
  const issues = {
    admin: issue('WebPro', 'critical', 'tcp/80'),
    dmz: issue('DMZ', 'critical', null),
    site: issue('site', 'high', null),
  };
  const state: SaidSlotState = { address: '192.0.2.1', verdict: 'violation', issues, identities: {} };
  const client = { id: 'acme', name: 'Acme', group: null, tags: [], contacts: [] };
  const at = '2026-11-01T03:00:00.000Z';
  const row = { client, slot: '192.0.2.1', state, at, seenAt: at, problem: null, why: null };
  expect(createClientsTable({ width: 80, color: false }).client(row)).toMatch(/ CRITICAL \+2 DMZ\n$/);
});
