import { isIPv4 } from 'node:net';
import { type DefaultRoute, type DefaultRoutes, EVERYTHING, HALF, orderDefaultRoutes } from './default-routes.js';

/**
 * Reads the active default routes of `route print -4` (Windows) in any language: rows of destination, mask, gateway,
 * interface and metric, where a gateway that is no address ("On-link", "Auf Verbindung") stands for none. Persistent
 * routes have no interface, and are no rows of this kind.
 */
export function parseWindowsRoutes(text: string): DefaultRoutes {
  return orderDefaultRoutes(text.split('\n').flatMap((line) => readRoute(line.trim().split(/\s+/, 16)) ?? []));
}

function readRoute(words: readonly string[]): DefaultRoute | undefined {
  const [destination, mask, ...rest] = words;
  const [gateway, name = '', metric = ''] = [rest.slice(0, -2).join(' '), ...rest.slice(-2)];
  const isDefault = destination === '0.0.0.0' && (mask === EVERYTHING || mask === HALF);
  if (!isDefault || !gateway || !isIPv4(name) || !/^\d{1,10}$/.test(metric)) return undefined;
  return { gateway: isIPv4(gateway) && mask === EVERYTHING ? gateway : null, interface: name, metric: Number(metric) };
}
