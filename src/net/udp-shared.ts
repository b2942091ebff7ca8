import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

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
  readonly #byEndpoint = new Map<string, Receiver>();
  readonly #byKey = new Map<string, Receiver>();
  readonly #correlates = new Map<Correlate, number>();

  /** Binds a socket (port 0: any) once and keeps it; null where the system refuses it. */
  socket(family: 4 | 6, port: number): Promise<Socket | null> {
    const name = `${family}:${port}`;
    let socket = this.#sockets.get(name);
    if (!socket) {
      socket = this.#bind(family, port);
      this.#sockets.set(name, socket);
    }
    return socket;
  }

  /** Routes answers from exactly this endpoint; returns how to stop. */
  listen(from: Sender, receiver: Receiver): () => void {
    const name = `${from.address}|${from.port}`;
    this.#byEndpoint.set(name, receiver);
    return () => void (this.#byEndpoint.get(name) === receiver && this.#byEndpoint.delete(name));
  }

  /** Routes answers from anywhere that `correlate` reads as `key`; returns how to stop. */
  listenFor(correlate: Correlate, key: string, receiver: Receiver): () => void {
    this.#byKey.set(key, receiver);
    this.#correlates.set(correlate, (this.#correlates.get(correlate) ?? 0) + 1);
    return () => {
      this.#byKey.delete(key);
      const users = this.#correlates.get(correlate)! - 1;
      if (users > 0) this.#correlates.set(correlate, users);
      else this.#correlates.delete(correlate);
    };
  }

  /** Closes all sockets. */
  async close(): Promise<void> {
    for (const socket of await Promise.all(this.#sockets.values())) socket?.close();
    this.#sockets.clear();
  }

  #bind(family: 4 | 6, port: number): Promise<Socket | null> {
    return new Promise((resolve) => {
      const socket = createSocket({
        type: family === 4 ? 'udp4' : 'udp6',
        ipv6Only: family === 6,
        lookup: (name, _options, done) => done(null, name, family),
      });
      socket.once('error', () => {
        socket.close();
        resolve(null);
      });
      socket.bind({ port, exclusive: true }, () => {
        socket.removeAllListeners('error').on('error', () => {});
        socket.on('message', (bytes, from) => this.#route(bytes, from));
        enlargeBuffers(socket);
        resolve(socket);
      });
    });
  }

  #route(bytes: Buffer, from: RemoteInfo): void {
    const exact = this.#byEndpoint.get(`${from.address}|${from.port}`);
    if (exact) return exact(bytes, from);
    for (const correlate of this.#correlates.keys()) {
      const key = correlate(bytes, from);
      const receiver = key === undefined ? undefined : this.#byKey.get(key);
      if (receiver) return receiver(bytes, from);
    }
  }
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(4 << 20);
    socket.setSendBufferSize(4 << 20);
  } catch {
    // The system's default serves as well, only with less room for bursts.
  }
}
