import { EventEmitter } from 'node:events';
import type { AskedState } from '../../../src/model/report.js';
import type { VirtualClock } from './virtual-clock.js';

/** A packet of ours that opens a flow, repeats that, or goes on with it. */
export interface Packet {
  readonly transport: 'tcp' | 'udp' | 'icmp';
  readonly port: number;
  /** Our side of the flow. */
  readonly from: number;
  /** The first of a connection or exchange, or its repetition. */
  readonly opens: boolean;
}

/** What comes back: data, or what the system makes of a refusal. */
export type Reply = 'answer' | 'reset' | 'port-unreach' | 'host-unreach' | 'admin-prohibited';

/** The far side: gets our packets and echo requests, and replies or not. */
export interface FarSide {
  ping(): Promise<AskedState>;
  send(packet: Packet, reply: (kind: Reply, bytes?: string) => void): void;
}

const LOCAL_ADDRESS = '192.0.2.1';
/** When Linux sends the SYNs of a connect, s. */
const SYNS = [0, 1, 2, 3, 4, 5, 7, 11, 19];

/** What a socket of the system reports of each refusal (Linux); what it keeps to itself is left out. */
const ERRNO = {
  tcp: {
    reset: 'ECONNREFUSED',
    'port-unreach': 'ECONNREFUSED',
    'host-unreach': 'EHOSTUNREACH',
    'admin-prohibited': 'EHOSTUNREACH',
  },
  udp: { 'port-unreach': 'ECONNREFUSED', 'admin-prohibited': 'EHOSTUNREACH' },
} as const satisfies Record<string, Partial<Record<Reply, string>>>;

/** The network of all simulated sites, in the place of `node:net` and `node:dgram`. */
export class SimulatedNet {
  readonly sites = new Map<string, FarSide>();
  #clock: VirtualClock | null = null;
  #lastPort = 1_024;

  /** Begins anew, without sites. */
  begin(clock: VirtualClock): void {
    this.#clock = clock;
    this.sites.clear();
  }

  /** Calls `run` in `ms`, outside of the process. */
  in(ms: number, run: () => void): void {
    this.#clock!.in(ms, run);
  }

  /** Tells the process of something. */
  tell(run: () => void): void {
    this.#clock!.tell(run);
  }

  ping(address: string): Promise<AskedState> {
    return this.sites.get(address)!.ping();
  }

  takePort(): number {
    return ++this.#lastPort;
  }

  send(address: string, packet: Packet, reply: (kind: Reply, bytes?: string) => void): void {
    this.sites.get(address)!.send(packet, reply);
  }
}

/** Makes the classes that the product's modules get in the place of the system's sockets. */
export function createSockets(net: SimulatedNet) {
  /** A socket of either transport: closes once, and reports that later. */
  class Base extends EventEmitter {
    destroyed = false;
    readonly localAddress = LOCAL_ADDRESS;
    localPort = 0;

    destroy(): this {
      if (this.destroyed) return this;
      this.destroyed = true;
      setImmediate(() => this.emit('close'));
      return this;
    }

    protected fail(code: string): void {
      if (!this.destroyed) this.emit('error', Object.assign(new Error(code), { code }));
    }
  }

  class Socket extends Base {
    writable = false;
    readonly writableEnded = false;
    /** The system has its answer, be the process told or not. */
    #isAnswered = false;
    #remote: { readonly host: string; readonly port: number } | null = null;

    connect(remote: { readonly host: string; readonly port: number }): this {
      this.#remote = remote;
      this.localPort = net.takePort();
      for (const seconds of SYNS) net.in(seconds * 1_000, () => this.#sendSyn());
      return this;
    }

    write(): void {
      this.#send(false, (kind, bytes = '') => {
        if (kind === 'answer') this.emit('data', Buffer.from(bytes, 'latin1'));
        if (kind === 'reset') this.#end('ECONNRESET');
      });
    }

    pause(): void {}
    resume(): void {}
    resetAndDestroy(): this {
      return this.destroy();
    }
    end(): this {
      return this.destroy();
    }

    #sendSyn(): void {
      if (this.#isAnswered || this.destroyed) return;
      this.#send(true, (kind) => {
        if (kind !== 'answer') return this.#end(ERRNO.tcp[kind]);
        this.writable = true;
        this.emit('connect');
      });
    }

    #send(opens: boolean, reply: (kind: Reply, bytes?: string) => void): void {
      const { host, port } = this.#remote!;
      const packet: Packet = { transport: 'tcp', port, from: this.localPort, opens };
      net.send(host, packet, (...heard) => {
        if (opens && this.#isAnswered) return;
        this.#isAnswered = true;
        net.tell(() => this.destroyed || reply(...heard));
      });
    }

    #end(code: string): void {
      this.fail(code);
      this.destroy();
    }
  }

  class DatagramSocket extends Base {
    #remote: { readonly address: string; readonly port: number } | null = null;

    connect(port: number, address: string, done: () => void): void {
      this.#remote = { address, port };
      this.localPort ||= net.takePort();
      setImmediate(done);
    }

    bind({ port }: { readonly port: number }, done: () => void): void {
      this.localPort = port || net.takePort();
      setImmediate(done);
    }

    address(): { address: string; port: number } {
      return { address: LOCAL_ADDRESS, port: this.localPort };
    }

    send(_bytes: Uint8Array, ...rest: readonly [() => void] | readonly [number, string, () => void]): void {
      const { address, port } = this.#remote ?? { port: rest[0] as number, address: rest[1]! };
      const hear = (kind: Reply, bytes = ''): void => {
        if (this.destroyed) return;
        if (kind === 'answer') this.emit('message', Buffer.from(bytes, 'latin1'), { address, port });
        // Linux tells an unconnected socket of no refusal, and a connected one of these only.
        else if (this.#remote && kind in ERRNO.udp) this.fail(ERRNO.udp[kind as keyof typeof ERRNO.udp]);
      };
      const packet: Packet = { transport: 'udp', port, from: this.localPort, opens: true };
      net.send(address, packet, (...heard) => net.tell(() => hear(...heard)));
    }

    close(done?: () => void): void {
      if (done) this.once('close', done);
      this.destroy();
    }
    setRecvBufferSize(): void {}
    setSendBufferSize(): void {}
  }

  return { Socket, createSocket: () => new DatagramSocket() };
}
