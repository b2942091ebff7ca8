import type { Socket } from 'node:net';

/** What a simulated server does with one accepted connection. Must not throw; timers of its own end on 'close'. */
export type TcpBehaviour = (socket: Socket) => void;

/** A datagram that arrived, with the way to answer it; answers after the listener has stopped are dropped. */
export interface Datagram {
  readonly data: Buffer;
  readonly from: { readonly address: string; readonly port: number };
  readonly reply: (data: Buffer | string, options?: ReplyOptions) => void;
}

/** How an answer goes out. */
export interface ReplyOptions {
  /** From another port of the same address, as some NAT routers and devices do; default: from the port asked. */
  readonly fromElsewhere?: boolean | undefined;
  readonly delayMs?: number | undefined;
}

/** What a simulated server does with one datagram. Must not throw. */
export type UdpBehaviour = (datagram: Datagram) => void;

/** A simulated server: its behaviour on each transport that it speaks. Holds no socket. */
export interface LabServer {
  readonly tcp?: TcpBehaviour;
  readonly udp?: UdpBehaviour;
}

/** A bound port. */
export interface Listener {
  readonly port: number;
  /** Closes the port and everything that came in through it; resolves once the sockets are released. */
  stop(): Promise<void>;
}
