import { isIPv4 } from 'node:net';
import type { Hop } from '../model/site.js';
import { type CommandResult, runFirst, WINDOWS } from './run-command.js';

/** Hops that are asked for: the site's own router, and the two behind it. */
const HOPS = 3;

/** How each system's ping sends two requests that live for so many hops, and waits a second. */
const PINGS: Partial<Record<NodeJS.Platform, { files: readonly string[]; args: (ttl: number) => readonly string[] }>> =
  {
    linux: {
      files: ['/usr/bin/ping', '/bin/ping'],
      args: (ttl) => ['-n', '-c', '2', '-i', '0.3', '-W', '1', '-t', `${ttl}`],
    },
    darwin: { files: ['/sbin/ping'], args: (ttl) => ['-n', '-c', '2', '-W', '1000', '-m', `${ttl}`] },
    win32: { files: [`${WINDOWS}\\System32\\PING.EXE`], args: (ttl) => ['-n', '2', '-w', '1000', '-i', `${ttl}`] },
  };

/**
 * The routers next to us on the way to an address, by the system's ping: each answers a packet that dies there. `null`
 * for one that keeps silent; the list ends before the address itself. Empty if there is no ping, or it may not be
 * used.
 */
export async function readNextHops(address: string): Promise<Hop[]> {
  const ping = PINGS[process.platform];
  if (!ping || !isIPv4(address)) return [];
  const ask = (ttl: number) => runFirst(ping.files, [...ping.args(ttl), address]);
  const results = await Promise.all(Array.from({ length: HOPS }, (_, index) => ask(index + 1)));
  return listHops(results, address);
}

function listHops(results: readonly CommandResult[], target: string): Hop[] {
  const hops: Hop[] = [];
  for (const [index, result] of results.entries()) {
    if (result.kind !== 'ran') return [];
    const address = findHop(result.stdout, target);
    if (address === target) break;
    hops.push({ ttl: index + 1, address });
  }
  return hops.some((hop) => hop.address !== null) ? hops : [];
}

/**
 * Who answered by what ping printed, in whatever language: a router on the way, the target itself, or no one (null).
 * A line of an answer has the answerer first; macOS adds the head of the packet that died below it.
 */
function findHop(output: string, target: string): string | null {
  const lines = output.split(/\r?\n/, 200);
  for (const line of lines) {
    const [address] = (line.match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g) ?? []).filter(isIPv4);
    if (address !== undefined && address !== target) return address;
    // Linux: "64 bytes from TARGET: icmp_seq=1 ttl=…"; Windows says TTL= in every language.
    if (address === target && /\bttl=\d/i.test(line)) return target;
  }
  return null;
}
