import { describe, expect, test } from '@jest/globals';
import type { Gateway } from '../../../src/model/lan.js';
import type { SiteEvidence, SiteReport } from '../../../src/model/site.js';
import { compareSites } from '../../../src/site/compare-sites.js';
import { answer, profile } from '../../check/rules/build-survey.js';
import {
  bare,
  CANARIES,
  causes,
  check,
  evidence,
  igd,
  lan,
  mapping,
  NAT_PMP,
  outside,
  PBX,
  proofs,
  PUBLIC,
  report,
  router,
  sip,
  standIn,
  verdictOf,
} from './build-site.js';

/*
 * Places and ways that are not the ones that a judgement is about: another address, another router, another line,
 * another site.
 */

const texts = (site: SiteReport) => JSON.stringify([site.reachable, site.findings, site.undetermined]);
const ELSEWHERE = '192.168.1.23';

describe('a stand-in at another address than the phone system’s', () => {
  const away = { standIn: standIn({ address: ELSEWHERE }) };

  test.each([
    ['that was not told', null],
    ['that was told', PBX],
  ])('hears nothing of forwards to the one %s', (_, pbxAddress) => {
    const site = report(evidence({ ...away, pbxAddress }));
    expect(verdictOf(site)).toMatchObject({
      verdict: 'inconclusive',
      violations: [],
      blocking: ['Whether a forward leads to the phone system’s address'],
    });
    expect(texts(site)).toContain('--pbx-address');
  });

  test('does not prove that a required forward is missing', () => {
    const agreed = profile({ access: { 'sip-trunk': 'must' } });
    const required = (parts: Partial<SiteEvidence>) =>
      verdictOf(report(evidence({ ...parts, outside: outside({ check: check([], agreed) }) }), { profile: agreed }));
    expect(required({}).violations).toEqual(['forward-missing']);
    expect(required({ ...away, pbxAddress: null }).violations).toEqual([]);
  });

  test('is not taken for the phone system', () => {
    const gateway = igd([mapping('tcp/80')]);
    const site = report(evidence({ ...away, pbxAddress: null, lan: lan([gateway]) }));
    expect(texts(site)).not.toContain(`The phone system’s address is ${ELSEWHERE}`);
    expect(verdictOf(site).violations).toContain('mapping-to-nec-port');
  });
});

test('the maker’s port of a service that was moved has to be proved too', () => {
  const agreed = profile({ moved: { webpro: ['tcp/48080'] } });
  const moved = (leaveOut: readonly 'tcp/80'[]) => {
    const sent = proofs({ leaveOut });
    const own = sent.map((proof) => ({ ...proof, endpoint: 'tcp/48080' as const })).slice(0, 1);
    const bound = [...standIn().bound.filter((one) => !leaveOut.some((left) => left === one)), 'tcp/48080' as const];
    const seen = outside({ check: check([], agreed), proofs: [...sent, ...own] });
    return verdictOf(report(evidence({ standIn: standIn({ bound }), outside: seen }), { profile: agreed })).blocking;
  };
  expect(moved([])).toEqual([]);
  expect(moved(['tcp/80'])).toEqual(['Whether these are forwarded: tcp/80']);
});

describe('a vantage in the network of a named source', () => {
  const agreed = () => {
    const closed = profile({ sources: { provider: { title: 'The provider', cidrs: [] } } });
    const services = closed.services.map((service) =>
      service.id === 'sip-trunk' ? { ...service, access: { ...service.access, provider: 'may' as const } } : service,
    );
    return { ...closed, services };
  };
  const seen = (parts: Parameters<typeof outside>[0]) =>
    report(evidence({ outside: outside({ proofs: proofs({ arrived: ['udp/5060'] }), ...parts }) }), {
      profile: agreed(),
    });

  test('is judged as that source, though its check failed', () => {
    const failed = { check: null, problems: [{ part: 'check' as const, message: 'no answer' }] };
    expect(verdictOf(seen({ ...failed, source: 'provider' }))).toMatchObject({
      verdict: 'inconclusive',
      violations: [],
    });
    expect(verdictOf(seen(failed)).violations).toEqual(['forward-not-agreed']);
  });

  test('says nothing of what everybody else can reach', () => {
    const made = check([], agreed());
    const site = seen({ check: { ...made, vantage: { ...made.vantage, source: 'provider' } } });
    expect(site.verdict).toBe('compliant');
    expect(site.summary).toContain('what everyone else can reach was not checked');
    expect(report(evidence()).summary).not.toContain('everyone else');
  });
});

describe('a way out that is not the router’s', () => {
  const by = (address: string | null, parts: Partial<SiteEvidence> = {}) =>
    report(
      evidence({
        outside: outside({
          hops: [
            { ttl: 1, address },
            { ttl: 2, address: '203.0.113.254' },
          ],
        }),
        ...parts,
      }),
    );

  test('is a VPN, and what was seen through it says nothing', () => {
    const site = by('10.8.0.1');
    expect(verdictOf(site)).toMatchObject({ verdict: 'inconclusive', inconclusive: ['no-outside-view'] });
    expect(texts(site)).toContain('10.8.0.1');
    const tunnel = { name: 'tun0', address: '10.8.0.2', prefixLength: 24 };
    const interfaces = [{ name: 'eth0', address: PBX, prefixLength: 24 }, tunnel];
    expect(by('10.8.0.1', { lan: lan([router()], { interfaces }) }).verdict).toBe('inconclusive');
    const open = check([answer('tcp/80', 'nec-webpro'), answer('udp/5060', 'nec-sip')]);
    const hops = [{ ttl: 1, address: '10.8.0.1' }];
    expect(verdictOf(report(evidence({ outside: outside({ hops, check: open }) }))).violations).toEqual([]);
    const told = [{ part: 'vantage' as const, message: 'this machine sends from 10.8.0.2 there' }];
    expect(verdictOf(report(evidence({ outside: outside({ problems: told, check: open }) }))).violations).toEqual([]);
  });

  test('is none where the router answers by another address of the network, or keeps silent', () => {
    for (const address of ['192.168.1.1', '192.168.1.2', null]) expect(by(address).verdict).toBe('compliant');
  });
});

describe('a router with several lines', () => {
  const lines = (...addresses: string[]): Gateway => {
    const [first] = igd().connections;
    return { ...igd(), connections: addresses.map((externalAddress) => ({ ...first!, externalAddress })) };
  };
  const rules = (gateway: Gateway) => verdictOf(report(evidence({ lan: lan([gateway]) })));

  test('is judged by the one of the internet', () => {
    expect(rules(lines(PUBLIC, '10.20.30.40')).violations).toEqual(['upnp-on']);
    expect(rules(lines('100.64.1.2', PUBLIC)).violations).toEqual(['upnp-on']);
  });

  test('is in doubt where that one is not what was seen', () => {
    expect(rules(lines('10.20.30.40', '198.51.100.77'))).toMatchObject({ inconclusive: ['double-nat'] });
    expect(rules(lines('100.64.1.2', '198.51.100.77'))).toMatchObject({ inconclusive: ['double-nat'] });
  });
});

describe('no false culprit', () => {
  const web = answer('tcp/80', 'nec-webpro');
  const other = (parts: Parameters<typeof igd>[1], mapped = mapping('tcp/80')) =>
    igd([mapped], { address: '192.168.1.2', isDefault: false, ...parts });

  test('a mapping in a gateway that the traffic does not pass', () => {
    const gateways = [router(), other({ externalAddress: '192.168.1.99' })];
    const proved = outside({ proofs: proofs({ arrived: ['tcp/80'] }) });
    expect(causes(report(evidence({ lan: lan(gateways), outside: proved })))).toEqual({
      'tcp/80': 'proved static-forward',
    });
    expect(causes(report(bare({ lan: lan(gateways) }, { check: check([web]) })))).toEqual({
      'tcp/80': 'seen unexplained',
    });
  });

  test('one in a gateway that has the public address may be the way', () => {
    const gateways = [router(), other({ externalAddress: PUBLIC })];
    const proved = outside({ proofs: proofs({ arrived: ['tcp/80'] }) });
    expect(causes(report(evidence({ lan: lan(gateways), outside: proved })))).toEqual({
      'tcp/80': 'proved upnp-mapping',
    });
  });

  test('a mapping for another remote host than the vantage', () => {
    const seen = (remoteHost: string) => {
      const gateway = igd([mapping('tcp/80', { remoteHost })]);
      return causes(report(bare({ lan: lan([gateway]) }, { vantage: '198.51.100.9:8443', check: check([web]) })));
    };
    expect(seen('198.51.100.200')).toEqual({ 'tcp/80': 'seen unexplained' });
    expect(seen('198.51.100.9')).toEqual({ 'tcp/80': 'seen upnp-mapping' });
  });

  test('a router that could not be asked may hold a mapping', () => {
    const gateway = router({ problems: ['was not asked anything'] });
    const site = report(
      evidence({ lan: lan([gateway]), outside: outside({ proofs: proofs({ arrived: ['tcp/80'] }) }) }),
    );
    expect(causes(site)).toEqual({ 'tcp/80': 'proved unexplained' });
  });
});

test('a device that answers as another one is only known to be that where it was read to the end', () => {
  const media = {
    answers: [{ st: 'upnp:rootdevice', usn: 'uuid:2', server: null, location: null, from: '192.168.1.1' }],
    device: {
      ...{ deviceType: 'urn:schemas-upnp-org:device:MediaServer:1', friendlyName: 'Media', manufacturer: null },
      ...{ modelName: null, modelNumber: null },
    },
  };
  expect(report(evidence({ lan: lan([router(media)]) })).verdict).toBe('compliant');
  const broken = report(evidence({ lan: lan([router({ ...media, problems: ['a description broke off'] })]) }));
  expect(verdictOf(broken).blocking).toEqual([expect.stringContaining('Whether UPnP is on')]);
});

describe('two runs', () => {
  const compare = (before: SiteEvidence, after: SiteEvidence, later: Partial<SiteReport> = {}) => {
    const { findings, endpoints, sameSite } = compareSites(report(before), { ...report(after), ...later });
    const name = (list: typeof findings.gone) => list.map(({ rule }) => rule);
    return {
      ...{ gone: name(findings.gone), notKnown: name(findings.notKnown), sameSite },
      endpoints: Object.fromEntries(endpoints.map(({ endpoint, kind }) => [endpoint, kind])),
    };
  };
  const arrived = evidence({ outside: outside({ proofs: proofs({ arrived: ['tcp/80', ...CANARIES] }) }) });

  test('with the stand-in elsewhere prove nothing mended', () => {
    const after = evidence({ standIn: standIn({ address: ELSEWHERE }), pbxAddress: null });
    expect(compare(arrived, after)).toMatchObject({
      gone: [],
      notKnown: ['dmz-proved'],
      endpoints: { 'tcp/80': 'not-known' },
    });
    expect(compare(arrived, evidence())).toMatchObject({ gone: ['dmz-proved'], endpoints: { 'tcp/80': 'closed' } });
  });

  test('behind different public addresses, of no known client, are of different sites', () => {
    const after = evidence({ outside: outside({ address: '203.0.113.99' }) });
    const before = { ...arrived, lan: lan([igd([mapping('udp/5060')])]) };
    const { gone, endpoints, sameSite } = compare(before, after);
    expect({ gone, endpoints, sameSite }).toEqual({ gone: [], endpoints: { 'tcp/80': 'not-known' }, sameSite: false });
    const named = { client: 'acme' };
    expect(compareSites({ ...report(before), ...named }, { ...report(after), ...named }).sameSite).toBe(true);
  });

  test('do not tell since when a mapping of another site is there', () => {
    const seen = (address: string) =>
      evidence({
        lan: lan([igd([mapping('udp/5060')], { externalAddress: address })]),
        outside: outside({ address, proofs: proofs({ arrived: ['udp/5060'] }) }),
      });
    const since = (address: string) => report(seen(PUBLIC), { earlier: [report(seen(address))] }).reachable[0]?.since;
    expect(since(PUBLIC)).not.toBeNull();
    expect(since('203.0.113.99')).toBeNull();
  });

  test('of which the later one saw another line', () => {
    const open = bare({}, { check: check([answer('tcp/80', 'nec-webpro')]) });
    const hops = [{ ttl: 1, address: '10.8.0.1' }];
    const otherwise = [
      (parts: Partial<SiteEvidence>) => evidence({ outside: outside({ hops }), ...parts }),
      (parts: Partial<SiteEvidence>) =>
        evidence({ lan: lan([igd([], { externalAddress: '198.51.100.77' })]), ...parts }),
    ];
    for (const after of otherwise) {
      expect(compare(arrived, after({}))).toMatchObject({ gone: [], endpoints: { 'tcp/80': 'not-known' } });
      expect(compare(open, after({})).endpoints).toEqual({ 'tcp/80': 'not-known' });
    }
  });

  test('of which the later one asked other gateways', () => {
    const second = igd([mapping('udp/5060')], { address: '192.168.1.2', isDefault: false });
    expect(compare(evidence({ lan: lan([router(), second]) }), evidence({ lan: lan([igd()]) }))).toMatchObject({
      gone: [],
      notKnown: ['mapping-to-nec-port'],
    });
    expect(compare(evidence({ lan: lan([router(), second]) }), evidence())).toMatchObject({ gone: [] });
    const moved = evidence({ lan: lan([router({ address: '192.168.1.254' })]) });
    expect(compare(evidence({ lan: lan([igd()]) }), moved)).toMatchObject({ gone: [], notKnown: ['upnp-on'] });
  });

  test('of which the later one did not see the public address', () => {
    const before = evidence({ lan: lan([igd([], { externalAddress: '198.51.100.77' })]) });
    const blind = outside({ address: null, check: null, problems: [{ part: 'vantage', message: 'x' }] });
    expect(compare(before, evidence({ lan: lan([igd()]), outside: blind })).notKnown).toEqual(['double-nat']);
    expect(compare(before, evidence({ lan: lan([igd()]) })).gone).toEqual(['double-nat']);
  });

  test('of which the later one exchanged SIP on other ports', () => {
    const altered = sip(({ transport }) => (transport === 'udp' ? { state: 'altered' } : {}));
    const before = evidence({ outside: outside({ sip: altered }) });
    const after = evidence({ outside: outside({ sipPorts: { udp: 15060, tcp: 15060 } }) });
    expect(compare(before, after)).toMatchObject({ gone: [], notKnown: ['sip-alg'] });
    expect(compare(before, evidence()).gone).toEqual(['sip-alg']);
  });

  test('by another profile: a forward that is required no more is not mended', () => {
    const agreed = profile({ access: { 'sip-trunk': 'must' } });
    const before = report(evidence(), { profile: agreed });
    const { findings } = compareSites(before, { ...report(evidence()), profile: { name: 'x', digest: 'other' } });
    expect(findings.gone).toEqual([]);
    expect(findings.notKnown.map(({ rule }) => rule)).toContain('forward-missing');
  });

  test('of which the earlier one could not tell: what is found was not opened since', () => {
    const blind = outside({ check: null, proofs: [], problems: [{ part: 'proofs', message: 'x' }] });
    expect(compare(evidence({ outside: blind }), arrived).endpoints).toEqual({ 'tcp/80': 'found' });
    expect(compare(bare(), arrived).endpoints).toEqual({ 'tcp/80': 'found' });
    expect(compare(evidence(), arrived).endpoints).toEqual({ 'tcp/80': 'opened' });
  });

  test('of which the earlier one is of an older form', () => {
    const before = JSON.parse(JSON.stringify(report(arrived))) as {
      evidence: { lan: { firewall?: object }; outside: { hops?: object; sipPorts?: object } };
    };
    delete before.evidence.lan.firewall;
    delete before.evidence.outside.hops;
    delete before.evidence.outside.sipPorts;
    const old = before as unknown as SiteReport;
    expect(compareSites(old, report(evidence())).findings.gone.map(({ rule }) => rule)).toEqual(['dmz-proved']);
    expect(report(evidence({ lan: lan([router({ natPmp: NAT_PMP })]) }), { earlier: [old] }).verdict).toBe('violation');
  });
});
