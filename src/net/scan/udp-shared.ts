import type { Socket } from 'node:dgram';
import { judgeErrno } from '../sockets/errno.js';
import { bindUdp, type ReceiveDatagram, type Sender } from '../sockets/udp-port.js';

/** Reads from a datagram which exchange it answers; undefined if it is not an answer of that protocol. */
export type Correlate = (bytes: Buffer, from: Sender) => string | undefined;

/**
 * The unconnected UDP sockets that all exchanges share. Unlike connected ones they hear answers that come from
 * another port or address than the one asked (and never hear of ICMP errors). One per family and local port.
 */
export class SharedUdp {
  readonly #sockets = new Map<string, Promise<Socket | null>>();
  readonly #ports = new WeakMap<Socket, number>();
  readonly #byEndpoint = new Map<string, ReceiveDatagram>();
  readonly #byKey = new Map<string, ReceiveDatagram>();
  readonly #correlates = new Map<Correlate, number>();

  /**
   * Binds a socket (port 0: any) once and keeps it; null if the system refuses it. A refusal is kept as well,
   * unless it comes from a shortage that may pass.
   */
  socket(family: 4 | 6, port: number): Promise<Socket | null> {
    const name = `${family}:${port}`;
    let socket = this.#sockets.get(name);
    if (!socket) {
      socket = this.#bind(family, port).catch((error: NodeJS.ErrnoException) => {
        if (judgeErrno(error.code, 'udp', true).reason === 'fd-limit') this.#sockets.delete(name);
        return null;
      });
      this.#sockets.set(name, socket);
    }
    return socket;
  }

  /** Routes answers that come to `localPort` from exactly this endpoint; returns how to stop. */
  listen(localPort: number, from: Sender, receiver: ReceiveDatagram): () => void {
    const name = nameRoute(localPort, from);
    this.#byEndpoint.set(name, receiver);
    return () => void (this.#byEndpoint.get(name) === receiver && this.#byEndpoint.delete(name));
  }

  /** Routes answers from anywhere that `correlate` reads as `key`; returns how to stop. */
  listenFor(correlate: Correlate, key: string, receiver: ReceiveDatagram): () => void {
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

  async #bind(family: 4 | 6, port: number): Promise<Socket> {
    const socket = await bindUdp({ family, port });
    const localPort = this.portOf(socket);
    socket.on('message', (bytes, from) => this.#route(localPort, bytes, from));
    enlargeBuffers(socket);
    return socket;
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
