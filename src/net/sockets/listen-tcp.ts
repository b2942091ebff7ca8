import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Agenda } from '../../async/agenda.js';
import { type ReadEnd, type ReadLimits, SocketReader } from './conversation.js';
import { resetSocket } from './tcp-socket.js';
import type { Sender } from './udp-port.js';

/** What is read of a connection after its end, before it is reset. */
const MAX_IGNORED_BYTES = 64 * 1024;

/** How many connections may be open at once. Where they are all taken, the oldest is reset for a new one. */
export interface Room {
  readonly max: number;
  readonly sockets: Set<Socket>;
}

/** Creates the room that several listeners share. */
export function createRoom(max: number): Room {
  return { max, sockets: new Set() };
}

/** How to listen on a TCP port. */
export interface ListenTcpOptions {
  /** A literal, of one of our interfaces or of all. */
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Takes a connection, or resets it where it is not wanted. */
  readonly take: (socket: Socket) => void;
  /** Connections on this port, and on all ports that share a room. */
  readonly max: number;
  readonly room?: Room;
  /** After so long a connection is reset, whatever it does, ms. */
  readonly lifetimeMs: number;
}

/** A port that listens. */
export interface TcpListener {
  readonly port: number;
  /** Stops listening, and resets what is open. */
  close(): Promise<void>;
}

/**
 * Listens on one TCP port of one address. Rejects with the system's error (EADDRINUSE, EACCES,
 * EADDRNOTAVAIL …); after that nothing that others do is an error.
 */
export async function listenTcp(options: ListenTcpOptions): Promise<TcpListener> {
  const { address, port, take, max, room, lifetimeMs } = options;
  const own = createRoom(max);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // The connection may have gone while it waited to be accepted: then it has no address.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    take(socket);
    if (socket.destroyed) return;
    enter(socket, own);
    if (room) enter(socket, room);
    const lifetime = setTimeout(() => resetSocket(socket), lifetimeMs);
    socket.once('close', () => clearTimeout(lifetime));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: true, exclusive: true }, resolve);
  });
  server.removeAllListeners('error').on('error', () => {});
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of own.sockets) resetSocket(socket);
      }),
  };
}

function enter(socket: Socket, { sockets, max }: Room): void {
  for (const oldest of sockets) {
    if (sockets.size < max) break;
    sockets.delete(oldest);
    resetSocket(oldest);
  }
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

/** A connection that someone made to us. No method throws, whatever the other side does. */
export interface Accepted {
  readonly from: Sender;
  readonly send: (bytes: Uint8Array) => void;
  readonly read: (limits: ReadLimits) => Promise<{ readonly bytes: Buffer; readonly end: ReadEnd }>;
}

/** Takes connections by what is said on them; each is ended politely after that. */
export function serveTcp(agenda: Agenda, serve: (connection: Accepted) => Promise<void>): ListenTcpOptions['take'] {
  return (socket) => {
    const reader = new SocketReader(socket, agenda);
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const send = (bytes: Uint8Array): void => void (socket.writable && socket.write(bytes));
    serve({ from, send, read: (limits) => reader.read(limits) }).then(
      () => leave(socket),
      () => resetSocket(socket),
    );
  };
}

/** Ends our half, and throws away some of what still comes: a close with unread bytes would be a reset. */
function leave(socket: Socket): void {
  let bytes = 0;
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_IGNORED_BYTES) resetSocket(socket);
  });
  socket.resume();
  if (socket.writable) socket.end();
}
