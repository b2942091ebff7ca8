import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findDisagreements } from './nmap.js';
import { checkFrom, observationOf } from './sallyport.js';
import { askForForward, startMiniupnpd, startPbx } from './servers/start.js';
import { buildSite, type Site } from './topology.js';

let site: Site;
beforeAll(async () => {
  site = await buildSite();
  await startPbx(site, ['webpro', 'pcpro', 'dim']);
  await startMiniupnpd(site);
});
afterAll(() => site.close());

test('a forward that somebody inside got by UPnP is found', async () => {
  const before = await checkFrom(site.internet);
  expect(before.code).toBe(0);

  expect(await askForForward(site, 8000, 'TCP')).toContain('is redirected to internal 192.168.1.10:8000');
  const { code, report } = await checkFrom(site.internet);
  expect(code).toBe(1);
  expect(observationOf(report, 'tcp/8000')).toMatchObject({ state: 'open', reason: 'syn-ack' });
  expect(report.findings).toContainEqual(expect.objectContaining({ severity: 'critical', endpoint: 'tcp/8000' }));
  expect(report.observations.filter(({ state }) => state === 'open')).toHaveLength(1);
  expect(await findDisagreements(site.internet, report)).toEqual([]);
});

test('that UPnP runs inside cannot be told from outside, and the report says so', async () => {
  const { report } = await checkFrom(site.internet);
  expect(observationOf(report, 'udp/1900').state).toBe('open|filtered');
  expect(report.undetermined).toContainEqual(expect.objectContaining({ what: expect.stringMatching(/UPnP/) }));
});
