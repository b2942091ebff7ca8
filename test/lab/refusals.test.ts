import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { findDisagreements } from './nmap.js';
import { checkFrom, statesBeside } from './sallyport.js';
import { ICMP_REFILL_MS, buildSite, type Site } from './topology.js';

let site: Site;
beforeAll(async () => {
  site = await buildSite();
});
afterAll(() => site.close());

/*
 * The router's kernel sends one ICMP error a second to one address, after a handful at once. So what is refused by
 * ICMP may stay silent now and then, which is the honest answer; it must never look open.
 */
describe('a router that refuses', () => {
  test('by TCP reset and ICMP: closed, compliant', async () => {
    await site.configure({ unsolicited: 'reset' });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(0);
    expect(report.verdict).toBe('compliant');
    const tcp = report.observations.filter(({ endpoint }) => endpoint.startsWith('tcp'));
    expect(new Set(tcp.map(({ state, reason }) => `${state}/${reason}`))).toEqual(new Set(['closed/conn-refused']));
    expect(statesBeside(report, 'closed/conn-refused', 'closed/port-unreach', 'open|filtered/no-response')).toEqual([]);
    expect(report.observations.filter(({ reason }) => reason === 'port-unreach').length).toBeGreaterThan(0);
    const tcpPart = await checkFrom(site.internet, ['-p', 'T:80,8000,5060,5963']);
    expect(await findDisagreements(site.internet, tcpPart.report)).toEqual([]);
  });

  test('by ICMP port unreachable for everything: closed or silent, compliant', async () => {
    await site.configure({ unsolicited: 'reject' });
    await sleep(ICMP_REFILL_MS);
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(0);
    expect(
      statesBeside(
        report,
        ...['closed/conn-refused', 'closed/port-unreach', 'filtered/no-response', 'open|filtered/no-response'],
      ),
    ).toEqual([]);
    expect(report.observations.filter(({ state }) => state === 'closed').length).toBeGreaterThan(2);
  });

  test('by ICMP host prohibited: filtered or silent, compliant', async () => {
    await site.configure({ unsolicited: 'prohibit' });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(0);
    expect(report.verdict).toBe('compliant');
    expect(statesBeside(report, 'filtered/host-unreach', 'filtered/no-response', 'open|filtered/no-response')).toEqual(
      [],
    );
    expect(report.observations.filter(({ reason }) => reason === 'host-unreach').length).toBeGreaterThan(0);
  });

  test('all that is not forwarded: the forward is seen among refusals', async () => {
    await site.configure({ unsolicited: 'reset', forwards: [{ transport: 'tcp', port: 8000 }] });
    const server = await site.office.start([process.execPath, 'test/lab/servers/pbx.js', 'pcpro'], ['tcp/8000']);
    const { code, report } = await checkFrom(site.internet);
    await server.stop();
    expect(code).toBe(1);
    expect(report.observations.filter(({ state }) => state === 'open').map(({ endpoint }) => endpoint)).toEqual([
      'tcp/8000',
    ]);
  });
});
