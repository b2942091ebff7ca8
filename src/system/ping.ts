import type { AskedState } from '../model/report.js';
import { runFirst, WINDOWS } from './run-command.js';

/** Where the program is, and how it is asked for two echoes. */
interface PingCommand {
  readonly files: readonly string[];
  readonly args: readonly string[];
}

/**
 * Asks an address for an echo by the system's own `ping`, which may send ICMP where we may not. Never rejects: `error`
 * where the system has no ping, or forbids it. An echo that takes longer than `withinMs` does not count: it tells
 * nothing of services whose answers were not awaited for so long.
 */
export async function askPing(address: string, withinMs: number): Promise<AskedState> {
  const command = COMMANDS[process.platform]?.(address);
  if (!command) return 'error';
  const result = await runFirst(command.files, command.args);
  if (result.kind !== 'ran') return 'error';
  if (readEcho(result.stdout, address, withinMs)) return 'answered';
  // Where no reply came it tells how many were lost, in any language; else it could not ask.
  return result.stdout.includes('%') ? 'silent' : 'error';
}

/** On Linux two a second are what any user may send. Nowhere is a name looked up. */
const COMMANDS: Partial<Record<NodeJS.Platform, (address: string) => PingCommand>> = {
  linux: (address) => ({
    files: ['/usr/bin/ping', '/bin/ping'],
    args: ['-n', '-c', '2', '-i', '0.5', '-W', '2', address],
  }),
  darwin: (address) =>
    address.includes(':')
      ? { files: ['/sbin/ping6'], args: ['-n', '-c', '2', '-i', '1', address] }
      : { files: ['/sbin/ping'], args: ['-n', '-c', '2', '-t', '3', address] },
  win32: (address) => ({ files: [`${WINDOWS}\\System32\\ping.exe`], args: ['-n', '2', '-w', '2000', address] }),
};

/**
 * Whether what `ping` printed shows an echo reply from the address itself, in any language: a line that names it and
 * has a hop limit or a time, none longer than `withinMs`. An error that a router on the way sent names the router. Total.
 */
export function readEcho(stdout: string, address: string, withinMs: number): boolean {
  const wanted = address.toLowerCase();
  return stdout.split('\n', 64).some((line) => {
    const text = line.slice(0, 512).toLowerCase();
    const names = text.split(/[\s()]+/).some((word) => word === wanted || word === `${wanted}:`);
    const time = /[=<]\s?(\d+)(?:[.,]\d+)?\s?ms/.exec(text);
    return names && (time ? Number(time[1]) <= withinMs : /\bttl[=:]\d/.test(text));
  });
}
