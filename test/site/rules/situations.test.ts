import { describe, expect, test } from '@jest/globals';
import type { Gateway } from '../../../src/model/lan.js';
import type { HttpEvidence } from '../../../src/model/evidence.js';
import { answer, HTTP, profile, see } from '../../check/rules/build-survey.js';
import {
  bare,
  CANARIES,
  causes,
  check,
  ENDPOINTS,
  evidence,
  igd,
  item,
  lan,
  mapping,
  NAT_PMP,
  outside,
  PBX,
  proofs,
  report,
  router,
  sip,
  standIn,
  verdictOf,
} from './build-site.js';

const NOTHING = { violations: [], inconclusive: [], blocking: [] };
const texts = (site: ReturnType<typeof report>) => JSON.stringify([site.reachable, site.findings, site.undetermined]);
const finding = (site: ReturnType<typeof report>, rule: string) => site.findings.find((one) => one.rule === rule);

/** A router whose only connection needs a password, as remote configuration does. */
function locked(parts: Partial<Gateway> = {}): Gateway {
  const gateway = igd([], { list: { complete: false, why: 'it answers that it needs a password' } });
  return { ...gateway, connections: gateway.connections.map((one) => ({ ...one, needsPassword: true })), ...parts };
}

describe('a clean site', () => {
  test('with a stand-in is fit to install', () => {
    const site = report(evidence());
    expect(verdictOf(site)).toEqual({ verdict: 'compliant', ...NOTHING });
    expect(site.reachable).toEqual([]);
    expect(site.summary).toMatch(/^Fit to install/);
    expect(site.summary).not.toContain('--stand-in');
    expect(site.summary).toContain('checklist was not filled in');
  });

  test('is not known to be fit where nothing shows that the router had not shut us out', () => {
    const site = report(evidence({ outside: outside({ proofs: proofs({ vouched: false }) }) }));
    expect(verdictOf(site)).toMatchObject({
      ...{ verdict: 'inconclusive', violations: [], inconclusive: [] },
      blocking: expect.arrayContaining(['Whether more is forwarded than arrived']),
    });
    expect(texts(site)).toContain('--test-port');
    expect(texts(site)).not.toContain('proved');
  });

  test('is fit where a range of voice media that is not agreed was asked at some of its ports', () => {
    const isMedia = (endpoint: string) => /^udp\/100[2-8]\d$/.test(endpoint);
    const media = ENDPOINTS.filter(isMedia);
    const leaveOut = media.filter((_endpoint, index) => index % 9 > 0);
    expect(leaveOut.length).toBeGreaterThan(50);
    const site = report(evidence({ outside: outside({ proofs: proofs({ leaveOut }) }) }));
    expect(verdictOf(site)).toEqual({ verdict: 'compliant', ...NOTHING });
    const none = report(evidence({ outside: outside({ proofs: proofs({ leaveOut: media }) }) }));
    expect(none.verdict).toBe('inconclusive');
  });

  test('without one is not known to be, as nobody stands where a forward would lead', () => {
    const site = report(bare());
    expect(verdictOf(site)).toEqual({
      verdict: 'inconclusive',
      ...NOTHING,
      blocking: ['Whether a forward or a DMZ leads to the phone system’s address'],
    });
    expect(texts(site)).toContain('--stand-in');
    expect(texts(site)).toContain('Which static forwards the router 192.168.1.1 has');
  });

  test('seen from inside only, where the router answers nothing, is not known to be clean', () => {
    const site = report(evidence({ standIn: null, outside: null }), { kind: 'lan' });
    expect(verdictOf(site)).toEqual({
      ...NOTHING,
      verdict: 'inconclusive',
      blocking: ['Which ports the router 192.168.1.1 lets in'],
    });
    const doubt = site.undetermined.find(({ blocking }) => blocking);
    expect(doubt?.why).toMatch(/^It was asked by UPnP \(alone, and together with every device\), NAT-PMP/);
    expect(doubt?.why).toContain('cannot be seen from inside alone');
    const alone = report(evidence({ standIn: null, outside: null, lan: lan([router()], { multicast: false }) }), {
      kind: 'lan',
    });
    expect(texts(alone)).toContain('asked by UPnP (alone), NAT-PMP');
  });

  test('a media server in it tells no more of what it lets in', () => {
    const device = { ...igd().device!, deviceType: 'urn:schemas-upnp-org:device:MediaServer:1' };
    const seen = evidence({ standIn: null, outside: null, lan: lan([router({ device })]) });
    const site = report(seen, { kind: 'lan' });
    expect(site.verdict).toBe('inconclusive');
    expect(texts(site)).toContain('and did not answer as a gateway');
    expect(finding(site, 'upnp-on')?.effect).toBe('note');
  });

  test('seen from inside only, where the router answers that it opens nothing, says so', () => {
    const seen = evidence({ standIn: null, outside: null, lan: lan([locked()]) });
    const site = report(seen, { kind: 'lan' });
    expect(verdictOf(site)).toEqual({ verdict: 'compliant', ...NOTHING });
    expect(site.summary).toBe(
      'Nothing wrong was seen from inside. Run preinstall or check to find out what is let in from outside.',
    );
  });

  test('is no clean site once the run was cut off or a part crashed', () => {
    expect(report(evidence(), { interrupted: true }).verdict).toBe('inconclusive');
    const errors = [{ unit: 'lan/ssdp', message: 'no permission' }];
    const site = report(evidence({ lan: lan([router()], { errors }) }));
    expect(site.verdict).toBe('inconclusive');
    expect(site.errors).toEqual(errors);
    expect(site.summary).toContain('no permission');
  });
});

describe('UPnP', () => {
  test('on, with an empty list', () => {
    const site = report(evidence({ lan: lan([igd()]) }));
    expect(verdictOf(site)).toEqual({ ...NOTHING, verdict: 'violation', violations: ['upnp-on'] });
    expect(finding(site, 'upnp-on')?.severity).toBe('high');
    expect(finding(site, 'upnp-on')?.title).toContain('“Acme R7” (192.168.1.1)');
    expect(finding(site, 'upnp-on')?.remedy).toContain('restart the router');
    expect(site.summary).toMatch(/^Not fit to install: 1 thing to change: UPnP is on/);
  });

  test('a mapping of a port to another host names host, port and description', () => {
    const other = mapping('tcp/80', { internalClient: '192.168.1.50', description: 'IP Camera' });
    const seen = answer('tcp/80', 'web-server', { evidence: { http: { ...HTTP, server: 'GoAhead' } } });
    const site = report(evidence({ lan: lan([igd([other])]), outside: outside({ check: check([seen]) }) }));
    expect(verdictOf(site).violations).toEqual(['upnp-on', 'mapping-to-other-host']);
    expect(causes(site)).toEqual({ 'tcp/80': 'seen upnp-mapping' });
    expect(site.reachable[0]?.mapping).toEqual(other);
    expect(site.reachable[0]?.sentence).toContain('tcp/80 to 192.168.1.50:80 (“IP Camera”, permanent)');
    expect(finding(site, 'mapping-to-other-host')?.title).toContain('192.168.1.50 by UPnP');
  });

  test('a mapping to the phone system that lets a message in is proved', () => {
    const site = report(
      evidence({
        lan: lan([igd([mapping('udp/5060', { leaseSeconds: 600 })])]),
        outside: outside({ proofs: proofs({ arrived: ['udp/5060'] }) }),
      }),
    );
    expect(verdictOf(site).violations).toEqual(['upnp-on', 'mapping-to-nec-port']);
    expect(causes(site)).toEqual({ 'udp/5060': 'proved upnp-mapping' });
    expect(finding(site, 'mapping-to-nec-port')).toMatchObject({ severity: 'high', endpoint: 'udp/5060' });
    expect(finding(site, 'mapping-to-nec-port')?.seen).toContain('proved to let in');
  });

  test('an agreed port opened by a mapping is told, and less bad', () => {
    const agreed = profile({ access: { 'sip-trunk': 'may' } });
    const site = report(evidence({ lan: lan([igd([mapping('udp/5060')])]) }), { profile: agreed });
    expect(finding(site, 'mapping-to-nec-port')?.severity).toBe('medium');
  });

  test('a mapping of all ports counts for each', () => {
    const all = mapping('tcp/80', { externalPort: 0, internalPort: 0 });
    const arrived = outside({ proofs: proofs({ arrived: ['tcp/80', 'tcp/8000', 'tcp/41001', 'tcp/42002'] }) });
    const site = report(evidence({ lan: lan([igd([all])]), outside: arrived }));
    expect(verdictOf(site).violations).toEqual(['upnp-on', 'mapping-to-nec-port']);
    expect(finding(site, 'mapping-to-nec-port')).toMatchObject({ severity: 'critical', endpoint: null });
    expect(causes(site)['tcp/8000']).toBe('proved upnp-mapping');
  });

  test.each([
    ['an address of the internet', '198.51.100.99', 'critical'],
    ['the router itself', '192.168.1.1', 'critical'],
    ['the router itself', '127.0.0.1', 'critical'],
    ['another network', '10.9.8.7', 'high'],
    ['no device can have', '255.255.255.255', 'high'],
  ])('an injected mapping: %s (%s)', (why, internalClient, severity) => {
    const site = report(evidence({ lan: lan([igd([mapping('tcp/9999', { internalClient })])]) }));
    expect(verdictOf(site).violations).toEqual(['upnp-on', 'mapping-injected']);
    expect(finding(site, 'mapping-injected')).toMatchObject({ severity, endpoint: 'tcp/9999' });
    expect(finding(site, 'mapping-injected')?.seen).toContain(why);
  });

  test('an outer router’s clients are not called injected: its network is not ours', () => {
    const outer = igd([mapping('tcp/9999', { internalClient: '10.0.0.2' })], { address: '10.0.0.1', isDefault: false });
    expect(verdictOf(report(evidence({ lan: lan([router(), outer]) }))).violations).toEqual(['upnp-on']);
  });

  test('a mapping that two services of a gateway list is told once', () => {
    const gateway = igd([mapping('udp/5060')]);
    const twice = { ...gateway, connections: [...gateway.connections, ...gateway.connections] };
    expect(verdictOf(report(evidence({ lan: lan([twice]) }))).violations).toEqual(['upnp-on', 'mapping-to-nec-port']);
  });

  test('a mapping explains only what it can have let in', () => {
    const arrive = (mappings: ReturnType<typeof mapping>[], at: 'tcp/80' | 'tcp/8080' = 'tcp/80') =>
      report(
        evidence({
          lan: lan([igd(mappings)]),
          outside: outside({ proofs: proofs({ arrived: ['tcp/80'], at: { 'tcp/80': at } }) }),
        }),
      );
    const elsewhere = arrive([mapping('tcp/80', { internalClient: '192.168.1.50' })]);
    expect(causes(elsewhere)).toEqual({ 'tcp/80': 'proved static-forward' });
    expect(elsewhere.reachable[0]?.sentence).toContain('leads elsewhere: tcp/80 to 192.168.1.50');
    expect(causes(arrive([mapping('tcp/80', { remoteHost: '198.51.100.200' })]))).toEqual({
      'tcp/80': 'proved static-forward',
    });
    expect(causes(arrive([mapping('tcp/80', { enabled: false })]))).toEqual({ 'tcp/80': 'proved static-forward' });
    for (const remoteHost of ['198.51.100.9', '0.0.0.0', '', 'host.example.com'])
      expect(causes(arrive([mapping('tcp/80', { remoteHost })]))).toEqual({ 'tcp/80': 'proved upnp-mapping' });
    const two = [mapping('tcp/80'), mapping('tcp/80', { remoteHost: '198.51.100.9', internalPort: 8080 })];
    expect(arrive(two).reachable[0]?.mapping?.internalPort).toBe(80);
    expect(arrive(two, 'tcp/8080').reachable[0]?.mapping?.internalPort).toBe(8080);
  });

  test.each([
    '192.168.001.010',
    '192.168.1.10:8000',
    ' 192.168.1.10 ',
    '[192.168.1.10]:8000',
    '::ffff:192.168.1.10',
    'sl2100',
    'pbx.lan',
    // No client named: it may be anyone.
    '',
  ])('the phone system is known as %j too', (internalClient) => {
    const site = report(
      evidence({
        lan: lan([igd([mapping('tcp/8000', { internalClient })])]),
        outside: outside({ proofs: proofs({ arrived: ['tcp/8000'] }) }),
      }),
    );
    expect(verdictOf(site).violations).toEqual(['upnp-on', 'mapping-to-nec-port']);
    expect(finding(site, 'mapping-to-nec-port')).toMatchObject({ severity: 'critical', endpoint: 'tcp/8000' });
    expect(causes(site)).toEqual({ 'tcp/8000': 'proved upnp-mapping' });
  });

  test.each([
    ['192.168.001.050', 'mapping-to-other-host'],
    ['192.168.1.50:8000', 'mapping-to-other-host'],
    ['192.168.1.100', 'mapping-to-other-host'],
    ['198.051.100.009:80', 'mapping-injected'],
    ['192.168.001.001', 'mapping-injected'],
    ['127.0.0.1:80', 'mapping-injected'],
  ])('and others as well: %j', (internalClient, rule) => {
    const site = report(evidence({ lan: lan([igd([mapping('tcp/8000', { internalClient })])]) }));
    expect(verdictOf(site).violations).toEqual(['upnp-on', rule]);
  });

  test('a mapping of a range is judged for each service in it', () => {
    const range = mapping('tcp/5060', { externalPortLast: 8000 });
    const site = report(
      evidence({
        lan: lan([igd([range])]),
        outside: outside({ proofs: proofs({ arrived: ['tcp/8000'], at: { 'tcp/8000': 'tcp/8000' } }) }),
      }),
    );
    const found = site.findings.filter(({ rule }) => rule === 'mapping-to-nec-port');
    expect(found.map(({ endpoint }) => endpoint)).toEqual(
      expect.arrayContaining(['tcp/5060', 'tcp/5070', 'tcp/5963', 'tcp/8000']),
    );
    expect(found.find(({ endpoint }) => endpoint === 'tcp/8000')?.severity).toBe('critical');
    expect(found[0]?.seen).toContain('tcp/5060-8000 to 192.168.1.10');
    expect(causes(site)).toEqual({ 'tcp/8000': 'proved upnp-mapping' });
    const unlisted = report(evidence({ lan: lan([igd([mapping('tcp/7990', { externalPortLast: 8010 })])]) }));
    expect(
      unlisted.findings.filter(({ rule }) => rule === 'mapping-to-nec-port').map(({ endpoint }) => endpoint),
    ).toEqual(['tcp/8000', 'tcp/7990']);
  });

  test('a range of another device that takes ports of the phone system is told for those', () => {
    const range = mapping('tcp/7990', { externalPortLast: 8010, internalClient: '192.168.1.50' });
    const site = report(
      evidence({ lan: lan([igd([range, mapping('tcp/80', { externalPortLast: 90, enabled: false })])]) }),
    );
    const found = site.findings.filter(({ rule }) => rule === 'mapping-to-other-host');
    expect(found.map(({ endpoint, effect }) => [endpoint, effect])).toEqual([
      ['tcp/8000', 'violation'],
      [null, 'note'],
    ]);
    expect(found[1]?.title).toContain('also lists 1 mapping');
  });

  describe('many mappings', () => {
    const unlisted = Array.from({ length: 20 }, (_, n) => mapping(`udp/${30_001 + n}`));
    const tell = (mappings: ReturnType<typeof mapping>[], agreed?: Parameters<typeof profile>[0]) =>
      report(evidence({ lan: lan([igd(mappings)]) }), { profile: profile(agreed) }).findings.filter(({ rule }) =>
        rule.startsWith('mapping-to-'),
      );

    test('hide none that is worse, nor a port of the phone system', () => {
      const found = tell([...unlisted, mapping('udp/5060'), mapping('tcp/8000')]);
      expect(found.map(({ endpoint }) => endpoint).slice(0, 3)).toEqual(['tcp/8000', 'udp/5060', 'udp/30001']);
      expect(found).toHaveLength(12);
      expect(found[11]).toMatchObject({
        severity: 'high',
        endpoint: null,
        title: '11 more mappings lead to the phone system',
      });
      expect(found[11]?.matters).toContain('no one agreed to');
    });

    test('that are agreed make a sum that says so, and is no worse', () => {
      const media = Array.from({ length: 18 }, (_, n) => mapping(`udp/${10_020 + n}`));
      const found = tell(media, { access: { rtp: 'may' } });
      expect(new Set(found.map(({ severity }) => severity))).toEqual(new Set(['medium']));
      expect(found[11]?.title).toBe('7 more mappings lead to the phone system, on agreed ports');
      expect(found[11]?.matters).toMatch(/^The ports are agreed/);
      const mixed = tell([...media, ...unlisted.slice(0, 12)], { access: { rtp: 'may' } });
      expect(mixed[11]).toMatchObject({ severity: 'high' });
      expect(mixed[11]?.matters).toContain('does not allow 1 of them');
    });

    test('to another device, and planted ones, as well', () => {
      const elsewhere = (internalClient: string) =>
        Array.from({ length: 14 }, (_, n) => mapping(`udp/${10_020 + n}`, { internalClient }));
      const other = tell(elsewhere('192.168.1.50'), { access: { rtp: 'may' } });
      expect(other[11]).toMatchObject({ severity: 'medium', endpoint: null });
      expect(other[11]?.matters).toContain('a forward of that port cannot work');
      const planted = report(
        evidence({
          lan: lan([igd([...elsewhere('10.9.8.7'), mapping('tcp/8000', { internalClient: '198.51.100.9' })])]),
        }),
      );
      const severities = planted.findings
        .filter(({ rule }) => rule === 'mapping-injected')
        .map(({ severity }) => severity);
      expect(severities).toEqual(['critical', ...Array.from({ length: 11 }, () => 'high')]);
    });
  });

  test('mappings of other devices are a note', () => {
    const console_ = mapping('udp/3074', { internalClient: '192.168.1.77' });
    const off = mapping('tcp/80', { enabled: false });
    const site = report(evidence({ lan: lan([igd([console_, off])]) }));
    expect(verdictOf(site).violations).toEqual(['upnp-on']);
    const note = finding(site, 'mapping-to-other-host');
    expect(note).toMatchObject({ effect: 'note', severity: 'info' });
    expect(note?.seen).toContain('udp/3074 to 192.168.1.77:3074');
    expect(note?.seen).toContain('switched off');
  });

  test('a list that is not complete leaves a doubt, blocking without proof', () => {
    const gateway = igd([], { list: { complete: false, why: 'HTTP 500 at entry 3' } });
    const proved = report(evidence({ lan: lan([gateway]) }));
    const inferred = report(bare({ lan: lan([gateway]) }));
    for (const site of [proved, inferred]) expect(texts(site)).toContain('HTTP 500 at entry 3');
    expect(verdictOf(proved).blocking).toEqual([]);
    expect(verdictOf(inferred).blocking).toContainEqual(expect.stringContaining('Which other mappings'));
    const arrival = report(
      evidence({ lan: lan([gateway]), outside: outside({ proofs: proofs({ arrived: ['tcp/80'] }) }) }),
    );
    expect(causes(arrival)).toEqual({ 'tcp/80': 'proved unexplained' });
    expect(arrival.reachable[0]?.sentence).toContain('a mapping among those that could not be read');
  });

  test('a router that could not be asked is not known to keep silent', () => {
    const site = report(evidence({ lan: lan([router({ problems: ['It was not asked to the end.'] })]) }));
    expect(verdictOf(site)).toMatchObject({ verdict: 'inconclusive', violations: [] });
    expect(verdictOf(site).blocking[0]).toContain('Whether UPnP is on');
  });

  test('a media server in the router opens nothing', () => {
    const device = {
      deviceType: 'urn:schemas-upnp-org:device:MediaServer:1',
      friendlyName: 'Box',
      manufacturer: null,
      modelName: null,
      modelNumber: null,
    };
    const site = report(evidence({ lan: lan([router({ device })]) }));
    expect(site.verdict).toBe('compliant');
    expect(finding(site, 'upnp-on')?.effect).toBe('note');
  });

  test('that needs a password is a note, and leaves the lists of others complete', () => {
    for (const multicast of [true, false]) {
      const site = report(evidence({ lan: lan([locked()], { multicast }) }));
      expect(verdictOf(site)).toEqual({ verdict: 'compliant', ...NOTHING });
      expect(finding(site, 'upnp-on')).toMatchObject({ effect: 'note', severity: 'info' });
      expect(finding(site, 'upnp-on')?.title).toContain('only with a password');
    }
    const both = igd();
    const mixed = report(
      evidence({ lan: lan([{ ...both, connections: [...both.connections, ...locked().connections] }]) }),
    );
    expect(verdictOf(mixed)).toEqual({ ...NOTHING, verdict: 'violation', violations: ['upnp-on'] });
    expect(finding(mixed, 'upnp-on')?.seen).toContain('lists no mappings.');
    expect(texts(mixed)).not.toContain('needs a password');
  });

  test('that needs a password beside what could not be read is a doubt', () => {
    const site = report(bare({ lan: lan([locked({ problems: ['Its description at x could not be read.'] })]) }));
    expect(verdictOf(site).blocking).toContainEqual(expect.stringContaining('Which mappings'));
  });

  test('of a gateway without a connection is a note, where its description was read', () => {
    for (const multicast of [true, false]) {
      const site = report(evidence({ lan: lan([igd([], { connections: [] })], { multicast }) }));
      expect(verdictOf(site)).toEqual({ verdict: 'compliant', ...NOTHING });
      expect(finding(site, 'upnp-on')?.title).toContain('calls itself an Internet gateway, but opens no ports');
    }
    const beside = report(
      evidence({ lan: lan([router(), igd([], { connections: [], address: '192.168.1.2', isDefault: false })]) }),
    );
    expect(verdictOf(beside)).toEqual({ verdict: 'compliant', ...NOTHING });
    expect(beside.findings.map(({ rule }) => rule)).toEqual(['upnp-on']);
    const doubtful = [
      igd([], { connections: [], problems: ['Another description could not be read.'] }),
      igd([], { connections: [], device: null }),
      igd([], {
        connections: [],
        answers: [{ ...igd().answers[0]!, st: 'urn:schemas-upnp-org:service:WANIPConnection:1' }],
      }),
    ];
    for (const gateway of doubtful) {
      const site = report(bare({ lan: lan([gateway]) }));
      expect(verdictOf(site).violations).toEqual(['upnp-on']);
      expect(verdictOf(site).blocking).toContainEqual(expect.stringContaining('Which mappings'));
    }
  });

  test('of other devices alone, which cannot be read, is a note', () => {
    const answer = {
      ...igd().answers[0]!,
      st: 'urn:ses-com:device:SatIPServer:1',
      usn: 'uuid:2::urn:ses-com:device:SatIPServer:1',
    };
    expect(report(evidence({ lan: lan([router({ answers: [answer] })]) })).verdict).toBe('compliant');
  });

  test('a mapping is known since the first run that saw it without a break', () => {
    const held = mapping('udp/5060');
    const at = (day: number, gateway: ReturnType<typeof router>) =>
      report(evidence({ lan: lan([gateway]) }), { startedAt: `2026-11-0${day}T08:00:00.000Z` });
    const arrived = evidence({
      lan: lan([igd([{ ...held, description: 'renamed', leaseSeconds: 5 }])]),
      outside: outside({ proofs: proofs({ arrived: ['udp/5060'] }) }),
    });
    const since = (...earlier: ReturnType<typeof report>[]) => report(arrived, { earlier }).reachable[0]?.since;
    const unread = igd([], { list: { complete: false, why: null } });
    expect(since()).toBeNull();
    expect(since(at(1, igd([held])), at(2, igd()), at(3, igd([held])), at(4, unread), at(5, igd([held])))).toBe(
      '2026-11-03T08:00:00.000Z',
    );
    expect(since(at(1, igd([held])), at(2, igd()))).toBeNull();
    expect(since(at(1, igd([held])), at(2, router()))).toBe('2026-11-01T08:00:00.000Z');
  });
});

describe('NAT-PMP', () => {
  test('alone may be what lets in, with that doubt', () => {
    const site = report(
      evidence({
        lan: lan([router({ natPmp: NAT_PMP })]),
        outside: outside({ proofs: proofs({ arrived: ['udp/5060'] }) }),
      }),
    );
    expect(causes(site)).toEqual({ 'udp/5060': 'proved nat-pmp' });
    expect(site.reachable[0]?.sentence).toMatch(/a static forward, or a mapping created by NAT-PMP.*cannot be listed/);
    expect(verdictOf(site).violations).toEqual(['upnp-on', 'forward-not-agreed']);
    expect(finding(site, 'upnp-on')?.title).toContain('NAT-PMP is on');
  });

  test('in the UPnP list, as miniupnpd shows it', () => {
    const held = mapping('udp/5060', { description: 'NAT-PMP 5060 udp' });
    const seen = outside({ proofs: proofs({ arrived: ['udp/5060'] }) });
    const site = report(evidence({ lan: lan([igd([held], { natPmp: NAT_PMP })]), outside: seen }));
    expect(causes(site)).toEqual({ 'udp/5060': 'proved nat-pmp' });
    expect(finding(site, 'mapping-to-nec-port')?.title).toContain('NAT-PMP lets');
  });

  test('that refuses everybody is hardly a fault', () => {
    const site = report(evidence({ lan: lan([router({ natPmp: { ...NAT_PMP, result: 2 }, pcp: null })]) }));
    expect(finding(site, 'upnp-on')?.severity).toBe('low');
  });
});

describe('forwards', () => {
  const forwarded = (arrived: Parameters<typeof proofs>[0], gateway = router()) =>
    evidence({ lan: lan([gateway]), outside: outside({ proofs: proofs(arrived) }) });

  test('that nobody agreed to are proved and named static', () => {
    for (const gateway of [router(), igd()]) {
      const site = report(forwarded({ arrived: ['tcp/80', 'udp/5060'] }, gateway));
      expect(causes(site)).toEqual({ 'tcp/80': 'proved static-forward', 'udp/5060': 'proved static-forward' });
      expect(verdictOf(site).violations.filter((rule) => rule !== 'upnp-on')).toEqual([
        'forward-not-agreed',
        'forward-not-agreed',
      ]);
      expect(finding(site, 'forward-not-agreed')).toMatchObject({ severity: 'critical', endpoint: 'tcp/80' });
    }
  });

  test('that were agreed are no fault, and what is missing is', () => {
    const agreed = profile({ access: { 'sip-trunk': 'must', 'nec-ip-phone': 'must', rtp: 'may' } });
    const site = report(forwarded({ arrived: ['udp/5060', 'udp/10020'] }), { profile: agreed });
    expect(verdictOf(site).violations).toEqual(['forward-missing']);
    expect(finding(site, 'forward-missing')?.title).toContain('NEC IP phones');
    const all = report(forwarded({ arrived: ['udp/5060', 'udp/5080'] }), { profile: agreed });
    expect(verdictOf(all)).toEqual({ verdict: 'compliant', ...NOTHING });
  });

  test('of a whole range are told together', () => {
    const rtp = ENDPOINTS.filter((endpoint) => /^udp\/100/.test(endpoint));
    expect(verdictOf(report(forwarded({ arrived: rtp }))).violations).toEqual(['forward-not-agreed']);
  });

  test('of a range of which a part is missing', () => {
    const rtp = ENDPOINTS.filter((endpoint) => /^udp\/100[23]/.test(endpoint));
    const site = report(forwarded({ arrived: rtp }), { profile: profile({ access: { rtp: 'must' } }) });
    expect(finding(site, 'forward-missing')).toMatchObject({ severity: 'medium', endpoint: 'udp/10040' });
  });

  test('to another port', () => {
    const agreed = profile({ access: { webpro: 'may' }, moved: { webpro: ['tcp/48080'] } });
    const moved = (at: 'tcp/80' | 'tcp/8080') => ({
      ...evidence(),
      outside: outside({
        proofs: [
          ...proofs(),
          {
            ...proofs()[0]!,
            endpoint: 'tcp/48080' as const,
            arrived: true,
            arrivedAt: at,
            from: '198.51.100.9:4000',
          },
        ],
      }),
    });
    expect(verdictOf(report(moved('tcp/8080'), { profile: agreed })).violations).toEqual(['forward-to-wrong-port']);
    const translated = report(moved('tcp/80'), { profile: agreed });
    expect(translated.verdict).toBe('compliant');
    expect(finding(translated, 'forward-to-wrong-port')?.effect).toBe('note');
  });

  test('a required service without a stand-in is not known, as nothing would answer', () => {
    const agreed = profile({ access: { 'sip-trunk': 'must' } });
    const seen = { check: check([], agreed) };
    expect(seen.check.findings.map(({ rule }) => rule)).toContain('required-unreachable');
    const site = report(bare({}, seen), { profile: agreed });
    expect(verdictOf(site)).toMatchObject({ verdict: 'inconclusive', violations: [] });
    expect(verdictOf(site).blocking).toContainEqual(expect.stringContaining('SIP trunks is forwarded'));
    const pbx = { address: PBX, observations: [{ ...see('udp/5060', 'open'), service: 'sip-trunk' }] };
    const present = report(bare({ lan: lan([router()], { pbx }) }, seen), { profile: agreed });
    expect(verdictOf(present).violations).toEqual(['required-unreachable']);
  });
});

describe('DMZ', () => {
  const dmz = (gateway = router()) =>
    evidence({
      lan: lan([gateway]),
      outside: outside({
        proofs: proofs({ arrived: [...ENDPOINTS, ...CANARIES] }),
        check: check(ENDPOINTS.filter((one) => one.startsWith('tcp')).map((one) => see(one, 'open'))),
      }),
    });

  test('is proved by random ports, and told once', () => {
    const site = report(dmz());
    expect(verdictOf(site).violations).toEqual(['dmz-proved']);
    expect(new Set(Object.values(causes(site)))).toEqual(new Set(['proved dmz']));
    expect(finding(site, 'dmz-proved')).toMatchObject({ severity: 'critical', endpoint: null });
  });

  test('a mapping beside it still has its own say', () => {
    const site = report(dmz(igd([mapping('tcp/80')])));
    expect(verdictOf(site).violations).toEqual(['dmz-proved', 'upnp-on', 'mapping-to-nec-port']);
    expect(causes(site)).toMatchObject({ 'tcp/80': 'proved upnp-mapping', 'tcp/8000': 'proved dmz' });
  });

  test('of one transport explains nothing of the other', () => {
    const arrived = ['udp/43003', 'udp/5060', 'tcp/80'] as const;
    const site = report(evidence({ outside: outside({ proofs: proofs({ arrived }) }) }));
    expect(causes(site)).toEqual({ 'tcp/80': 'proved static-forward', 'udp/5060': 'proved dmz' });
    expect(finding(site, 'dmz-proved')?.seen).toContain('a wide range of ports instead');
  });

  test('without a stand-in is only consistent with one', () => {
    const open = (['tcp/80', 'tcp/8000', 'tcp/5963', 'tcp/8181'] as const).map((one) => see(one, 'open'));
    const site = report(bare({}, { check: check(open) }));
    expect(verdictOf(site).violations).toContain('dmz-suspected');
    expect(causes(site)['tcp/80']).toBe('seen unexplained');
    expect(site.reachable[0]?.sentence).toContain('--stand-in');
    expect(texts(site)).not.toContain('proved');
    const explained = igd(open.map(({ endpoint }) => mapping(endpoint)));
    expect(verdictOf(report(bare({ lan: lan([explained]) }, { check: check(open) }))).violations).not.toContain(
      'dmz-suspected',
    );
  });
});

describe('what answers, and not from the stand-in', () => {
  const page = (parts: Partial<HttpEvidence>) =>
    answer('tcp/80', 'web-server', { confidence: 'possible', evidence: { http: { ...HTTP, ...parts } } });
  const seen = (parts: Partial<HttpEvidence>, gateway = router()) =>
    report(evidence({ lan: lan([gateway]), outside: outside({ check: check([page(parts)]) }) }));

  test('the router, by the name that it has on both sides', () => {
    const site = seen({ title: 'Acme R7 login' }, igd());
    expect(causes(site)).toEqual({ 'tcp/80': 'seen router' });
    expect(site.reachable[0]?.sentence).toContain('the same as the router does from inside');
    expect(finding(site, 'forward-not-agreed')).toMatchObject({ severity: 'high' });
    expect(finding(site, 'forward-not-agreed')?.remedy).toContain('management from the internet');
  });

  test('most likely the router, where it is a foreign page', () => {
    expect(seen({ server: 'lighttpd' }).reachable[0]?.sentence).toContain('Most likely');
  });

  test('the phone system’s own page elsewhere is not the router’s', () => {
    const webpro = answer('tcp/80', 'nec-webpro');
    const site = report(evidence({ outside: outside({ check: check([webpro]) }) }));
    expect(causes(site)).toEqual({ 'tcp/80': 'seen unexplained' });
    expect(site.reachable[0]?.sentence).toContain('did not arrive');
  });

  test('without a stand-in a foreign page may be anybody’s', () => {
    const site = report(bare({}, { check: check([page({ server: 'lighttpd' })]) }));
    expect(causes(site)).toEqual({ 'tcp/80': 'seen unexplained' });
  });

  test('UPnP from the WAN is the router, and the check tells of it', () => {
    const ssdp = answer('udp/1900', 'upnp-gateway', {
      evidence: { ssdp: [{ st: 'x', usn: 'x', server: 'x', location: null }] },
    });
    const site = report(evidence({ outside: outside({ check: check([ssdp]) }) }));
    expect(causes(site)).toEqual({ 'udp/1900': 'seen router' });
    expect(verdictOf(site).violations).toEqual(['upnp-answers-on-wan']);
  });

  test('a datagram that somebody else answers', () => {
    const strange = proofs().map((proof) =>
      proof.endpoint === 'udp/5070' ? { ...proof, state: 'open' as const } : proof,
    );
    const site = report(evidence({ outside: outside({ proofs: strange }) }));
    expect(causes(site)).toEqual({ 'udp/5070': 'seen unexplained' });
    expect(site.verdict).toBe('violation');
  });
});

describe('traps of the look from outside', () => {
  test('a router that refuses everything is clean', () => {
    const refused = proofs({ state: 'closed' });
    const all = check(ENDPOINTS.map((endpoint) => see(endpoint, 'closed')));
    expect(verdictOf(report(evidence({ outside: outside({ proofs: refused, check: all }) }))).verdict).toBe(
      'compliant',
    );
  });

  test('a tarpit settles nothing, unless the stand-in did', () => {
    const open = ENDPOINTS.filter((one) => one.startsWith('tcp')).map((one) => see(one, 'open'));
    const trap = check([
      ...open,
      ...(['tcp/23456', 'tcp/34567', 'tcp/45678', 'tcp/2000'] as const).map((one) =>
        see(one, 'open', { probe: 'canary-tcp' }),
      ),
    ]);
    const tarpit = {
      ...trap,
      observations: trap.observations.filter((one) => !(one.probe === 'canary-tcp' && one.state === 'filtered')),
    };
    expect(report(bare({}, { check: tarpit })).verdict).toBe('inconclusive');
    const proved = report(evidence({ outside: outside({ check: tarpit }) }));
    expect(causes(proved)).toEqual({});
    expect(verdictOf(proved)).toMatchObject({ verdict: 'compliant', violations: [] });
  });

  test('a SIP helper’s handshake is no forward', () => {
    const mute = check([see('tcp/5060', 'open'), see('tcp/2000', 'open', { probe: 'canary-tcp' })]);
    const helped = {
      ...mute,
      observations: mute.observations.filter((one) => one.endpoint !== 'tcp/2000' || one.state === 'open'),
    };
    const site = report(evidence({ outside: outside({ check: helped }) }));
    expect(causes(site)).toEqual({});
    expect(site.findings.map(({ rule }) => rule)).toEqual(['sip-helper-handshake']);
    expect(site.verdict).toBe('compliant');
  });

  test('a check that could not see proves nothing', () => {
    const broken = check([see('tcp/80', 'open')]);
    const blind = {
      ...broken,
      vantage: { ...broken.vantage, control: { endpoint: 'x', before: 'silent' as const, after: null } },
    };
    const site = report(bare({}, { check: blind }));
    expect(verdictOf(site)).toMatchObject({
      verdict: 'inconclusive',
      violations: [],
      inconclusive: ['vantage-broken'],
    });
    expect(site.reachable).toEqual([]);
  });
});

describe('two routers, and the provider’s NAT', () => {
  test('a private external address', () => {
    const site = report(evidence({ lan: lan([igd([], { externalAddress: '192.168.0.2' })]) }));
    expect(verdictOf(site).violations).toEqual(['double-nat', 'upnp-on']);
    const natPmp = router({ natPmp: { ...NAT_PMP, externalAddress: '10.0.0.2' } });
    expect(verdictOf(report(evidence({ lan: lan([natPmp]) }))).violations).toContain('double-nat');
  });

  test('another public address than the one seen is a doubt', () => {
    const site = report(evidence({ lan: lan([igd([], { externalAddress: '198.51.100.77' })]) }));
    expect(finding(site, 'double-nat')).toMatchObject({ effect: 'inconclusive' });
    expect(finding(site, 'double-nat')?.seen).toContain('198.51.100.77');
  });

  test('one that is not known is told', () => {
    expect(texts(report(evidence()))).toContain('Whether another NAT is in front');
    expect(
      finding(report(evidence({ lan: lan([igd([], { externalAddress: '0.0.0.0' })]) })), 'double-nat'),
    ).toBeUndefined();
  });

  test('the next router on the way tells, where the first tells no address', () => {
    const next = (...addresses: (string | null)[]) =>
      report(
        evidence({ outside: outside({ hops: addresses.map((address, index) => ({ ttl: index + 1, address })) }) }),
      );
    const second = next('192.168.1.1', '192.168.0.1');
    expect(verdictOf(second)).toMatchObject({ verdict: 'inconclusive', inconclusive: ['double-nat'] });
    expect(finding(second, 'double-nat')?.title).toContain('Consistent with');
    expect(texts(next('192.168.1.1', '198.51.100.1'))).not.toContain('another NAT');
    for (const site of [next('192.168.1.1', '10.3.2.1'), next('192.168.1.1', null), next('192.168.1.1')]) {
      expect(site.verdict).toBe('compliant');
      expect(texts(site)).toContain('another NAT');
    }
    const told = outside({ hops: [{ ttl: 2, address: '192.168.0.1' }] });
    expect(finding(report(evidence({ lan: lan([igd()]), outside: told })), 'double-nat')).toBeUndefined();
  });

  test('CGNAT, from either side', () => {
    const inside = report(evidence({ lan: lan([igd([], { externalAddress: '100.64.3.4' })]) }));
    expect(verdictOf(inside).violations).toEqual(['cgnat', 'upnp-on']);
    const seen = report(
      bare({}, { address: '100.64.9.9', scope: 'cgnat', check: null, problems: [{ part: 'check', message: 'x' }] }),
    );
    expect(verdictOf(seen).violations).toEqual(['cgnat']);
    const needed = report(evidence({ lan: lan([igd([], { externalAddress: '100.64.3.4' })]) }), {
      profile: profile({ access: { 'sip-trunk': 'must' } }),
    });
    expect(finding(needed, 'cgnat')?.severity).toBe('high');
  });

  test('several default gateways, or another that acts as one', () => {
    const two = report(evidence({ lan: lan([router(), router({ address: '192.168.2.1' })]) }));
    expect(verdictOf(two)).toMatchObject({ verdict: 'inconclusive', inconclusive: ['several-gateways'] });
    const other = report(evidence({ lan: lan([router(), igd([], { address: '192.168.1.2', isDefault: false })]) }));
    expect(finding(other, 'several-gateways')?.effect).toBe('note');
  });

  test('none at all', () => {
    const site = report(evidence({ lan: lan([]) }));
    expect(verdictOf(site)).toMatchObject({ verdict: 'inconclusive', inconclusive: ['no-gateway-found'] });
    const arrival = report(evidence({ lan: lan([]), outside: outside({ proofs: proofs({ arrived: ['tcp/80'] }) }) }));
    expect(causes(arrival)).toEqual({ 'tcp/80': 'proved unexplained' });
  });
});

describe('the vantage', () => {
  test.each([
    [
      'unreachable',
      outside({
        address: null,
        scope: null,
        check: null,
        proofs: [],
        sip: [],
        nat: null,
        problems: [{ part: 'vantage', message: 'vantage.example.com refused the connection' }],
      }),
      'refused the connection',
    ],
    [
      'the check failed',
      outside({ check: null, problems: [{ part: 'check', message: 'cut off' }] }),
      'the check from outside',
    ],
    [
      'the proofs failed',
      outside({ proofs: [], problems: [{ part: 'proofs', message: 'cut off' }] }),
      'the proofs by the stand-in',
    ],
    ['no check, without a word', outside({ check: null }), 'it was not made'],
    ['no proofs, without a word', outside({ proofs: [] }), 'nothing was sent'],
    ['inside too', outside({ scope: 'private', address: '192.168.1.10' }), 'it is inside too'],
    ['of two addresses', outside({ address: '198.51.100.200' }), 'but we came from 198.51.100.200'],
  ] as const)('%s', (_name, seen, text) => {
    const site = report(evidence({ outside: seen }));
    expect(site.verdict).toBe('inconclusive');
    expect(verdictOf(site).inconclusive).toContain('no-outside-view');
    expect(`${finding(site, 'no-outside-view')?.title} ${finding(site, 'no-outside-view')?.seen}`).toContain(text);
    expect(site.summary).toMatch(/^Could not be verified: not seen from outside/);
  });

  test('nobody looked at all', () => {
    expect(verdictOf(report(evidence({ outside: null }))).inconclusive).toEqual(['no-outside-view']);
  });

  test('what was found inside stands all the same', () => {
    expect(report(evidence({ lan: lan([igd()]), outside: null })).verdict).toBe('violation');
  });
});

describe('SIP', () => {
  const seen = (messages: ReturnType<typeof sip>) => report(evidence({ outside: outside({ sip: messages }) }));

  test('altered is an ALG, with the difference', () => {
    const site = seen(
      sip(({ message, transport }) =>
        message === 'INVITE' && transport === 'udp'
          ? { state: 'altered', differences: [{ field: 'SDP c=', sent: '192.168.1.10', arrived: '203.0.113.7' }] }
          : {},
      ),
    );
    expect(verdictOf(site).violations).toEqual(['sip-alg']);
    expect(finding(site, 'sip-alg')).toMatchObject({ severity: 'high' });
    expect(finding(site, 'sip-alg')?.seen).toContain('SDP c= “192.168.1.10” became “203.0.113.7”');
  });

  test('an INVITE that is lost while OPTIONS passes is suspected', () => {
    const site = seen(sip(({ message }) => (message === 'INVITE' ? { state: 'lost' } : {})));
    expect(finding(site, 'sip-alg')).toMatchObject({ severity: 'medium' });
    expect(finding(site, 'sip-alg')?.title).toContain('consistent with');
  });

  test.each([
    ['nothing was exchanged', []],
    ['all of one transport was lost', sip(({ transport }) => (transport === 'udp' ? { state: 'lost' } : {}))],
    ['the INVITE was not sent', sip(({ message }) => (message === 'INVITE' ? { state: 'not-sent' } : {}))],
    ['TCP was not tried', sip(({ transport }) => (transport === 'tcp' ? { state: 'not-sent' } : {}))],
  ])('is not known where %s', (_name, messages) => {
    expect(verdictOf(seen(messages))).toMatchObject({ verdict: 'inconclusive', violations: [] });
  });

  test('a failed exchange is told once', () => {
    const site = report(
      evidence({ outside: outside({ sip: [], problems: [{ part: 'sip', message: 'no SIP ports' }] }) }),
    );
    expect(verdictOf(site).blocking).toHaveLength(1);
    expect(texts(site)).toContain('No SIP ports');
  });

  test('a hard NAT is noted', () => {
    const nat = {
      mapping: 'endpoint-dependent',
      portPreserved: false,
      mapped: [],
      binding: { heldSeconds: 20, lostSeconds: 40, triedSeconds: 120 },
      problem: null,
    } as const;
    const site = report(evidence({ outside: outside({ nat: { ...nat, mapped: [] } }) }));
    expect(site.verdict).toBe('compliant');
    expect(site.findings.map(({ rule }) => rule)).toEqual(['nat-unfriendly', 'nat-unfriendly']);
    const good = report(
      evidence({
        outside: outside({
          nat: { ...nat, mapping: 'none', mapped: [], binding: { ...nat.binding, lostSeconds: 90 } },
        }),
      }),
    );
    expect(good.findings).toEqual([]);
  });
});

describe('our own side', () => {
  test('a firewall that is on hides what arrives, even where something did', () => {
    for (const state of ['on', 'unknown'] as const) {
      const walled = standIn({ firewall: { state, detail: 'nftables has rules' } });
      const site = report(evidence({ standIn: walled }));
      expect(verdictOf(site)).toMatchObject({ verdict: 'inconclusive', violations: [] });
      expect(verdictOf(site).blocking).toEqual(['Whether more is forwarded over TCP and UDP than arrived']);
      const partly = report(
        evidence({ standIn: walled, outside: outside({ proofs: proofs({ arrived: ['tcp/80'] }) }) }),
      );
      expect(verdictOf(partly).blocking).toEqual(verdictOf(site).blocking);
    }
    const attested = standIn({ firewall: { state: 'attested-off', detail: 'said so' } });
    expect(report(evidence({ standIn: attested })).verdict).toBe('compliant');
  });

  test('what somebody else answers in our place is not proved shut', () => {
    const answered = proofs().map((proof): ReturnType<typeof proofs>[number] =>
      proof.endpoint === 'tcp/5060' ? { ...proof, state: 'open', reason: 'syn-ack' } : proof,
    );
    const site = report(evidence({ outside: outside({ proofs: answered }) }));
    expect(verdictOf(site)).toMatchObject({
      verdict: 'inconclusive',
      blocking: ['Whether these are forwarded: tcp/5060'],
    });
    expect(texts(site)).toContain('but not the stand-in');
  });

  test('a SIP exchange on other ports than 5060 does not rule an ALG out', () => {
    const site = report(evidence({ outside: outside({ sipPorts: { udp: 5060, tcp: 5062 } }) }));
    expect(verdictOf(site).blocking).toEqual(['Whether a SIP ALG changes SIP on port 5060']);
  });

  test('a router that was asked directly alone may have UPnP on', () => {
    const site = report(evidence({ lan: lan([router()], { multicast: false }) }));
    expect(site.verdict).toBe('inconclusive');
    expect(texts(site)).toContain('--no-multicast');
    expect(report(evidence({ lan: lan([igd()], { multicast: false }) })).verdict).toBe('violation');
  });

  test('answers of other gateways may have been kept away', () => {
    const walled = report(
      evidence({ lan: lan([router()], { firewall: { state: 'on', detail: 'nftables has rules' } }) }),
    );
    expect(walled.verdict).toBe('compliant');
    expect(texts(walled)).toContain('Whether there are other gateways on the network');
  });

  test('what could not be listened on is named with what to do', () => {
    const unbound = [
      { endpoint: 'tcp/80' as const, reason: 'privileged' as const, detail: 'ports below 1024' },
      { endpoint: 'udp/5060' as const, reason: 'taken' as const, detail: 'a softphone' },
      { endpoint: 'udp/1900' as const, reason: 'taken' as const, detail: 'SSDP' },
    ];
    const bound = standIn().bound.filter((one) => !unbound.some(({ endpoint }) => endpoint === one));
    const leaveOut = unbound.map(({ endpoint }) => endpoint);
    const site = report(
      evidence({ standIn: standIn({ bound, unbound }), outside: outside({ proofs: proofs({ leaveOut }) }) }),
    );
    expect(verdictOf(site)).toMatchObject({
      verdict: 'inconclusive',
      blocking: ['Whether these are forwarded: tcp/80', 'Whether these are forwarded: udp/5060'],
    });
    expect(texts(site)).toContain('could not listen there: ports below 1024.');
    expect(texts(site)).toContain('a softphone');
  });

  test('what the vantage could not send is not proved', () => {
    const site = report(evidence({ outside: outside({ proofs: proofs({ state: 'error' }) }) }));
    expect(site.verdict).toBe('inconclusive');
    expect(texts(site)).toContain('the vantage server could not send it');
    expect(texts(site)).toContain('Whether the router has a DMZ');
  });

  test('nothing is proved where the stand-in did not listen, or nothing was tried', () => {
    const unheard = standIn({ bound: standIn().bound.filter((endpoint) => endpoint !== 'udp/5060') });
    const untried = proofs().map((proof) => (proof.endpoint === 'udp/5060' ? { ...proof, tries: 0 } : proof));
    for (const site of [
      report(evidence({ standIn: unheard })),
      report(evidence({ outside: outside({ proofs: untried }) })),
    ])
      expect(verdictOf(site).blocking).toEqual(['Whether these are forwarded: udp/5060']);
  });

  test('without random ports a DMZ is not ruled out', () => {
    const site = report(evidence({ outside: outside({ proofs: proofs({ leaveOut: CANARIES }) }) }));
    expect(verdictOf(site).blocking).toEqual(['Whether the router has a DMZ or 1:1 NAT']);
  });
});

describe('the phone system and the checklist', () => {
  test('what it offers is noted, and what was not moved', () => {
    const pbx = { address: PBX, observations: [{ ...answer('tcp/80', 'nec-webpro'), service: 'webpro' }] };
    const agreed = profile({ moved: { webpro: ['tcp/48080'] } });
    const site = report(evidence({ standIn: null, outside: null, lan: lan([router()], { pbx }) }), {
      kind: 'lan',
      profile: agreed,
    });
    expect(verdictOf(site).violations).toEqual([]);
    expect(site.findings.map(({ rule, endpoint }) => [rule, endpoint])).toEqual([
      ['pbx-offers', 'tcp/80'],
      ['pbx-offers', null],
    ]);
  });

  test('refused items are violations, open ones are told', () => {
    const items = [
      item('refused', 'Installer password changed'),
      item('missing', 'Unused mailboxes off'),
      item('expired', 'VPN'),
      item('attested', 'Restriction'),
    ];
    const site = report(evidence({ checklist: { checklist: 'nec-sl', items } }));
    expect(verdictOf(site)).toMatchObject({ verdict: 'violation', violations: ['checklist-open'], blocking: [] });
    expect(finding(site, 'checklist-open')).toMatchObject({
      programs: ['90-02'],
      remedy: 'Change it in program 90-02.',
    });
    expect(texts(site)).toContain('Unused mailboxes off');
    const open = report(evidence({ checklist: { checklist: 'nec-sl', items: items.slice(1) } }));
    expect(open.verdict).toBe('compliant');
    expect(open.summary).toContain('2 items of the checklist are open');
  });
});

test('what has to be changed comes before doubts, and notes last', () => {
  const gateways = [igd([mapping('udp/3074', { internalClient: '192.168.1.77' })]), router({ address: '192.168.2.1' })];
  const altered = outside({ sip: sip(() => ({ state: 'altered' })) });
  const site = report(evidence({ lan: lan(gateways), outside: altered }));
  expect(site.findings.map(({ rule, effect }) => `${rule} ${effect}`)).toEqual([
    'upnp-on violation',
    'sip-alg violation',
    'several-gateways inconclusive',
    'mapping-to-other-host note',
  ]);
});

test('findings come as they are best mended', () => {
  const site = report(
    evidence({
      lan: lan([igd([mapping('tcp/8000')], { externalAddress: '192.168.0.2' })]),
      outside: outside({
        proofs: proofs({ arrived: ['tcp/8000', 'udp/43003', 'tcp/80'] }),
        sip: sip(() => ({ state: 'altered' })),
        problems: [{ part: 'check', message: 'cut off' }],
        check: null,
      }),
    }),
  );
  expect(site.findings.map(({ rule }) => rule)).toEqual([
    'double-nat',
    'dmz-proved',
    'upnp-on',
    'mapping-to-nec-port',
    'forward-not-agreed',
    'sip-alg',
    'no-outside-view',
  ]);
  expect(site.summary).toMatch(/^Not fit to install: 6 things to change, first: two NATs/);
});
