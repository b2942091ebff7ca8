import type { Socket } from 'node:dgram';
import { judgeErrno } from './errno.js';
import { createUdpSocket } from '../sockets/udp-socket.js';

/** Where a datagram came from. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

/** Reads from a datagram which exchange it answers; undefined where it is no answer of that protocol. */
export type Correlate = (bytes: Buffer, from: Sender) => string | undefined;

/** Takes a datagram that came in on a shared socket. */
export type Receiver = (bytes: Buffer, from: Sender) => void;

/**
 * The unconnected UDP sockets that all exchanges share. Unlike connected ones they hear answers that come from
 * another port or address than the one asked (and never hear of ICMP errors). One per family and local port.
 */
export class SharedUdp {
  readonly #sockets = new Map<string, Promise<Socket | null>>();
  readonly #ports = new WeakMap<Socket, number>();
  readonly #byEndpoint = new Map<string, Receiver>();
  readonly #byKey = new Map<string, Receiver>();
  readonly #correlates = new Map<Correlate, number>();

  /**
   * Binds a socket (port 0: any) once and keeps it; null where the system refuses it. A refusal is kept as well,
   * unless it comes from a shortage that may pass.
   */
  socket(family: 4 | 6, port: number): Promise<Socket | null> {
    const name = `${family}:${port}`;
    let socket = this.#sockets.get(name);
    if (!socket) {
      socket = bind(family, port, (localPort, bytes, from) => this.#route(localPort, bytes, from)).catch(
        (error: NodeJS.ErrnoException) => {
          if (judgeErrno(error.code, 'udp', true).reason === 'fd-limit') this.#sockets.delete(name);
          return null;
        },
      );
      this.#sockets.set(name, socket);
    }
    return socket;
  }

  /** Routes answers that come to `localPort` from exactly this endpoint; returns how to stop. */
  listen(localPort: number, from: Sender, receiver: Receiver): () => void {
    const name = nameRoute(localPort, from);
    this.#byEndpoint.set(name, receiver);
    return () => void (this.#byEndpoint.get(name) === receiver && this.#byEndpoint.delete(name));
  }

  /** Routes answers from anywhere that `correlate` reads as `key`; returns how to stop. */
  listenFor(correlate: Correlate, key: string, receiver: Receiver): () => void {
    this.#byKey.set(key, receiver);
    this.#correlates.set(correlate, (this.#correlates.get(correlate) ?? 0) + 1);
    return () => {
      if (this.#byKey.get(key) === receiver) this.#byKey.delete(key);
      const users = this.#correlates.get(correlate)! - 1;
      if (users > 0) this.#correlates.set(correlate, users);
      else this.#correlates.delete(correlate);
    };
  }

  /** The local port of a socket of ours; remembered, since asking the system for each datagram costs time. */
  portOf(socket: Socket): number {
    let port = this.#ports.get(socket);
    if (port === undefined) this.#ports.set(socket, (port = socket.address().port));
    return port;
  }

  /** Closes all sockets. */
  async close(): Promise<void> {
    for (const socket of await Promise.all(this.#sockets.values())) socket?.close();
    this.#sockets.clear();
  }

  #route(localPort: number, bytes: Buffer, from: Sender): void {
    const exact = this.#byEndpoint.get(nameRoute(localPort, from));
    if (exact) return exact(bytes, from);
    for (const correlate of this.#correlates.keys()) {
      const key = correlate(bytes, from);
      const receiver = key === undefined ? undefined : this.#byKey.get(key);
      if (receiver) return receiver(bytes, from);
    }
  }
}

function bind(
  family: 4 | 6,
  port: number,
  route: (localPort: number, bytes: Buffer, from: Sender) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createUdpSocket(family);
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, exclusive: true }, () => {
      socket.removeAllListeners('error').on('error', () => {});
      const { port: localPort } = socket.address();
      socket.on('message', (bytes, from) => route(localPort, bytes, from));
      enlargeBuffers(socket);
      resolve(socket);
    });
  });
}

function nameRoute(localPort: number, from: Sender): string {
  return `${localPort}|${from.address}|${from.port}`;
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(4 << 20);
    socket.setSendBufferSize(4 << 20);
  } catch {
    // The system's default serves as well, only with less room for bursts.
  }
}
