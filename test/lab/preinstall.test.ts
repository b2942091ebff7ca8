import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { causesOf, faultsOf, preinstallAt, type Preinstalled, startVantage } from './preinstall.js';
import { type Forward, PBX, type RouterRules } from './ruleset.js';
import { askForForward, askForNatPmp, startMiniupnpd } from './servers/start.js';
import { buildSite, GATEWAY, MODEM, OUTSIDE, SECOND_ROUTER, type Site, type SiteOptions } from './topology.js';

/** miniupnpd takes the addresses of documents for private ones; this one exists within the namespaces only. */
const ADDRESS = '1.2.3.4';
const STAND_IN = ['--stand-in', '--pbx-address', PBX];
/** Sites that are looked at side by side: a run mostly waits. */
const AT_ONCE = 4;

/** A site and how it is looked at. */
interface Scenario {
  readonly rules?: RouterRules;
  readonly options?: SiteOptions;
  /** What is done at the site before. */
  readonly prepare?: (site: Site) => Promise<unknown>;
  readonly args?: readonly string[];
  readonly vantage?: false;
}

const TRUNK: Forward[] = [
  { transport: 'udp', port: 5060 },
  { transport: 'tcp', port: 8000 },
];

/** This machine's own firewall, as nft takes it: it lets in one of the two forwards. */
const OWN_FIREWALL =
  '{ chain in { type filter hook input priority 0; policy drop; ct state established accept; udp dport 5060 accept; iif lo accept; }; }';

/** What shows at a router that stays silent to everything else that it has not shut us out. */
const TEST_PORT = { transport: 'tcp', port: 47_123 } as const;

const SCENARIOS = {
  clean: { rules: { forwards: [TEST_PORT] }, args: [...STAND_IN, '--test-port', 'tcp/47123'] },
  'all silent': {},
  'a ban after 6 flows': { rules: { forwards: TRUNK, banAfter: 6 } },
  'a ban after 12 flows': { rules: { forwards: TRUNK, banAfter: 12 } },
  'a ban after 50 flows': { rules: { forwards: TRUNK, banAfter: 50 } },
  reject: { rules: { unsolicited: 'reject' } },
  'UPnP on and empty': { prepare: (site) => startMiniupnpd(site) },
  'a mapping to another host': {
    prepare: async (site) => {
      await startMiniupnpd(site, { secure: false });
      await askForForward(site, 8000, 'TCP', '192.168.1.20');
    },
  },
  'a mapping to the phone system': {
    prepare: async (site) => {
      await startMiniupnpd(site);
      await askForForward(site, 5060, 'UDP', PBX);
    },
  },
  'an injected mapping': {
    prepare: async (site) => {
      await startMiniupnpd(site, { secure: false });
      await askForForward(site, 8080, 'TCP', OUTSIDE);
    },
  },
  'NAT-PMP only': {
    prepare: async (site) => {
      await startMiniupnpd(site, { upnp: false });
      await askForNatPmp(site, 5060, 'udp');
    },
  },
  'static forwards': { rules: { forwards: TRUNK } },
  'the agreed forward': {
    rules: { forwards: [{ transport: 'udp', port: 5060 }] },
    args: [...STAND_IN, '--profile', 'sip-trunk', '--source', 'provider'],
  },
  'a DMZ': { rules: { dmz: true } },
  'two routers': { options: { modem: {} } },
  'another external address': { prepare: (site) => startMiniupnpd(site, { externalAddress: '1.2.3.5' }) },
  'a second router on the network': {
    options: { secondRouter: true },
    prepare: (site) => startMiniupnpd(site, { at: site.secondRouter!, externalAddress: '1.2.4.1' }),
  },
  'a firewall of our own': {
    rules: { forwards: TRUNK },
    prepare: (site) => site.office.run(['nft', 'add', 'table', 'inet', 'own', OWN_FIREWALL]),
  },
  'no vantage': { vantage: false },
  'a SIP ALG': { rules: { sipAlg: true } },
  'random ports': { rules: { randomPorts: true } },
} as const satisfies Record<string, Scenario>;
type Name = keyof typeof SCENARIOS;

const results = new Map<Name, Preinstalled | Error>();
const sites: Site[] = [];

beforeAll(async () => {
  const waiting = Object.entries<Scenario>(SCENARIOS);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, { rules, options, prepare, args = STAND_IN, vantage }] = next;
      const site = await buildSite(rules, { address: ADDRESS, ...options });
      sites.push(site);
      const look = async (): Promise<Preinstalled> => {
        const server = await startVantage(site);
        if (vantage === false) await server.stop();
        await prepare?.(site);
        return preinstallAt(site, args);
      };
      // One that fails is told by its own test.
      results.set(name as Name, await look().catch((error: Error) => error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}, 600_000);
afterAll(() => Promise.all(sites.map((site) => site.close())));

function resultOf(name: Name): Preinstalled {
  const result = results.get(name);
  if (!result) throw new Error(`${name} was not looked at`);
  if (result instanceof Error) throw result;
  return result;
}

describe('a router that is fit', () => {
  test.each(['clean', 'reject'] as const)('%s', (name) => {
    const { code, report } = resultOf(name);
    expect(faultsOf(report)).toEqual([]);
    expect(report.undetermined.filter(({ blocking }) => blocking)).toEqual([]);
    expect(report.reachable).toEqual([]);
    expect(report).toMatchObject({ verdict: 'compliant', summary: expect.stringMatching(/^fit to install/i) });
    expect(code).toBe(0);
    const { standIn, outside } = report.evidence;
    expect(standIn).toMatchObject({ address: PBX, unbound: [], firewall: { state: 'off' } });
    expect(outside).toMatchObject({ address: ADDRESS, scope: 'public', problems: [] });
    expect(outside?.proofs.filter(({ arrived }) => arrived)).toEqual([]);
    expect(outside?.proofs.filter(({ kind }) => kind === 'canary')).toHaveLength(6);
    expect(outside?.sip.map(({ state }) => state).filter((state) => state !== 'same')).toEqual([]);
    expect(outside?.nat).toMatchObject({ mapping: 'endpoint-independent', portPreserved: true, problem: null });
  });

  test('where the forward was agreed on and arrives', () => {
    const { code, report } = resultOf('the agreed forward');
    expect(faultsOf(report)).toEqual([]);
    expect(causesOf(report)).toEqual({ 'udp/5060': 'static-forward' });
    expect(code).toBe(0);
  });
});

test('where nothing answers at all, nothing is called shut: it may be that we are shut out', () => {
  const { code, report } = resultOf('all silent');
  expect(code).toBe(3);
  expect(faultsOf(report)).toEqual([]);
  const open = report.undetermined.filter(({ blocking }) => blocking);
  expect(open.map(({ what }) => what)).toContain('Whether more is forwarded than arrived');
  expect(JSON.stringify(open)).toContain('--test-port');
});

test.each(['a ban after 6 flows', 'a ban after 12 flows', 'a ban after 50 flows'] as const)(
  'a router that shuts out who asks too much is never called fit: %s',
  (name) => expect(resultOf(name).report.verdict).not.toBe('compliant'),
);

describe('the culprit is named:', () => {
  test('UPnP that is on, with an empty list that proves nothing', () => {
    const { code, report } = resultOf('UPnP on and empty');
    expect(code).toBe(1);
    expect(faultsOf(report)).toEqual(['upnp-on']);
    expect(report.reachable).toEqual([]);
    const [gateway] = report.evidence.lan.gateways;
    expect(gateway).toMatchObject({ address: '192.168.1.1', isDefault: true });
    expect(gateway?.connections).toMatchObject([
      { externalAddress: ADDRESS, mappings: [], list: { complete: true, why: null } },
    ]);
    expect(gateway?.natPmp).toMatchObject({ result: 0, externalAddress: ADDRESS });
    expect(gateway?.pcp).toMatchObject({ version: 2, result: 0 });
    expect(JSON.stringify(report.undetermined)).not.toMatch(/no forwards/i);
  });

  test('a UPnP mapping to another host', () => {
    const { code, report } = resultOf('a mapping to another host');
    expect(code).toBe(1);
    expect(faultsOf(report)).toContain('mapping-to-other-host');
    const [mapping] = report.evidence.lan.gateways[0]!.connections[0]!.mappings;
    expect(mapping).toMatchObject({ transport: 'tcp', externalPort: 8000, internalClient: '192.168.1.20' });
    expect(report.evidence.outside?.proofs.find(({ endpoint }) => endpoint === 'tcp/8000')?.arrived).toBe(false);
  });

  test('a UPnP mapping to the phone system', () => {
    const { code, report } = resultOf('a mapping to the phone system');
    expect(code).toBe(1);
    expect(faultsOf(report)).toContain('mapping-to-nec-port');
    expect(report.reachable).toMatchObject([
      { endpoint: 'udp/5060', basis: 'proved', cause: 'upnp-mapping', mapping: { internalClient: PBX } },
    ]);
  });

  test('an injected mapping', () => {
    const { code, report } = resultOf('an injected mapping');
    expect(code).toBe(1);
    expect(faultsOf(report)).toContain('mapping-injected');
  });

  test('NAT-PMP alone', () => {
    const { code, report } = resultOf('NAT-PMP only');
    expect(code).toBe(1);
    expect(faultsOf(report)).toContain('upnp-on');
    expect(report.evidence.lan.gateways[0]).toMatchObject({ connections: [], natPmp: { result: 0 } });
    expect(report.reachable).toMatchObject([{ endpoint: 'udp/5060', basis: 'proved', cause: 'nat-pmp' }]);
  });

  test('static forwards', () => {
    const { code, report } = resultOf('static forwards');
    expect(code).toBe(1);
    expect(faultsOf(report)).toEqual(['forward-not-agreed']);
    expect(causesOf(report)).toEqual({ 'tcp/8000': 'static-forward', 'udp/5060': 'static-forward' });
    expect(report.reachable.map(({ basis }) => basis)).toEqual(['proved', 'proved']);
  });

  test('a DMZ', () => {
    const { code, report } = resultOf('a DMZ');
    expect(code).toBe(1);
    expect(faultsOf(report)).toEqual(['dmz-proved']);
    const { proofs } = report.evidence.outside!;
    expect(proofs.filter(({ arrived }) => !arrived)).toEqual([]);
    expect([...new Set(report.reachable.map(({ cause }) => cause))]).toEqual(['dmz']);
  });

  test('a second router, by the next hop', () => {
    const { code, report } = resultOf('two routers');
    expect(code).toBe(3);
    expect(report.evidence.outside?.hops.slice(0, 2)).toEqual([
      { ttl: 1, address: GATEWAY },
      { ttl: 2, address: MODEM },
    ]);
    expect(faultsOf(report)).toEqual(['double-nat']);
    expect(JSON.stringify(report.findings)).toContain(MODEM);
  });

  test('another router on the network, found by searching it', () => {
    const { report } = resultOf('a second router on the network');
    expect(report.evidence.lan.gateways).toMatchObject([
      { address: GATEWAY, isDefault: true, connections: [] },
      { address: SECOND_ROUTER, isDefault: false, connections: [{ externalAddress: '1.2.4.1' }] },
    ]);
    expect(report.findings.map(({ rule }) => rule)).toContain('several-gateways');
  });

  test('a router with another external address than the one that is seen', () => {
    const { code, report } = resultOf('another external address');
    expect(code).toBe(1);
    expect(faultsOf(report)).toEqual(['double-nat', 'upnp-on']);
    expect(JSON.stringify(report.findings)).toContain('1.2.3.5');
  });

  test('a SIP ALG, by what it rewrites', () => {
    const { code, report } = resultOf('a SIP ALG');
    expect(code).toBe(1);
    expect(faultsOf(report)).toEqual(['sip-alg']);
    const invite = report.evidence.outside!.sip.find(
      ({ transport, direction, message }) => transport === 'udp' && direction === 'outward' && message === 'INVITE',
    );
    expect(invite?.state).toBe('altered');
    expect(invite?.differences.map(({ field }) => field)).toEqual(expect.arrayContaining(['Via', 'Contact']));
    expect(JSON.stringify(invite?.differences)).toContain(ADDRESS);
  });

  test('a NAT that gives each destination a port of its own', () => {
    const { report } = resultOf('random ports');
    expect(report.evidence.outside?.nat?.mapping).toBe('endpoint-dependent');
    expect(report.findings.map(({ rule }) => rule)).toContain('nat-unfriendly');
  });
});

test('where our own firewall may hide what is let in, nothing is called shut', () => {
  const { code, report } = resultOf('a firewall of our own');
  expect(code).toBe(1);
  expect(report.evidence.standIn?.firewall.state).toBe('on');
  // It admits udp/5060, so that is proved; tcp/8000 is forwarded too, and was stopped here.
  expect(causesOf(report)).toEqual({ 'udp/5060': 'static-forward' });
  const open = report.undetermined.filter(({ blocking }) => blocking).map(({ what }) => what);
  expect(open).toEqual(['Whether more is forwarded over TCP and UDP than arrived']);
});

test('without the vantage nothing is called fit, and what was seen inside is told', () => {
  const { code, report } = resultOf('no vantage');
  expect(code).toBe(3);
  expect(report.verdict).toBe('inconclusive');
  expect(faultsOf(report)).toContain('no-outside-view');
  expect(report.evidence.outside?.problems).toMatchObject([{ part: 'vantage' }]);
  expect(report.evidence.lan.gateways).toMatchObject([{ address: '192.168.1.1' }]);
});
