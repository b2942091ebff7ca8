import { randomBytes } from 'node:crypto';
import { Bell } from '../../async/bell.js';
import { limitWork } from '../../async/time-limit.js';
import { type Sender, UdpPort } from '../../net/sockets/udp-port.js';
import { parseStun, renderStunRequest, type StunMessage } from '../../protocols/nat/stun.js';
import { VERSION } from '../../version.js';

/** After each try, ms: three in all (RFC 8489 §6.2.1 begins with 500 ms). */
const WAITS = [500, 1_000, 1_500];

/** After how long an indication is wanted, and how late it may be. */
export interface Later {
  readonly seconds: number;
  readonly graceMs: number;
}

/** What came back of one request: from where we are seen, null without an answer, and whether the indication came. */
export interface Heard {
  mapped: StunMessage['mapped'];
  came: boolean;
}

/** One UDP socket that asks a vantage's STUN ports from where it is seen. */
export class StunSocket {
  readonly #transactions = new Map<string, Heard>();
  readonly #bell = new Bell();

  private constructor(
    private readonly port: UdpPort,
    private readonly key: Buffer,
  ) {}

  /** Binds an ephemeral port of the address. Rejects with the system's error. */
  static async open(address: string, key: Buffer): Promise<StunSocket> {
    const port: UdpPort = await UdpPort.open(address, 0, (bytes) => socket.#hear(bytes));
    const socket = new StunSocket(port, key);
    return socket;
  }

  /** Our own port. */
  get localPort(): number {
    return this.port.port;
  }

  /**
   * Asks from where we are seen and, where wanted, for an indication after some seconds, being silent until then and
   * for the time of grace.
   */
  async ask(to: Sender, signal: AbortSignal, later?: Later): Promise<Heard> {
    const transaction = randomBytes(12).toString('hex');
    const delaySeconds = later?.seconds ?? null;
    const request = renderStunRequest(this.key, { transaction, delaySeconds, software: `sallyport/${VERSION}` });
    const heard: Heard = { mapped: null, came: false };
    this.#transactions.set(transaction, heard);
    const wait = (ms: number, condition: () => boolean) =>
      limitWork(signal, ms, (limit) => this.#bell.until(condition, limit));
    for (const ms of WAITS) {
      if (heard.mapped || signal.aborted) break;
      await this.port.send(request, to);
      await wait(ms, () => heard.mapped !== null);
    }
    if (later && heard.mapped) await wait(later.seconds * 1_000 + later.graceMs, () => heard.came);
    this.#transactions.delete(transaction);
    return heard;
  }

  /** Lets go of the port. */
  close(): Promise<void> {
    return this.port.close();
  }

  #hear(bytes: Buffer): void {
    const { type, transaction, mapped } = parseStun(bytes, this.key) ?? {};
    const heard = this.#transactions.get(transaction ?? '');
    if (!heard) return;
    if (type === 'response') heard.mapped ??= mapped ?? null;
    if (type === 'indication') heard.came = true;
    this.#bell.ring();
  }
}
