import { type DefaultRoute, type DefaultRoutes, EVERYTHING, HALF, orderDefaultRoutes } from './default-routes.js';

/** Flags of a route (linux/route.h). */
const UP = 0x0001;
const GATEWAY = 0x0002;
const REJECT = 0x0200;

/**
 * Reads the default routes of /proc/net/route (net/ipv4/fib_trie.c). Addresses there are numbers as the processor
 * stores them: `0101A8C0` is 192.168.1.1 on a little-endian one.
 */
export function parseLinuxRoutes(text: string, endianness: 'LE' | 'BE'): DefaultRoutes {
  return orderDefaultRoutes(text.split('\n').flatMap((line) => readRoute(line, endianness) ?? []));
}

function readRoute(line: string, endianness: 'LE' | 'BE'): DefaultRoute | undefined {
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
