import { limitTime, onAbort } from '../../async/time-limit.js';
import { MAX_BINDING_SECONDS } from '../../model/vantage-api.js';
import { type Sender, UdpPort } from '../../net/sockets/udp-port.js';
import { parseStun, renderStunIndication, renderStunResponse } from '../../protocols/nat/stun.js';

/** How much longer than asked an exchange lasts: for tries, and for indications that are on their way. */
const MARGIN_MS = 10_000;
const MAX_RUNNING = 64;
/** Requests that are answered in one exchange. */
const MAX_ANSWERS = 128;
/** Indications that are promised in one exchange. */
const MAX_DELAYED = 16;
/** One that is lost must not look like a binding that has ended: three are sent, ms apart. */
const COPIES_AFTER_MS = [0, 300, 900];

/** Where NAT bindings are told. */
export interface StunPortsOptions {
  /** An address literal. */
  readonly host: string;
  /** 0: the system chooses. */
  readonly ports: readonly [number, number];
}

/** With whom, and for how long. */
export interface StunExchangeOptions {
  /** The only address that is answered. */
  readonly address: string;
  /** The 32 bytes with which both sides sign. */
  readonly key: Buffer;
  /** Longest delay that may be asked for, s. */
  readonly seconds: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** An exchange that runs. */
interface Running extends StunExchangeOptions {
  answers: number;
  /** Timers of promised indications, by port and transaction. */
  readonly delayed: Map<string, NodeJS.Timeout[]>;
  readonly end: () => void;
}

/**
 * Two UDP ports that tell from where a request came (STUN, RFC 8489). They answer signed requests of a running exchange
 * that come from its address, with less than was sent, and to that address only; everything else is dropped.
 */
export class StunPorts {
  readonly #running = new Set<Running>();
  #open: readonly UdpPort[] = [];

  /** Listens on both ports. Rejects with the system's error, and then listens on none. */
  static async open({ host, ports }: StunPortsOptions): Promise<StunPorts> {
    const stun = new StunPorts();
    try {
      for (const port of ports) {
        const open: UdpPort = await UdpPort.open(host, port, (bytes, from) => stun.#hear(open, bytes, from));
        stun.#open = [...stun.#open, open];
      }
    } catch (error) {
      await stun.close();
      throw error;
    }
    return stun;
  }

  /** The two ports. */
  get ports(): readonly [number, number] {
    return [this.#open[0]!.port, this.#open[1]!.port];
  }

  /**
   * Answers at once, for `seconds` (300 at most) and 10 more, or until the signal; then resolves.
   * Rejects where too many exchanges are running.
   */
  async serve(options: StunExchangeOptions): Promise<void> {
    if (this.#running.size >= MAX_RUNNING) throw new Error('too many NAT bindings are being tested');
    const seconds = Math.min(options.seconds, MAX_BINDING_SECONDS);
    const limit = limitTime(options.signal, seconds * 1_000 + MARGIN_MS);
    const running: Running = { ...options, seconds, answers: 0, delayed: new Map(), end: () => limit.end() };
    this.#running.add(running);
    await new Promise<void>((resolve) => onAbort(limit.signal, resolve));
    for (const timer of [...running.delayed.values()].flat()) clearTimeout(timer);
    this.#running.delete(running);
  }

  /** Ends what is running and lets go of the ports. */
  async close(): Promise<void> {
    for (const { end } of this.#running) end();
    await Promise.all(this.#open.map((port) => port.close()));
  }

  #hear(port: UdpPort, bytes: Buffer, from: Sender): void {
    for (const running of this.#running) {
      if (running.address !== from.address) continue;
      const request = parseStun(bytes, running.key);
      if (!request) continue;
      if (request.type === 'request') this.#answer(running, port, request, from, bytes.length);
      return;
    }
  }

  #answer(
    running: Running,
    port: UdpPort,
    { transaction, delaySeconds }: { readonly transaction: string; readonly delaySeconds: number | null },
    from: Sender,
    length: number,
  ): void {
    const { key } = running;
    const response = renderStunResponse(key, { transaction, mapped: { address: from.address, port: from.port } });
    const indication = renderStunIndication(key, transaction);
    const copies = delaySeconds === null ? 0 : COPIES_AFTER_MS.length;
    if (response.length + copies * indication.length > length || running.answers++ >= MAX_ANSWERS) return;
    if (delaySeconds !== null && !this.#promise(running, port, from, delaySeconds, { transaction, indication })) return;
    port.send(response, from).catch(() => {});
  }

  /** Promises an indication; a request that comes again begins its wait anew. False if it is asked too much. */
  #promise(
    running: Running,
    port: UdpPort,
    to: Sender,
    seconds: number,
    { transaction, indication }: { readonly transaction: string; readonly indication: Buffer },
  ): boolean {
    const name = `${port.port} ${transaction}`;
    const known = running.delayed.get(name);
    if (seconds > running.seconds || (!known && running.delayed.size >= MAX_DELAYED)) return false;
    for (const timer of known ?? []) clearTimeout(timer);
    const timers = COPIES_AFTER_MS.map((after) =>
      setTimeout(() => void port.send(indication, to).catch(() => {}), seconds * 1_000 + after),
    );
    running.delayed.set(name, timers);
    return true;
  }
}
