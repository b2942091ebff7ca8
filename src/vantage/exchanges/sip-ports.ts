import type { Socket } from 'node:net';
import { limitTime, onAbort } from '../../async/time-limit.js';
import { MAX_SIP_BYTES, type SipMessageEvent } from '../../model/vantage-api.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import { MessageStream } from '../../net/sockets/message-stream.js';
import { listenTcp, type TcpListener } from '../../net/sockets/listen-tcp.js';
import { resetSocket } from '../../net/sockets/tcp-socket.js';
import { UdpPort } from '../../net/sockets/udp-port.js';
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
  #udp!: UdpPort;
  #tcp!: TcpListener;

  private constructor(private readonly host: string) {}

  /** Listens on both ports. Rejects with the system's error, and then listens on none. */
  static async open({ host, udp, tcp }: SipPortsOptions): Promise<SipPorts> {
    const ports = new SipPorts(host);
    ports.#udp = await UdpPort.open(host, udp, (bytes, from) => void ports.#hearDatagram(bytes, from));
    try {
      const limits = { max: MAX_CONNECTIONS, lifetimeMs: EXCHANGE_MS };
      ports.#tcp = await listenTcp({ address: host, port: tcp, take: (socket) => ports.#take(socket), ...limits });
    } catch (error) {
      await ports.#udp.close();
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
    await Promise.all([this.#udp.close(), this.#tcp.close()]);
  }

  async #hearDatagram(bytes: Buffer, from: SipPlace): Promise<void> {
    if (bytes.length > MAX_SIP_BYTES) return;
    for (const { exchange, local } of this.#of(from.address)) {
      const here = { address: (await local) ?? this.host, port: this.udp };
      const send = (answer: Buffer) => this.#udp.send(answer, from);
      if (exchange.hear({ transport: 'udp', bytes, from, local: here, send })) return;
    }
  }

  #take(socket: Socket): void {
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const local = { address: socket.localAddress ?? this.host, port: this.tcp };
    const held = this.#connections.get(from.address) ?? 0;
    if (held >= MAX_CONNECTIONS_EACH * this.#of(from.address).length) return resetSocket(socket);
    this.#connections.set(from.address, held + 1);
    const send = (answer: Buffer): boolean => stream.send(answer);
    const hear = (incoming: IncomingSip) => this.#of(from.address).some(({ exchange }) => exchange.hear(incoming));
    const stream = new MessageStream(socket, {
      ...{ split: splitSipStream, maxMessageBytes: MAX_SIP_BYTES, maxBytes: MAX_CONNECTION_BYTES },
      receive: (bytes) => void hear({ transport: 'tcp', bytes, from, local, send }),
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
