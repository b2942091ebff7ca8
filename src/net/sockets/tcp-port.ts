import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { resetSocket } from './reset-socket.js';

/** How a TCP port serves. */
export interface TcpPortOptions {
  readonly address: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Connections at a time; those beyond are dropped. */
  readonly maxConnections: number;
  /** Longest life of a connection. */
  readonly lifetimeMs: number;
  /** Takes a connection and answers true; one that it doesn't want is reset. */
  readonly accept: (socket: Socket) => boolean;
}

/** A listening TCP port with a bounded number of connections, each with a bounded life. */
export class TcpPort {
  readonly #connections = new Set<Socket>();
  readonly #server: Server;

  private constructor(private readonly options: TcpPortOptions) {
    this.#server = createServer((socket) => this.#take(socket));
    this.#server.maxConnections = options.maxConnections;
  }

  /** Listens. Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL …). */
  static async open(options: TcpPortOptions): Promise<TcpPort> {
    const port = new TcpPort(options);
    await port.#listen();
    return port;
  }

  /** The port that is listened on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets go of the port and resets its connections. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#connections) resetSocket(socket);
    });
  }

  #listen(): Promise<void> {
    const { address, port } = this.options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: address, port, ipv6Only: true, exclusive: true }, () => {
        this.#server.off('error', reject).on('error', () => {});
        resolve();
      });
    });
  }

  #take(socket: Socket): void {
    socket.on('error', () => {});
    this.#connections.add(socket);
    const lifetime = setTimeout(() => resetSocket(socket), this.options.lifetimeMs);
    socket.once('close', () => {
      clearTimeout(lifetime);
      this.#connections.delete(socket);
    });
    if (!this.options.accept(socket)) resetSocket(socket);
  }
}
