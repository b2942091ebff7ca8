import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Listener, TcpBehaviour } from './lab-server.js';
import { resetSocket } from '../net/sockets/tcp-socket.js';

/** A listening TCP port, with what it listens by and the connections that are open. */
export interface TcpListener extends Listener {
  readonly address: string;
  readonly server: Server;
  readonly connections: ReadonlySet<Socket>;
}

/** Connections that wait to be accepted; small, so that tests can fill it and have the port drop every SYN. */
const BACKLOG = 16;
const MAX_CONNECTIONS = 256;
const LIFETIME_MS = 120_000;

export interface TcpListenOptions {
  readonly backlog?: number;
  /** Called each time a connection has ended. */
  readonly onEnded?: (() => void) | undefined;
}

/**
 * Listens on one TCP port of `address` (0: the system chooses). At most 256 connections are served at a time,
 * each for at most two minutes. Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL …).
 */
export async function listenTcp(
  address: string,
  port: number,
  behaviour: TcpBehaviour,
  { backlog = BACKLOG, onEnded }: TcpListenOptions = {},
): Promise<TcpListener> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    const lifetime = setTimeout(() => socket.destroy(), LIFETIME_MS);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(lifetime);
      connections.delete(socket);
      onEnded?.();
    });
    behaviour(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, backlog }, resolve);
  });
  server.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    address,
    server,
    connections,
    stop() {
      if (server.listening) server.close();
      for (const socket of connections) resetSocket(socket);
      return closed;
    },
  };
}
