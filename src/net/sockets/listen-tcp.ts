import { createServer, type Socket } from 'node:net';
import { type Agenda, cancel } from '../scan/agenda.js';
import type { ReadEnd, ReadLimits } from './conversation.js';
import { resetSocket } from './reset-socket.js';
import { SocketReader } from './socket-reader.js';
import type { Sender } from '../scan/udp-shared.js';

/** What is read of a connection after its end, before it is reset. */
const MAX_IGNORED_BYTES = 64 * 1024;

/** A connection that somebody made to us. No method throws, whatever the other side does. */
export interface Accepted {
  readonly from: Sender;
  readonly send: (bytes: Uint8Array) => void;
  readonly read: (limits: ReadLimits) => Promise<{ readonly bytes: Buffer; readonly end: ReadEnd }>;
}

/** What a listener says on a connection, which is ended politely after that. */
export type Serve = (connection: Accepted) => Promise<void>;

/** How many connections may be open at once. Where they are all taken, the oldest is reset for a new one. */
export interface Room {
  readonly max: number;
  readonly sockets: Set<Socket>;
}

/** Creates the room that several listeners share. */
export function createRoom(max: number): Room {
  return { max, sockets: new Set() };
}

/** A port that listens. */
export interface TcpListener {
  readonly port: number;
  /** Stops listening, and resets what is open. */
  close(): Promise<void>;
}

/** How to listen on a TCP port. */
export interface ListenTcpOptions {
  /** A literal, of one of our interfaces. */
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly serve: Serve;
  readonly agenda: Agenda;
  /** Connections on this port. */
  readonly max: number;
  /** Connections on all ports that share it. */
  readonly room: Room;
  /** After so long a connection is reset, whatever it does, ms. */
  readonly lifetimeMs: number;
}

/**
 * Listens on one TCP port of one address. Rejects with the system's error (EADDRINUSE, EACCES,
 * EADDRNOTAVAIL …); after that nothing that others do is an error.
 */
export async function listenTcp(options: ListenTcpOptions): Promise<TcpListener> {
  const own = createRoom(options.max);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    // The connection may have gone while it waited to be accepted: then it has no address.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    enter(socket, own);
    enter(socket, options.room);
    void converse(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.address, port: options.port, exclusive: true }, resolve);
  });
  server.removeAllListeners('error').on('error', () => {});
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : options.port,
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

async function converse(socket: Socket, { agenda, serve, lifetimeMs }: ListenTcpOptions): Promise<void> {
  const end = agenda.in(lifetimeMs, () => resetSocket(socket));
  socket.once('close', () => cancel(end));
  const reader = new SocketReader(socket, agenda);
  const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  const send = (bytes: Uint8Array): void => void (socket.writable && socket.write(bytes));
  try {
    await serve({ from, send, read: (limits) => reader.read(limits) });
    leave(socket);
  } catch {
    resetSocket(socket);
  }
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
