import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/index.js';
import { SITES } from '../../src/lab/sites.js';
import { REPORTERS } from '../../src/reports/registry.js';
import { stopAfterAll } from '../lab-sites/running.js';
import { checkSite, observationOf, rulesOf, startAt } from './checking.js';
import { WHOLE } from '../reports/run-end.js';

stopAfterAll();

let sites = 0;
/** An address of its own for each site, since they are checked side by side. */
const nextAddress = () => `127.0.30.${++sites}`;

/** Lines of its table at 80 columns: a report is as long as its news. */
function linesOf(report: Report): number {
  const writer = REPORTERS.table.create({ color: false, width: 80, reasons: false, many: false });
  return (writer.begin() + writer.report(report) + writer.end(WHOLE)).trimEnd().split('\n').length;
}

describe('the sites of the demo', () => {
  test.concurrent('dmz: everything of the phone system is found, and a DMZ suspected', async () => {
    const report = await checkSite(await startAt(nextAddress(), SITES.dmz), { profile: SITES.dmz.profile });
    expect(report.verdict).toBe('violation');
    expect(report.errors).toEqual([]);
    expect(linesOf(report)).toBeLessThanOrEqual(70);
    expect(rulesOf(report)).toEqual(['admin-interface-reachable', 'dmz-suspected', 'sip-open-to-world']);
    expect(countOf(report, 'admin-interface-reachable')).toBe(3);
    expect(countOf(report, 'sip-open-to-world')).toBe(7);
    expect(observationOf(report, 'webpro').identity).toMatchObject({ kind: 'nec-webpro', model: 'SL2100' });
    expect(observationOf(report, 'webpro').evidence.login).toBeDefined();
    expect(observationOf(report, 'dim').identity).toMatchObject({ kind: 'nec-dim' });
    expect(observationOf(report, 'sip-trunk', 'udp').identity).toMatchObject({ kind: 'nec-sip', model: 'SL2100' });
    expect(observationOf(report, 'nec-ip-phone', 'tcp').identity).toMatchObject({ kind: 'nec-phone-registration' });
  });

  test.concurrent('forwarded: as agreed, when the provider looks', async () => {
    const site = await startAt(nextAddress(), SITES.forwarded);
    const report = await checkSite(site, { profile: 'sip-trunk', source: 'provider' });
    expect(report).toMatchObject({ verdict: 'compliant', errors: [], vantage: { source: 'provider' } });
    expect(linesOf(report)).toBeLessThanOrEqual(20);
    expect(rulesOf(report)).toEqual([]);
    expect(observationOf(report, 'sip-trunk', 'udp')).toMatchObject({ state: 'open', reason: 'sip-response' });
  });

  test.concurrent('forwarded: SIP is open to the world, when an outsider looks', async () => {
    const report = await checkSite(await startAt(nextAddress(), SITES.forwarded), { profile: 'sip-trunk' });
    expect(report.verdict).toBe('violation');
    expect(rulesOf(report)).toEqual(['sip-open-to-world']);
  });

  test.concurrent('upnp: the router answers on the WAN, and WebPro is found', async () => {
    const report = await checkSite(await startAt(nextAddress(), SITES.upnp));
    expect(report.verdict).toBe('violation');
    expect(rulesOf(report)).toEqual(['admin-interface-reachable', 'nat-pmp-answers-on-wan', 'upnp-answers-on-wan']);
    expect(observationOf(report, 'upnp').evidence.ssdp?.length).toBeGreaterThan(1);
    expect(observationOf(report, 'nat-pmp').evidence.natPmp?.externalAddress).toBe('203.0.113.20');
  });
});

describe('the hostile site', () => {
  /** Everything that acts on a terminal or misleads the eye, except line ends. */
  // eslint-disable-next-line no-control-regex
  const UNSAFE = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/;

  test.concurrent('is judged like any other, and nothing that it sends reaches the output raw', async () => {
    const report = await checkSite(await startAt(nextAddress(), SITES.hostile), { timeoutMs: 1_000 });
    expect(report.verdict).toBe('violation');
    expect(report.errors).toEqual([]);
    expect(report.durationMs).toBeLessThan(50_000);
    expect(rulesOf(report)).toEqual([
      'admin-interface-reachable',
      'dmz-suspected',
      'forbidden-service-open',
      'foreign-service',
      'inside-device-answers-ssdp',
      'sip-open-to-world',
    ]);
    expect(observationOf(report, 'cti')).toMatchObject({ state: 'open', reason: 'reset-after-accept' });
    // The attack arrived, so it is our escaping that holds it.
    expect(UNSAFE.test(observationOf(report, 'webpro').evidence.http?.server ?? '')).toBe(true);
    expect(UNSAFE.test(observationOf(report, 'sip-trunk', 'udp').evidence.sip?.server ?? '')).toBe(true);
    expect(UNSAFE.test(observationOf(report, 'upnp').evidence.ssdp?.[0]?.server ?? '')).toBe(true);

    for (const reporter of Object.values(REPORTERS)) {
      for (const many of [false, true]) {
        for (const reasons of [false, true]) {
          const writer = reporter.create({ color: false, width: 80, reasons, many });
          const text = writer.begin() + writer.report(report) + writer.end(WHOLE);
          expect(text).toContain(report.target.address);
          // Spreadsheets want the mark at the beginning, and their line ends.
          const shown = reporter.id === 'csv' ? text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n') : text;
          expect(UNSAFE.exec(shown)).toBeNull();
          if (reporter.id !== 'json' && reporter.id !== 'ndjson') continue;
          const parsed = JSON.parse(text) as Report | Report[];
          expect(Array.isArray(parsed) ? parsed[0] : parsed).toEqual(report);
        }
      }
    }
  });
});

function countOf(report: Report, rule: string): number {
  return report.findings.filter((finding) => finding.rule === rule).length;
}
