import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findDisagreements } from './nmap.js';
import { checkFrom, observationOf, rulesOf, statesBeside } from './sallyport.js';
import { startKamailio, startPbx } from './servers/start.js';
import { standingOf } from '../../src/model/standing.js';
import { buildSite, OUTSIDE, PROVIDER, type Site } from './topology.js';

let site: Site;
beforeAll(async () => {
  site = await buildSite();
  await startPbx(site, ['webpro', 'pcpro', 'dim', 'third-party', 'phones']);
  await startKamailio(site);
});
afterAll(() => site.close());

const SILENT = ['filtered/no-response', 'open|filtered/no-response'];

describe('a router that forwards nothing', () => {
  test('is compliant where it answers ping, before and after its services were asked once more', async () => {
    await site.configure({});
    const { code, report } = await checkFrom(site.internet);
    expect(report.verdict).toBe('compliant');
    expect(code).toBe(0);
    expect(statesBeside(report, ...SILENT)).toEqual([]);
    expect(report.liveness.echo).toEqual({ before: 'answered', after: 'answered' });
    expect(report.liveness.answers).toBe(0);
    expect(report.vantage.address).toBe(OUTSIDE);
    expect(report.durationMs).toBeGreaterThan(3000);
    // 8 s on a machine that does nothing else.
    expect(report.durationMs).toBeLessThan(12_000);
    expect(await findDisagreements(site.internet, report)).toEqual([]);
  });

  test('is NO ANSWER where it does not answer ping either, unless someone accepts that', async () => {
    await site.configure({ ping: false });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(3);
    expect(standingOf(report)).toBe('no-answer');
    expect(report.liveness.echo).toEqual({ before: 'silent', after: null });
    expect(report.durationMs).toBeLessThan(12_000);
    expect((await checkFrom(site.internet, ['--accept-silence', 'Ann'])).code).toBe(0);
  });

  test('is an outage where the profile requires a forward', async () => {
    await site.configure({});
    const { code, report } = await checkFrom(site.internet, ['--profile', 'sip-trunk', '--source', 'provider']);
    expect(report.verdict).toBe('violation');
    expect(code).toBe(1);
    expect(rulesOf(report)).toContain('required-unreachable');
  });
});

describe('single forwards', () => {
  test('of WebPro is a critical violation', async () => {
    await site.configure({ forwards: [{ transport: 'tcp', port: 80 }] });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(1);
    expect(report.findings).toContainEqual(expect.objectContaining({ severity: 'critical', endpoint: 'tcp/80' }));
    expect(observationOf(report, 'tcp/80')).toMatchObject({
      state: 'open',
      reason: 'syn-ack',
      identity: { kind: 'nec-webpro', model: 'SL2100', version: '03.10.50' },
    });
    expect(report.observations.filter(({ state }) => state === 'open')).toHaveLength(1);
    expect(await findDisagreements(site.internet, report)).toEqual([]);
  });

  test('of a moved WebPro is found where it is', async () => {
    await site.configure({ forwards: [{ transport: 'tcp', port: 8085, toPort: 80 }] });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(1);
    expect(observationOf(report, 'tcp/8085')).toMatchObject({ state: 'open', identity: { kind: 'nec-webpro' } });
    expect(rulesOf(report)).toContain('moved-admin-found');
  });

  test('of SIP to the world breaks the closed profile and is what the provider needs', async () => {
    await site.configure({ forwards: [{ transport: 'udp', port: 5060 }] });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(1);
    expect(rulesOf(report)).toContain('sip-open-to-world');
    expect(observationOf(report, 'udp/5060')).toMatchObject({
      state: 'open',
      reason: 'sip-response',
      identity: { kind: 'sip-server' },
      evidence: { sip: { status: 200, server: expect.stringContaining('kamailio') } },
    });

    const asProvider = await checkFrom(site.internet, ['--profile', 'sip-trunk', '--source', 'provider']);
    expect(asProvider.report.verdict).toBe('compliant');
    expect(asProvider.code).toBe(0);
  });

  test('of SIP to the provider alone passes from both sides', async () => {
    await site.configure({ forwards: [{ transport: 'udp', port: 5060, from: `${PROVIDER}/32` }] });
    const outside = await checkFrom(site.internet, ['--profile', 'sip-trunk']);
    expect(outside.code).toBe(0);
    expect(observationOf(outside.report, 'udp/5060')).toMatchObject({ state: 'open|filtered', reason: 'no-response' });

    await site.lookFrom(PROVIDER);
    try {
      const inside = await checkFrom(site.internet, ['--profile', 'sip-trunk', '--source', 'provider']);
      expect(inside.report.vantage.address).toBe(PROVIDER);
      expect(observationOf(inside.report, 'udp/5060').reason).toBe('sip-response');
      expect(inside.code).toBe(0);
    } finally {
      await site.lookFrom(OUTSIDE);
    }
  });

  test('are judged alike when one packet in twenty is lost', async () => {
    await site.configure({
      loss: 5,
      forwards: [
        { transport: 'tcp', port: 80 },
        { transport: 'udp', port: 5060 },
      ],
    });
    const { code, report } = await checkFrom(site.internet);
    expect(code).toBe(1);
    expect(observationOf(report, 'tcp/80').identity?.kind).toBe('nec-webpro');
    expect(observationOf(report, 'udp/5060').reason).toBe('sip-response');
    expect(report.observations.filter(({ state }) => state === 'open')).toHaveLength(2);
  });
});
