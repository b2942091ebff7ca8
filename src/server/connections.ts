import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { type AddressRange, rangesContain } from '../model/address-ranges.js';
import { networkOf, siteOf } from './caller.js';

/** How many connections a server has at once. */
export interface ConnectionLimits {
  /** In total. */
  readonly connections: number;
  /** From one address. */
  readonly addressConnections: number;
  /** The addresses (/64) that a /48 of IPv6 counts as. */
  readonly networkSites: number;
}

/** A connection, and whom it counts for. */
interface Connection {
  readonly socket: Socket;
  /** The site and the network that it comes from; none for a proxy, which has as many as it needs. */
  readonly groups: readonly string[];
}

/**
 * Bounds the connections at once: of one site, of one network, and in total, tokens or not. Where there is one too many,
 * the oldest that has no whole request under way gives way, so that those who hold connections open keep no one out;
 * where there is none, the new one does.
 */
export function limitConnections(server: Server, limits: ConnectionLimits, proxies: readonly AddressRange[]): void {
  const counts = new Map<string, number>();
  /** Those without a whole request, the oldest first, by where they come from. */
  const waiting = new Map<string, Connection>();
  const open = new Map<string, Connection>();
  const limitOf = (group: string) =>
    limits.addressConnections * (group.startsWith('network ') ? limits.networkSites : 1);

  const makeRoom = (own: string, belongs: (connection: Connection) => boolean): void => {
    for (const [key, connection] of waiting) {
      if (key === own || connection.socket.destroyed || !belongs(connection)) continue;
      waiting.delete(key);
      return void connection.socket.destroy();
    }
    open.get(own)?.socket.destroy();
  };

  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    const connection = { socket, groups: groupsOf(socket, proxies) };
    open.set(key, connection);
    waiting.set(key, connection);
    for (const group of connection.groups) counts.set(group, (counts.get(group) ?? 0) + 1);
    socket.once('close', () => {
      open.delete(key);
      waiting.delete(key);
      for (const group of connection.groups) {
        const left = counts.get(group)! - 1;
        if (left > 0) counts.set(group, left);
        else counts.delete(group);
      }
    });
    for (const group of connection.groups) {
      if (counts.get(group)! > limitOf(group)) return makeRoom(key, ({ groups }) => groups.includes(group));
    }
    if (open.size > limits.connections) makeRoom(key, () => true);
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const key = keyOf(request.socket);
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
    const begin = (): void => void waiting.delete(key);
    if (hasBody) request.once('end', begin);
    else begin();
    response.once('close', () => {
      request.off('end', begin);
      const connection = open.get(key);
      if (!connection || connection.socket.destroyed) return;
      // It is the newest now of those that wait for a request.
      waiting.delete(key);
      waiting.set(key, connection);
    });
  });
}

/** The same for a connection and for the TLS within it. */
function keyOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

function groupsOf({ remoteAddress = '' }: Socket, proxies: readonly AddressRange[]): string[] {
  if (rangesContain(proxies, remoteAddress)) return [];
  const [site, network] = [siteOf(remoteAddress), networkOf(remoteAddress)];
  return site === network ? [`site ${site}`] : [`site ${site}`, `network ${network}`];
}
