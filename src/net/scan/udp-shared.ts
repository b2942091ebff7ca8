import type { Socket } from 'node:dgram';
import { judgeErrno } from '../sockets/errno.js';
import { FixedPort, type PortRequest, type PortUser } from '../sockets/fixed-port.js';
import { bindUdp, enlargeBuffers, type ReceiveDatagram, type Sender } from '../sockets/udp-port.js';

/** Reads from a datagram which exchange it answers; undefined if it is not an answer of that protocol. */
export type Correlate = (bytes: Buffer, from: Sender) => string | undefined;

/**
 * The unconnected UDP sockets that all exchanges share. Unlike connected ones they hear answers that come from
 * another port or address than the one asked (and never hear of ICMP errors). One per family, and one per family and
 * fixed port, which all of this process have in common.
 */
export class SharedUdp {
  readonly #sockets = new Map<4 | 6, Promise<Socket | null>>();
  /** By local port. */
  readonly #users = new Map<number, PortUser>();
  readonly #joined = new Map<FixedPort, PortUser>();
  #closed = false;
  readonly #ports = new WeakMap<Socket, number>();
  readonly #byEndpoint = new Map<string, ReceiveDatagram>();
  readonly #byKey = new Map<string, ReceiveDatagram>();
  readonly #correlates = new Map<Correlate, number>();

  /**
   * Binds a socket on any port once and keeps it; null if the system refuses it. A refusal is kept as well, unless it
   * comes from a shortage that may pass.
   */
  socket(family: 4 | 6): Promise<Socket | null> {
    let socket = this.#sockets.get(family);
    if (!socket) {
      socket = this.#bind(family).catch((error: NodeJS.ErrnoException) => {
        if (judgeErrno(error.code, 'udp', true).reason === 'fd-limit') this.#sockets.delete(family);
        return null;
      });
      this.#sockets.set(family, socket);
    }
    return socket;
  }

  /** Uses a fixed port together with all of this process; null where it cannot be had. */
  async fixedPort(request: PortRequest): Promise<FixedPort | null> {
    const user = this.#userOf(request.port);
    const fixed = await FixedPort.join(request, user).catch(() => null);
    if (fixed && this.#closed) await fixed.leave(user);
    else if (fixed) this.#joined.set(fixed, user);
    return this.#closed ? null : fixed;
  }

  /** What is known by its key is an exchange's own; else all hear it whose endpoint sent it, in this process. */
  #userOf(port: number): PortUser {
    let user = this.#users.get(port);
    if (!user) {
      user = {
        take: (bytes, from) => this.#routeByKey(bytes, from),
        hear: (bytes, from) => this.#byEndpoint.get(nameRoute(port, from))?.(bytes, from),
      };
      this.#users.set(port, user);
    }
    return user;
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
    this.#closed = true;
    for (const [fixed, user] of this.#joined) await fixed.leave(user);
    for (const socket of await Promise.all(this.#sockets.values())) socket?.close();
    this.#sockets.clear();
  }

  async #bind(family: 4 | 6): Promise<Socket> {
    const socket = await bindUdp({ family, port: 0 });
    const localPort = this.portOf(socket);
    socket.on('message', (bytes, from) => this.#route(localPort, bytes, from));
    enlargeBuffers(socket);
    return socket;
  }

  #route(localPort: number, bytes: Buffer, from: Sender): void {
    const exact = this.#byEndpoint.get(nameRoute(localPort, from));
    if (exact) exact(bytes, from);
    else this.#routeByKey(bytes, from);
  }

  #routeByKey(bytes: Buffer, from: Sender): boolean {
    for (const correlate of this.#correlates.keys()) {
      const key = correlate(bytes, from);
      const receiver = key === undefined ? undefined : this.#byKey.get(key);
      if (!receiver) continue;
      receiver(bytes, from);
      return true;
    }
    return false;
  }
}

function nameRoute(localPort: number, from: Sender): string {
  return `${localPort}|${from.address}|${from.port}`;
}
