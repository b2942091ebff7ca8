import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNamespace, must, type Namespace } from './namespace.js';
import { PBX, PBX6, renderRuleset, type RouterRules } from './ruleset.js';

/** The kernel's allowance of ICMP errors to one address: six at once, and one more each second. */
export const ICMP_REFILL_MS = 7_000;

/** The customer's public address: the one that is checked. */
export const PUBLIC = '203.0.113.2';
/** An outsider's and the SIP provider's address. */
export const OUTSIDE = '198.51.100.2';
export const PROVIDER = '198.51.100.66';
/** The router's address in the office. */
export const GATEWAY = '192.168.1.1';

/** A customer's site and the internet in front of it: internet – router – office. */
export interface Site {
  readonly internet: Namespace;
  readonly router: Namespace;
  readonly office: Namespace;
  /** The other router, where there is one. */
  readonly secondRouter: Namespace | null;
  /** For the servers' files; removed with the site. */
  readonly directory: string;
  /** Configures the router anew. */
  configure(rules: RouterRules): Promise<void>;
  /** Sends from `address` from now on. */
  lookFrom(address: string): Promise<void>;
  close(): Promise<void>;
}

/** What a site has besides its router. */
export interface SiteOptions {
  /** The site's public address. */
  readonly address?: string;
  /** A second router, the provider's: it has the public address, and the router a private one. */
  readonly modem?: RouterRules;
  /** Another router on the office's network, through which nothing goes. */
  readonly secondRouter?: boolean;
}

/** The address of the second router of a site that has one. */
export const SECOND_ROUTER = '192.168.1.2';

/** The addresses between the two routers of a site that has two. */
export const MODEM = '192.168.0.1';
export const BEHIND_MODEM = '192.168.0.2';

/** Builds a site; nothing leaves its namespaces, which are joined only to each other. */
export async function buildSite(rules: RouterRules = {}, options: SiteOptions = {}): Promise<Site> {
  const { address = PUBLIC } = options;
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-lab-'));
  const internet = await makeNamespace('internet');
  const modem = options.modem ? await makeNamespace('modem') : null;
  const router = await makeNamespace('router');
  const office = await makeNamespace('office');
  const edge = modem ?? router;
  const provider = address.replace(/\d+$/, '1');
  await connect(internet, 'wan', edge, 'wan');
  if (modem) await connect(modem, 'lan', router, 'wan');
  await connect(router, 'lan', office, 'lan');
  await ip(internet, [
    `addr add ${provider}/24 dev wan`,
    `addr add ${OUTSIDE}/32 dev lo`,
    `addr add ${PROVIDER}/32 dev lo`,
    'addr add 2001:db8:1::1/64 dev wan nodad',
    'link set wan up',
    `route add ${address}/32 dev wan src ${OUTSIDE}`,
    'route add 2001:db8:2::/64 via 2001:db8:1::2 dev wan',
  ]);
  if (modem) {
    await ip(modem, [
      `addr add ${address}/24 dev wan`,
      `addr add ${MODEM}/24 dev lan`,
      'link set wan up',
      'link set lan up',
      `route add default via ${provider}`,
    ]);
  }
  await ip(router, [
    `addr add ${modem ? BEHIND_MODEM : address}/24 dev wan`,
    'addr add 2001:db8:1::2/64 dev wan nodad',
    `addr add ${GATEWAY}/24 dev lan`,
    'addr add 2001:db8:2::1/64 dev lan nodad',
    'link set wan up',
    'link set lan up',
    `route add default via ${modem ? MODEM : provider}`,
    'route add default via 2001:db8:1::1',
  ]);
  await ip(office, [
    `addr add ${PBX}/24 dev lan`,
    `addr add ${PBX6}/64 dev lan nodad`,
    'link set lan up',
    `route add default via ${GATEWAY}`,
    'route add default via 2001:db8:2::1',
  ]);
  const configure = (namespace: Namespace) => async (next: RouterRules) => {
    await must(inNamespace(namespace, 'nft', '-f', '-'), `flush ruleset\n${renderRuleset(next)}`);
  };
  for (const namespace of modem ? [modem, router] : [router]) {
    const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
    await must(inNamespace(namespace, 'sysctl', '-qw', ...forwarding));
  }
  if (modem && options.modem) await configure(modem)(options.modem);
  const secondRouter = options.secondRouter ? await addSecondRouter(router) : null;
  await configure(router)(rules);
  return {
    internet,
    router,
    office,
    secondRouter,
    directory,
    configure: configure(router),
    lookFrom: (source) => ip(internet, [`route replace ${address}/32 dev wan src ${source}`]),
    close: async () => {
      const others = [modem, secondRouter].flatMap((namespace) => namespace ?? []);
      for (const namespace of [office, router, ...others, internet]) await namespace.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Puts another router on the office's network: the first one's port becomes a switch. Its WAN leads nowhere. */
async function addSecondRouter(router: Namespace): Promise<Namespace> {
  const second = await makeNamespace('second');
  await connect(router, 'port2', second, 'lan');
  await connect(second, 'wan', second, 'nowhere');
  await ip(router, [
    'link set lan down',
    'link set lan name port1',
    'addr flush dev port1',
    'link add lan type bridge',
    ...['port1', 'port2'].flatMap((port) => [`link set ${port} master lan`, `link set ${port} up`]),
    `addr add ${GATEWAY}/24 dev lan`,
    'link set lan up',
  ]);
  await ip(second, [
    `addr add ${SECOND_ROUTER}/24 dev lan`,
    'addr add 1.2.4.1/24 dev wan',
    ...['lan', 'wan', 'nowhere'].map((name) => `link set ${name} up`),
    `route add default via ${GATEWAY}`,
  ]);
  await must(inNamespace(second, 'nft', '-f', '-'), renderRuleset({}));
  return second;
}

/** Joins two namespaces by a cable: a pair of interfaces. */
async function connect(one: Namespace, name: string, other: Namespace, otherName: string): Promise<void> {
  const end = [name, 'netns', one.name];
  const otherEnd = [otherName, 'netns', other.name];
  await must(['ip', 'link', 'add', ...end, 'type', 'veth', 'peer', 'name', ...otherEnd]);
}

/** Runs lines of `ip` in a namespace. */
export async function ip({ name }: Namespace, lines: readonly string[]): Promise<void> {
  await must(['ip', '-n', name, '-batch', '-'], lines.join('\n'));
}

function inNamespace({ name }: Namespace, ...command: string[]): string[] {
  return ['ip', 'netns', 'exec', name, ...command];
}
