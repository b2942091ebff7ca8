import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { findDisagreements } from './nmap.js';
import { checkFrom, isCanary, observationOf, rulesOf } from './sallyport.js';
import { startKamailio, startPbx } from './servers/start.js';
import { buildSite, ICMP_REFILL_MS, type Site } from './topology.js';
import { compareEndpointIds } from '../../src/model/endpoint.js';
import type { Report } from '../../src/model/report.js';

let site: Site;
beforeAll(async () => {
  site = await buildSite({ dmz: true });
  await startPbx(site, ['webpro', 'pcpro', 'dim', 'third-party', 'phones']);
  await startKamailio(site);
});
afterAll(() => site.close());

const OPEN = [
  ...['tcp/80', 'tcp/5060', 'tcp/5070', 'tcp/5080', 'tcp/5963', 'tcp/8000'],
  ...['udp/5060', 'udp/5070', 'udp/5080'],
];

/** States without the canaries, whose ports are other ones each time. */
function servicesOf(report: Report): Record<string, string> {
  const seen = report.observations.filter((observation) => !isCanary(observation));
  return Object.fromEntries(seen.map(({ endpoint, state }): [string, string] => [endpoint, state]).sort());
}

describe('a PBX in the DMZ', () => {
  test('is suspected, with every service found and identified', async () => {
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(1);
    expect(rulesOf(report)).toContain('dmz-suspected');
    const open = report.observations.filter(({ state }) => state === 'open').map(({ endpoint }) => endpoint);
    expect(open.sort(compareEndpointIds)).toEqual(OPEN);
    expect(observationOf(report, 'tcp/80').identity?.kind).toBe('nec-webpro');
    expect(observationOf(report, 'tcp/5963').identity?.kind).toBe('nec-dim');
    expect(observationOf(report, 'udp/5070').identity?.kind).toBe('nec-sip');
    expect(observationOf(report, 'udp/5080').identity?.kind).toBe('nec-phone-registration');
    expect(observationOf(report, 'tcp/5060').identity?.kind).toBe('sip-server');
    const canaries = report.observations.filter(isCanary).map(({ state, reason }) => `${state}/${reason}`);
    expect([...new Set(canaries)].sort()).toEqual(['closed/conn-refused', 'closed/port-unreach']);
    expect(await findDisagreements(site.internet, report)).toEqual([]);
  });

  test('looks the same with few descriptors', async () => {
    const ports = ['-p', 'T:1-850,5060,5070,5080,5963,8000,U:5060,5070,5080'];
    const many = await checkFrom(site.internet, ports);
    const few = await checkFrom(site.internet, ports, { openFiles: 128 });
    expect(few.report.observations.length).toBeGreaterThan(850);
    expect(servicesOf(few.report)).toEqual(servicesOf(many.report));
    expect(few.report.errors).toEqual([]);
    expect(few.code).toBe(1);
  });

  test('looks the same when one packet in twenty is lost', async () => {
    const clean = await checkFrom(site.internet);
    await sleep(ICMP_REFILL_MS);
    await site.configure({ dmz: true, loss: 5 });
    try {
      const lossy = await checkFrom(site.internet);
      const expected = servicesOf(clean.report);
      const differing = Object.entries(servicesOf(lossy.report)).filter(([id, state]) => expected[id] !== state);
      // An ICMP error may be lost each time: then a closed UDP port looks silent, which claims nothing.
      expect(differing.filter(([id, state]) => !id.startsWith('udp/') || state !== 'open|filtered')).toEqual([]);
      expect(differing.length).toBeLessThanOrEqual(1);
      expect(rulesOf(lossy.report)).toContain('dmz-suspected');
    } finally {
      await site.configure({ dmz: true });
    }
  });
});
