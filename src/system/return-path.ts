import type { LanInterface } from '../model/lan.js';
import { type DefaultRoutes, readDefaultRoutes } from './default-gateways.js';
import { areTogether, listLanInterfaces } from './lan-interfaces.js';
import { readProc } from './run-command.js';

/** What the kernel's check of return paths depends on. */
export interface ReturnPaths {
  readonly interfaces: readonly LanInterface[];
  readonly routes: DefaultRoutes;
  /** Names of the interfaces on which the check is strict. */
  readonly strict: readonly string[];
}

/**
 * Asks Linux whether it may drop what arrives because its answer would leave by another interface (`rp_filter`); null
 * where it does not, else why it may.
 */
export async function readReturnPath(): Promise<string | null> {
  const interfaces = listLanInterfaces();
  const names = [...new Set(interfaces.map(({ name }) => name))];
  if (names.length < 2) return null;
  const [all = 0, ...each] = await Promise.all(['all', ...names].map(readMode));
  // The greater of the two counts (ip-sysctl): 0 none, 1 strict, 2 loose.
  const strict = names.filter((_, index) => Math.max(all, each[index] ?? 0) === 1);
  return judgeReturnPaths({ interfaces, routes: await readDefaultRoutes(interfaces), strict });
}

async function readMode(name: string): Promise<number> {
  return Number(await readProc(`/proc/sys/net/ipv4/conf/${name}/rp_filter`));
}

/** Judges whether an answer may leave by another interface than the one at which a packet arrives, and it be dropped. */
export function judgeReturnPaths({ interfaces, routes, strict }: ReturnPaths): string | null {
  const ways = new Set([...routes.gateways.map((gateway) => gateway.interface), ...routes.direct]);
  const shared = interfaces.filter((one) =>
    interfaces.some((other) => other.name !== one.name && areTogether([one, other], one.address, other.address)),
  );
  const doubtful = new Set([...(ways.size > 1 ? ways : []), ...shared.map(({ name }) => name)]);
  const found = strict.find((name) => doubtful.has(name));
  return found === undefined
    ? null
    : `several interfaces lead to this network or the internet, and the kernel drops what arrives on ${found} where the answer would leave by another (rp_filter is strict): use one interface alone`;
}
