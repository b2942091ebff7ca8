import type { Server } from 'node:net';
import { rangesContain, type AddressRange } from '../inputs/address-ranges.js';
import { siteOf } from './caller.js';

/** Lets one site have so many connections at once, tokens or not; proxies have as many as they need. */
export function limitConnections(server: Server, each: number, proxies: readonly AddressRange[]): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket;
    if (rangesContain(proxies, remoteAddress)) return;
    const site = siteOf(remoteAddress);
    const count = (open.get(site) ?? 0) + 1;
    open.set(site, count);
    socket.once('close', () => {
      const left = open.get(site)! - 1;
      if (left > 0) open.set(site, left);
      else open.delete(site);
    });
    if (count > each) socket.destroy();
  });
}
