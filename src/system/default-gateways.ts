import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';
import type { LanInterface } from '../model/lan.js';
import { readProc, runCommand, WINDOWS } from './run-command.js';

/** Flags of a route (linux/route.h). */
const UP = 0x0001;

const GATEWAY = 0x0002;

const REJECT = 0x0200;

/** The mask of a default route, and of one half of it: tunnels take two of these, which outrank any default route. */
const EVERYTHING = '0.0.0.0';

const HALF = '128.0.0.0';

const MAX_ROUTES = 16;

/**
 * Asks the system for its IPv4 default routes. Policy routing and routes of single programs are not seen.
 * @throws Error with a sentence, where the system cannot be asked
 */
export async function readDefaultRoutes(interfaces: readonly LanInterface[]): Promise<DefaultRoutes> {
  const read = READERS[process.platform];
  if (!read) throw new Error(`the default gateway cannot be found on this system (${process.platform}): name it`);
  return read(interfaces);
}

type Reader = (interfaces: readonly LanInterface[]) => Promise<DefaultRoutes>;

const READERS: Partial<Record<NodeJS.Platform, Reader>> = {
  linux: async () => parseLinuxRoutes(await readProc('/proc/net/route'), endianness()),
  darwin: async () => parseMacosRoutes(await readTable('/usr/sbin/netstat', ['-rn', '-f', 'inet'])),
  win32: async (interfaces) => {
    const routes = parseWindowsRoutes(await readTable(`${WINDOWS}\\System32\\route.exe`, ['print', '-4']));
    return nameInterfaces(routes, interfaces);
  },
};

async function readTable(file: string, args: readonly string[]): Promise<string> {
  const result = await runCommand(file, args);
  if (result.kind === 'ran' && result.code === 0) return result.stdout;
  if (result.kind === 'failed') throw new Error(result.problem);
  throw new Error(`${file} ${result.kind === 'missing' ? 'is not there' : `ended with code ${result.code}`}`);
}

/** Puts the interfaces' names where the table has only our addresses on them. */
function nameInterfaces({ gateways, direct }: DefaultRoutes, interfaces: readonly LanInterface[]): DefaultRoutes {
  const nameOf = (address: string) => interfaces.find((lan) => lan.address === address)?.name ?? address;
  return {
    gateways: gateways.map((gateway) => ({ ...gateway, interface: gateway.interface && nameOf(gateway.interface) })),
    direct: direct.map(nameOf),
  };
}

/** A router that the system sends to what is for the internet. */
export interface DefaultGateway {
  /** IPv4. */
  readonly address: string;
  /** Name of the interface; on Windows an address of ours on it, as its routing table has no names. */
  readonly interface: string | null;
}

/** The system's IPv4 default routes, best first. */
export interface DefaultRoutes {
  readonly gateways: readonly DefaultGateway[];
  /** Interfaces of tunnels and dial-up lines: routes without a gateway, and those that go round the default one. */
  readonly direct: readonly string[];
}

/** One default route, as a system's table has it. */
export interface DefaultRoute {
  /** Null if the route has no gateway of this network. */
  readonly gateway: string | null;
  readonly interface: string;
  /** The lower the better. */
  readonly metric: number;
}

/** Orders default routes by metric; equal ones keep the table's order. Repeated ones are told once. */
export function orderDefaultRoutes(routes: readonly DefaultRoute[]): DefaultRoutes {
  const ordered = [...routes].sort((a, b) => a.metric - b.metric);
  const gateways = new Map<string, DefaultGateway>();
  const direct = new Set<string>();
  for (const { gateway, interface: name } of ordered) {
    const shown = name.slice(0, 64);
    if (gateway === null) direct.add(shown);
    else if (isIPv4(gateway) && !gateways.has(gateway)) gateways.set(gateway, { address: gateway, interface: shown });
  }
  return { gateways: [...gateways.values()].slice(0, MAX_ROUTES), direct: [...direct].slice(0, MAX_ROUTES) };
}

/**
 * Reads the default routes of /proc/net/route (net/ipv4/fib_trie.c). Addresses there are numbers as the processor
 * stores them: `0101A8C0` is 192.168.1.1 on a little-endian one.
 */
export function parseLinuxRoutes(text: string, endianness: 'LE' | 'BE'): DefaultRoutes {
  return orderDefaultRoutes(text.split('\n').flatMap((line) => readLinuxRoute(line, endianness) ?? []));
}

function readLinuxRoute(line: string, endianness: 'LE' | 'BE'): DefaultRoute | undefined {
  const [name = '', destination, gateway = '', flagText = '', , , metric = '', mask = ''] = line.trim().split(/\s+/, 8);
  if (destination !== '00000000' || ![gateway, mask].every((hex) => /^[0-9A-Fa-f]{8}$/.test(hex))) return undefined;
  if (!/^[0-9A-Fa-f]{1,8}$/.test(flagText) || !/^\d{1,10}$/.test(metric)) return undefined;
  const flags = parseInt(flagText, 16);
  const reach = readAddress(mask, endianness);
  if (!(flags & UP) || flags & REJECT || (reach !== EVERYTHING && reach !== HALF)) return undefined;
  return {
    gateway: flags & GATEWAY && reach === EVERYTHING ? readAddress(gateway, endianness) : null,
    interface: name,
    metric: Number(metric),
  };
}

function readAddress(hex: string, endianness: 'LE' | 'BE'): string {
  const bytes = [...Buffer.from(hex, 'hex')];
  return (endianness === 'LE' ? bytes.reverse() : bytes).join('.');
}

/**
 * Reads the default routes of `netstat -rn -f inet` (macOS). The columns are found by their headings, as older systems
 * have more of them. A route of one interface alone (flag I) serves only what is bound to it, and so comes later.
 */
export function parseMacosRoutes(text: string): DefaultRoutes {
  let columns: readonly string[] = [];
  const routes: DefaultRoute[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/, 12);
    if (words[0] === 'Destination') columns = words;
    else if (words[0] === 'default' || words[0] === '0/1') routes.push(...readMacosRoute(words, columns));
  }
  return orderDefaultRoutes(routes);
}

function readMacosRoute(words: readonly string[], columns: readonly string[]): DefaultRoute[] {
  const read = (heading: string): string => words[columns.indexOf(heading)] ?? '';
  const [gateway, flags, name] = [read('Gateway'), read('Flags'), read('Netif')];
  const unusable = !flags.includes('U') || /[RB]/.test(flags);
  if (unusable || name === '') return [];
  const isGateway = words[0] === 'default' && flags.includes('G') && isIPv4(gateway);
  return [{ gateway: isGateway ? gateway : null, interface: name, metric: Number(flags.includes('I')) }];
}

/**
 * Reads the active default routes of `route print -4` (Windows) in any language: rows of destination, mask, gateway,
 * interface and metric, where a gateway that is not an address ("On-link", "Auf Verbindung") stands for none. Persistent
 * routes have no interface, and are not rows of this kind.
 */
export function parseWindowsRoutes(text: string): DefaultRoutes {
  return orderDefaultRoutes(text.split('\n').flatMap((line) => readWindowsRoute(line.trim().split(/\s+/, 16)) ?? []));
}

function readWindowsRoute(words: readonly string[]): DefaultRoute | undefined {
  const [destination, mask, ...rest] = words;
  const [gateway, name = '', metric = ''] = [rest.slice(0, -2).join(' '), ...rest.slice(-2)];
  const isDefault = destination === '0.0.0.0' && (mask === EVERYTHING || mask === HALF);
  if (!isDefault || !gateway || !isIPv4(name) || !/^\d{1,10}$/.test(metric)) return undefined;
  return { gateway: isIPv4(gateway) && mask === EVERYTHING ? gateway : null, interface: name, metric: Number(metric) };
}
