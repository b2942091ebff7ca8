import { createSocket, type Socket, type SocketOptions } from 'node:dgram';

/** Where a datagram came from. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

/** Takes a datagram that came in on a port. */
export type ReceiveDatagram = (bytes: Buffer, from: Sender) => void;

/** A bound UDP socket that hears everyone and sends to whom it is told. */
export class UdpPort {
  private constructor(
    private readonly socket: Socket,
    readonly address: string,
    readonly port: number,
  ) {}

  /** Binds a port of `address` (0: the system chooses). Rejects with the system's error (EADDRINUSE, EACCES …). */
  static async open(address: string, port: number, receive: ReceiveDatagram): Promise<UdpPort> {
    const socket = await bindUdp({ address, family: address.includes(':') ? 6 : 4, port });
    // Port 0 can be forged, and never be answered.
    socket.on('message', (bytes, from) => void (from.port > 0 && receive(bytes, from)));
    return new UdpPort(socket, address, socket.address().port);
  }

  /** Sends one datagram. Rejects with the system's error (ENETUNREACH, EPERM …), and where the port is closed. */
  send(bytes: Buffer, to: Sender): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Lets go of the port. */
  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(resolve));
  }
}

/** What to bind: a port (0: the system chooses) of one address, or of all where none is named. */
export interface UdpBinding {
  readonly family: 4 | 6;
  readonly address?: string;
  readonly port: number;
  /** Lets others who say so too have the port as well. */
  readonly shared?: boolean;
}

/** Binds a socket. Rejects with the system's error; one that comes later belongs to a datagram, and is let pass. */
export function bindUdp({ family, address, port, shared = false }: UdpBinding): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createUdpSocket(family, shared);
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ ...(address !== undefined && { address }), port, exclusive: true }, () => {
      resolve(socket.removeAllListeners('error').on('error', () => {}));
    });
  });
}

/** Addresses are literals already: asking the resolver would cost a thread's time for each datagram. */
const OPTIONS: Readonly<Record<4 | 6, SocketOptions>> = {
  4: { type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) },
  6: { type: 'udp6', ipv6Only: true, lookup: (address, _options, done) => done(null, address, 6) },
};

/** Creates a UDP socket of one family, for address literals only; `shared` as in {@link UdpBinding}. */
export function createUdpSocket(family: 4 | 6, shared = false): Socket {
  return createSocket(shared ? { ...OPTIONS[family], reuseAddr: true } : OPTIONS[family]);
}

/** Makes room for bursts, as far as the system allows. */
export function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(4 << 20);
    socket.setSendBufferSize(4 << 20);
  } catch {
    // The system's default serves as well, only with less room.
  }
}
