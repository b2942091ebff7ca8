import { SITE_SCHEMA, siteReportSchema, type SiteReport } from '../../../src/model/site.js';
import { NOW } from './store-fixtures.js';

/** A look at a site in which nothing was found. */
export function siteReport(change: Partial<SiteReport> = {}): SiteReport {
  const startedAt = change.startedAt ?? NOW.toISOString();
  return siteReportSchema.parse({
    ...{ schema: SITE_SCHEMA, tool: { name: 'sallyport', version: '0.1.0', ruleset: '1' } },
    ...{ kind: 'preinstall', client: 'acme', profile: { name: 'closed', digest: '' } },
    ...{ startedAt, durationMs: 1_000, interrupted: false, verdict: 'compliant', summary: 'Fit.' },
    ...{ reachable: [], findings: [], undetermined: [], errors: [] },
    evidence: {
      lan: {
        startedAt,
        durationMs: 9,
        interrupted: false,
        firewall: { state: 'off', detail: '' },
        multicast: true,
        interfaces: [],
        gateways: [],
        devices: [],
        pbx: null,
        errors: [],
      },
      ...{ pbxAddress: '192.168.1.10', standIn: null, outside: null, checklist: null },
    },
    ...change,
  });
}
