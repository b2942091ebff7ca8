import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNamespace, must, type Namespace } from './namespace.js';
import { PBX, PBX6, renderRuleset, type RouterRules } from './ruleset.js';

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
  /** For the servers' files; removed with the site. */
  readonly directory: string;
  /** Configures the router anew. */
  configure(rules: RouterRules): Promise<void>;
  /** Sends from `address` from now on. */
  lookFrom(address: string): Promise<void>;
  close(): Promise<void>;
}

/** Builds a site; nothing leaves the three namespaces, which are joined only to each other. */
export async function buildSite(rules: RouterRules = {}): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-lab-'));
  const internet = await makeNamespace('internet');
  const router = await makeNamespace('router');
  const office = await makeNamespace('office');
  await must([
    'ip',
    'link',
    'add',
    'wan',
    'netns',
    internet.name,
    'type',
    'veth',
    'peer',
    'name',
    'wan',
    'netns',
    router.name,
  ]);
  await must([
    'ip',
    'link',
    'add',
    'lan',
    'netns',
    router.name,
    'type',
    'veth',
    'peer',
    'name',
    'lan',
    'netns',
    office.name,
  ]);
  await ip(internet, [
    'addr add 203.0.113.1/24 dev wan',
    `addr add ${OUTSIDE}/32 dev lo`,
    `addr add ${PROVIDER}/32 dev lo`,
    'addr add 2001:db8:1::1/64 dev wan nodad',
    'link set wan up',
    `route add ${PUBLIC}/32 dev wan src ${OUTSIDE}`,
    'route add 2001:db8:2::/64 via 2001:db8:1::2 dev wan',
  ]);
  await ip(router, [
    `addr add ${PUBLIC}/24 dev wan`,
    'addr add 2001:db8:1::2/64 dev wan nodad',
    `addr add ${GATEWAY}/24 dev lan`,
    'addr add 2001:db8:2::1/64 dev lan nodad',
    'link set wan up',
    'link set lan up',
    'route add default via 203.0.113.1',
    'route add default via 2001:db8:1::1',
  ]);
  await ip(office, [
    `addr add ${PBX}/24 dev lan`,
    `addr add ${PBX6}/64 dev lan nodad`,
    'link set lan up',
    `route add default via ${GATEWAY}`,
    'route add default via 2001:db8:2::1',
  ]);
  await must(inNamespace(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'));
  const configure = async (next: RouterRules) => {
    await must(inNamespace(router, 'nft', '-f', '-'), `flush ruleset\n${renderRuleset(next)}`);
  };
  await configure(rules);
  return {
    internet,
    router,
    office,
    directory,
    configure,
    lookFrom: (address) => ip(internet, [`route replace ${PUBLIC}/32 dev wan src ${address}`]),
    close: async () => {
      for (const namespace of [office, router, internet]) await namespace.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Runs lines of `ip` in a namespace. */
export async function ip({ name }: Namespace, lines: readonly string[]): Promise<void> {
  await must(['ip', '-n', name, '-batch', '-'], lines.join('\n'));
}

function inNamespace({ name }: Namespace, ...command: string[]): string[] {
  return ['ip', 'netns', 'exec', name, ...command];
}
