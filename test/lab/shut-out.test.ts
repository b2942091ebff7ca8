import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reportSchema, type Report } from '../../src/model/report.js';
import { standingOf } from '../../src/model/standing.js';
import { makeNamespace, must, type Namespace } from './namespace.js';
import { runSallyport } from './sallyport.js';

/*
 * Who could be shutting us out, and would we notice? Twenty sites of a kind at once, each an address of one machine that
 * has something open; what counts and refuses new flows does so for each of them by itself.
 */
const COUNT = 20;
const OUTSIDER = '198.51.100.2';

const REFUSALS = {
  drop: 'drop',
  reset: 'meta l4proto tcp reject with tcp reset; reject with icmp port-unreachable',
  port: 'reject with icmp port-unreachable',
  prohibited: 'reject with icmp admin-prohibited',
  host: 'reject with icmp host-unreachable',
} as const;
type Refusal = keyof typeof REFUSALS;

const KINDS = Object.keys(REFUSALS) as Refusal[];

/** The sites that ban by a kind of refusal: a range of addresses, as nft and sallyport write it. */
function sitesOf(kind: Refusal): { readonly first: string; readonly last: string } {
  const first = 2 + KINDS.indexOf(kind) * COUNT;
  return { first: `203.0.113.${first}`, last: `203.0.113.${first + COUNT - 1}` };
}

let internet: Namespace;
let sites: Namespace;

beforeAll(async () => {
  internet = await makeNamespace('internet');
  sites = await makeNamespace('sites');
  await must(['ip', '-n', internet.name, 'link', 'add', 'wan', 'type', 'veth', 'peer', 'wan', 'netns', sites.name]);
  const ip = async ({ name }: Namespace, ...lines: string[]) => {
    for (const line of lines) await must(['ip', '-n', name, ...line.split(' ')]);
  };
  await ip(internet, `addr add ${OUTSIDER}/32 dev lo`, 'addr add 203.0.113.1/24 dev wan', 'link set wan up');
  await ip(
    sites,
    ...Array.from({ length: KINDS.length * COUNT }, (_, index) => `addr add 203.0.113.${index + 2}/24 dev wan`),
    'link set wan up',
  );
  await ip(sites, `route add ${OUTSIDER}/32 via 203.0.113.1`);
  await ip(internet, `route replace 203.0.113.0/24 dev wan src ${OUTSIDER}`);
  // All refusals go to one outsider, to whom the kernel would send one a second for all sites together.
  await must(['ip', 'netns', 'exec', sites.name, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0']);
  await sites.start([process.execPath, 'test/lab/servers/pbx.js', 'pcpro', 'dim=60010'], ['tcp/8000', 'tcp/60010']);
});
afterAll(async () => {
  await sites?.remove();
  await internet?.remove();
});

/** How the sites are guarded. */
interface Guard {
  /** What is let in. */
  readonly open?: readonly number[];
  /** How all else is refused. */
  readonly refuse?: Refusal;
  /** After so many new flows all is refused, each site in its own way. */
  readonly banAfter?: number;
  /** New TCP connections a second that are let through, after a burst of 4. */
  readonly limit?: number;
  /** The first packet to each open port comes back as unreachable. */
  readonly stumbles?: boolean;
  readonly ping?: boolean;
}

async function guard({
  open = [],
  refuse = 'drop',
  banAfter,
  limit,
  stumbles = false,
  ping = true,
}: Guard): Promise<void> {
  const ports = open.length > 0 ? `tcp dport { ${open.join(', ')} }` : null;
  await must(
    ['ip', 'netns', 'exec', sites.name, 'nft', '-f', '-'],
    `flush ruleset
table inet guard {
  set busy { type ipv4_addr; flags dynamic, timeout; timeout 1m; }
  set banned { type ipv4_addr; flags dynamic, timeout; timeout 1m; }
  set paced { type ipv4_addr; flags dynamic, timeout; timeout 1m; }
  set tried { type ipv4_addr . inet_service; flags dynamic, timeout; timeout 1m; }
  ${KINDS.map((kind) => `chain by_${kind} { ${REFUSALS[kind]}; }`).join('\n  ')}
  chain refuse { ip daddr vmap { ${KINDS.map((kind) => `${sitesOf(kind).first}-${sitesOf(kind).last} : jump by_${kind}`).join(', ')} }; }
  chain arriving {
    type filter hook input priority 0; policy drop;
    iifname != "wan" accept
    ip daddr @banned jump refuse
    ${banAfter ? `ct state new add @busy { ip daddr limit rate over ${banAfter}/minute burst ${banAfter} packets } add @banned { ip daddr } jump refuse` : ''}
    ${limit ? `tcp flags syn / syn,ack add @paced { ip daddr limit rate over ${limit}/second burst 4 packets } drop` : ''}
    ct state established,related accept
    ${ping ? 'icmp type echo-request accept' : ''}
    ${ports && stumbles ? `${ports} add @tried { ip daddr . tcp dport limit rate 1/minute burst 1 packets } reject with icmp host-unreachable` : ''}
    ${ports ? `${ports} accept` : ''}
    ${REFUSALS[refuse]}
  }
}`,
  );
}

/** Checks the sites of some kinds at once. */
async function checkSites(kinds: readonly Refusal[] = ['drop']): Promise<Report[]> {
  const { code, stdout, stderr } = await runSallyport(internet, [
    ...['check', ...kinds.map(sitesOf).map(({ first, last }) => `${first}-${last}`), '--allow-special'],
    ...['--authorized-by', 'the lab', '--quiet', '--format', 'json'],
  ]);
  if (code === 2) throw new Error(stderr);
  return (JSON.parse(stdout) as unknown[]).map((report) => reportSchema.parse(report));
}

/** How many sites stand how. */
function tally(reports: readonly Report[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const report of reports) counts[standingOf(report)] = (counts[standingOf(report)] ?? 0) + 1;
  return counts;
}

const compliantOf = (reports: readonly Report[]) =>
  reports.filter(({ verdict }) => verdict === 'compliant').map(({ target }) => target.address);

describe('a ban after some new flows, by silence or a refusal of any kind, is never an all-clear', () => {
  test.each([2, 6, 12, 50])('after %i, at a site that drops all but PCPro', async (banAfter) => {
    await guard({ open: [8000], banAfter });
    expect(compliantOf(await checkSites(KINDS))).toEqual([]);
  });

  test.each([2, 6, 12])('after %i, before a port is asked that comes late', async (banAfter) => {
    await guard({ open: [60010], banAfter, ping: false });
    expect(compliantOf(await checkSites(KINDS))).toEqual([]);
  });
});

describe('a limit of new connections', () => {
  test.each([1, 2, 5, 10])('to %i a second at a site that refuses is never an all-clear', async (limit) => {
    await guard({ open: [8000], refuse: 'reset', limit });
    expect(compliantOf(await checkSites())).toEqual([]);
  });
});

test('an ICMP error that passes hides nothing', async () => {
  await guard({ open: [8000], refuse: 'reset', stumbles: true });
  expect(tally(await checkSites())).toEqual({ violation: COUNT });
});

describe('a sound site is compliant', () => {
  const sound: readonly Guard[] = [
    { refuse: 'drop' },
    { refuse: 'reset' },
    { refuse: 'port' },
    { refuse: 'prohibited' },
  ];

  test.each(sound)('that refuses by $refuse', async (kind) => {
    await guard(kind);
    expect(tally(await checkSites())).toEqual({ compliant: COUNT });
  });

  test('unless nothing answers, not even ping', async () => {
    await guard({ ping: false });
    expect(tally(await checkSites())).toEqual({ 'no-answer': COUNT });
  });
});

/** A way in which our own line fails. */
interface Failure {
  readonly name: string;
  readonly fail: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

describe('our own line, while PCPro is open everywhere', () => {
  const filter = (rule: string) =>
    must(
      ['ip', 'netns', 'exec', internet.name, 'nft', '-f', '-'],
      `flush ruleset
table inet own {
  chain leaving { type filter hook output priority 0; ${rule}; }
}`,
    );
  const open = () => must(['ip', 'netns', 'exec', internet.name, 'nft', 'flush', 'ruleset']);
  const route = (...line: string[]) => must(['ip', '-n', internet.name, 'route', 'replace', ...line]);
  const straight = () => route('203.0.113.0/24', 'dev', 'wan', 'src', OUTSIDER);
  const failures: readonly Failure[] = [
    { name: 'drops what leaves', fail: () => filter('ip daddr 203.0.113.0/24 drop'), mend: open },
    {
      name: 'refuses what leaves',
      fail: () => filter('ip daddr 203.0.113.0/24 reject with icmp admin-prohibited'),
      mend: open,
    },
    { name: 'leads nowhere', fail: () => route('blackhole', '203.0.113.0/24'), mend: straight },
    { name: 'has no route', fail: () => route('unreachable', '203.0.113.0/24'), mend: straight },
  ];

  test.each(failures)('$name: nothing is compliant, and nothing found', async ({ fail, mend }) => {
    await guard({ open: [8000] });
    await fail();
    try {
      const standing = tally(await checkSites());
      expect(Object.keys(standing).filter((key) => !['inconclusive', 'no-answer'].includes(key))).toEqual([]);
    } finally {
      await mend();
    }
    expect(tally(await checkSites())).toEqual({ violation: COUNT });
  });
});

describe('without IPv6 on this machine', () => {
  const sysctl = (value: number) =>
    must(['ip', 'netns', 'exec', internet.name, 'sysctl', '-qw', `net.ipv6.conf.all.disable_ipv6=${value}`]);

  test.each([
    ['that is switched off', 1],
    ['that has no route', 0],
  ])('%s: an IPv6 address is not judged, and an IPv4 address as usual', async (_name, disabled) => {
    await guard({ open: [8000] });
    await sysctl(disabled);
    try {
      const targets = ['2001:db8:7::2', sitesOf('drop').first];
      const { stdout } = await runSallyport(internet, [
        ...['check', ...targets, '--allow-special', '--quiet', '--format', 'json'],
      ]);
      const reports = (JSON.parse(stdout) as unknown[]).map((report) => reportSchema.parse(report));
      const verdicts = reports.map(({ target, verdict }) => [target.address, verdict]);
      expect(Object.fromEntries(verdicts)).toEqual({ [targets[0]!]: 'inconclusive', [targets[1]!]: 'violation' });
      const [blind] = reports.filter(({ target }) => target.address === targets[0]);
      expect(blind!.observations.map(({ reason }) => reason).filter((reason) => reason !== 'no-route')).toEqual([]);
    } finally {
      await sysctl(0);
    }
  });
});
