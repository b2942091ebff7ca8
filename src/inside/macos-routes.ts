import { isIPv4 } from 'node:net';
import { type DefaultRoute, type DefaultRoutes, orderDefaultRoutes } from './default-routes.js';

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
    else if (words[0] === 'default' || words[0] === '0/1') routes.push(...readRoute(words, columns));
  }
  return orderDefaultRoutes(routes);
}

function readRoute(words: readonly string[], columns: readonly string[]): DefaultRoute[] {
  const read = (heading: string): string => words[columns.indexOf(heading)] ?? '';
  const [gateway, flags, name] = [read('Gateway'), read('Flags'), read('Netif')];
  const unusable = !flags.includes('U') || /[RB]/.test(flags);
  if (unusable || name === '') return [];
  const isGateway = words[0] === 'default' && flags.includes('G') && isIPv4(gateway);
  return [{ gateway: isGateway ? gateway : null, interface: name, metric: Number(flags.includes('I')) }];
}
