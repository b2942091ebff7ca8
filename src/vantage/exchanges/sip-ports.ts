import type { Socket } from 'node:net';
import { limitTime, onAbort } from '../../async/time-limit.js';
import { MAX_SIP_BYTES, type SipMessageEvent } from '../../model/vantage-api.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import { MessageStream } from '../../net/sockets/message-stream.js';
import { listenTcp, type TcpListener } from '../../net/sockets/listen-tcp.js';
import { resetSocket } from '../../net/sockets/tcp-socket.js';
import { FixedPort, type PortUser } from '../../net/sockets/fixed-port.js';
import { type SipPlace, splitSipStream } from '../../protocols/sip/sip.js';
import { type IncomingSip, SipExchange } from './sip-exchange.js';

/** How long an exchange lasts; its end tells the other side that nothing more was seen. */
const EXCHANGE_MS = 12_000;
const MAX_EXCHANGES = 64;
const MAX_CONNECTIONS = 256;
const MAX_CONNECTIONS_EACH = 4;
const MAX_CONNECTION_BYTES = 64 * 1_024;

/** Where SIP exchanges take place. */
export interface SipPortsOptions {
  /** An address literal. */
  readonly host: string;
  /** 0: the system chooses. */
  readonly udp: number;
  readonly tcp: number;
}

/** With whom an exchange is held. */
export interface SipExchangeOptions {
  /** The only address that is heard. */
  readonly address: string;
  /** The 32 bytes with which both sides sign. */
  readonly key: Buffer;
  /** Ends the exchange early. */
  readonly signal: AbortSignal;
}

/** An exchange that runs, and the address by which it is reached. */
interface Running {
  readonly exchange: SipExchange;
  readonly address: string;
  readonly local: Promise<string | null>;
  readonly end: () => void;
}

/**
 * The vantage's SIP ports. They answer signed messages of a running exchange that come from its address, and no one
 * else: all other datagrams are dropped, all other connections reset.
 */
export class SipPorts {
  readonly #running = new Set<Running>();
  readonly #connections = new Map<string, number>();
  /** Checks of this process send from the same port: only what is signed is taken from them. */
  readonly #user: PortUser = { take: (bytes, from) => this.#takeDatagram(bytes, from) };
  #udp!: FixedPort;
  #tcp!: TcpListener;

  private constructor(private readonly host: string) {}

  /** Listens on both ports. Rejects with the system's error, and then listens on none. */
  static async open({ host, udp, tcp }: SipPortsOptions): Promise<SipPorts> {
    const ports = new SipPorts(host);
    const family = host.includes(':') ? 6 : 4;
    ports.#udp = await FixedPort.open({ family, address: host, port: udp }, ports.#user);
    try {
      const limits = { max: MAX_CONNECTIONS, lifetimeMs: EXCHANGE_MS };
      ports.#tcp = await listenTcp({ address: host, port: tcp, take: (socket) => ports.#take(socket), ...limits });
    } catch (error) {
      await ports.#udp.leave(ports.#user);
      throw error;
    }
    return ports;
  }

  /** The UDP port. */
  get udp(): number {
    return this.#udp.port;
  }

  /** The TCP port. */
  get tcp(): number {
    return this.#tcp.port;
  }

  /**
   * Begins an exchange at once, and tells what arrived and what was sent. Ends after 12 seconds, or by the signal.
   * Throws where too many exchanges are running.
   */
  exchange({ address, key, signal }: SipExchangeOptions): AsyncIterable<SipMessageEvent> {
    if (this.#running.size >= MAX_EXCHANGES) throw new Error('too many SIP exchanges are running');
    const exchange = new SipExchange(key);
    const limit = limitTime(signal, EXCHANGE_MS);
    const running = { exchange, address, local: findLocalAddress(address), end: () => limit.end() };
    this.#running.add(running);
    onAbort(limit.signal, () => {
      this.#running.delete(running);
      exchange.events.end();
    });
    return exchange.events;
  }

  /** Lets go of the ports; what is running gets nothing more. */
  async close(): Promise<void> {
    for (const { end } of this.#running) end();
    await Promise.all([this.#udp.leave(this.#user), this.#tcp.close()]);
  }

  #takeDatagram(bytes: Buffer, from: SipPlace): boolean {
    if (bytes.length > MAX_SIP_BYTES) return false;
    for (const { exchange, local } of this.#of(from.address)) {
      const message = exchange.read(bytes);
      if (!message) continue;
      const send = (answer: Buffer) => this.#udp.send(answer, from);
      void local.then((address) => {
        const here = { address: address ?? this.host, port: this.udp };
        exchange.hear({ transport: 'udp', bytes, from, local: here, send }, message);
      });
      return true;
    }
    return false;
  }

  #take(socket: Socket): void {
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const local = { address: socket.localAddress ?? this.host, port: this.tcp };
    const held = this.#connections.get(from.address) ?? 0;
    if (held >= MAX_CONNECTIONS_EACH * this.#of(from.address).length) return resetSocket(socket);
    this.#connections.set(from.address, held + 1);
    const send = (answer: Buffer): boolean => stream.send(answer);
    const hear = (incoming: IncomingSip): void => {
      for (const { exchange } of this.#of(from.address)) {
        const message = exchange.read(incoming.bytes);
        if (message) return exchange.hear(incoming, message);
      }
    };
    const stream = new MessageStream(socket, {
      ...{ split: splitSipStream, maxMessageBytes: MAX_SIP_BYTES, maxBytes: MAX_CONNECTION_BYTES },
      receive: (bytes) => hear({ transport: 'tcp', bytes, from, local, send }),
      ended: () => this.#release(from.address),
    });
  }

  #release(address: string): void {
    const held = this.#connections.get(address)! - 1;
    if (held > 0) this.#connections.set(address, held);
    else this.#connections.delete(address);
  }

  #of(address: string): Running[] {
    return [...this.#running].filter((running) => running.address === address);
  }
}
