import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findDisagreements } from './nmap.js';
import { PBX6 } from './ruleset.js';
import { checkFrom, observationOf, rulesOf, statesBeside } from './sallyport.js';
import { startKamailio, startPbx } from './servers/start.js';
import { buildSite, type Site } from './topology.js';

let site: Site;
beforeAll(async () => {
  site = await buildSite();
  await startPbx(site, ['webpro', 'pcpro', 'dim', 'third-party', 'phones']);
  await startKamailio(site);
});
afterAll(() => site.close());

test('a firewall that lets nothing in is compliant', async () => {
  await site.configure({});
  const { code, report } = await checkFrom(site.internet, [], { target: PBX6 });
  expect(report.target.address).toBe(PBX6);
  expect(statesBeside(report, 'filtered/no-response', 'open|filtered/no-response')).toEqual([]);
  expect(code).toBe(0);
});

test('openings are found and identified', async () => {
  await site.configure({
    unsolicited: 'reset',
    forwards: [
      { transport: 'tcp', port: 80 },
      { transport: 'udp', port: 5060 },
    ],
  });
  const { code, report } = await checkFrom(site.internet, [], { target: PBX6 });
  expect(code).toBe(1);
  expect(observationOf(report, 'tcp/80').identity?.kind).toBe('nec-webpro');
  expect(observationOf(report, 'udp/5060').reason).toBe('sip-response');
  expect(observationOf(report, 'tcp/8000')).toMatchObject({ state: 'closed', reason: 'conn-refused' });
});

test('a PBX without a firewall is open altogether', async () => {
  await site.configure({ dmz: true });
  const { code, report } = await checkFrom(site.internet, [], { target: PBX6 });
  expect(code).toBe(1);
  expect(rulesOf(report)).toContain('dmz-suspected');
  expect(await findDisagreements(site.internet, report)).toEqual([]);
});
