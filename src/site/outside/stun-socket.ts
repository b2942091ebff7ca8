import { randomBytes } from 'node:crypto';
import type { Sender } from '../../net/scan/udp-shared.js';
import { UdpPort } from '../../net/sockets/udp-port.js';
import { parseStun, renderStunRequest, type StunMessage } from '../../protocols/nat/stun.js';
import { VERSION } from '../../version.js';

/** After each try, ms: three in all (RFC 8489 §6.2.1 begins with 500 ms). */
const WAITS = [500, 1_000, 1_500];

/** One UDP socket that asks a vantage's STUN ports from where it is seen. */
export class StunSocket {
  readonly #transactions = new Map<string, (message: StunMessage) => void>();

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

  /** Asks from where we are seen; null where nothing answers. */
  async ask(to: Sender, signal: AbortSignal): Promise<StunMessage['mapped']> {
    const { response, forget } = await this.#exchange(to, null, signal);
    forget();
    return response;
  }

  /**
   * Asks for an indication after `seconds`, and is silent until then. Tells from where we are seen, or null where
   * nothing answered, and whether the indication came.
   */
  async askLater(
    to: Sender,
    seconds: number,
    graceMs: number,
    signal: AbortSignal,
  ): Promise<{ mapped: StunMessage['mapped']; came: boolean }> {
    const { response, indicated, forget } = await this.#exchange(to, seconds, signal);
    const came = response !== null && (await waitFor(indicated, seconds * 1_000 + graceMs, signal)) !== undefined;
    forget();
    return { mapped: response, came };
  }

  /** Lets go of the port. */
  close(): Promise<void> {
    return this.port.close();
  }

  async #exchange(to: Sender, delaySeconds: number | null, signal: AbortSignal) {
    const transaction = randomBytes(12).toString('hex');
    const request = renderStunRequest(this.key, { transaction, delaySeconds, software: `sallyport/${VERSION}` });
    let answered: (mapped: StunMessage['mapped']) => void;
    let indicate: (came: true) => void;
    const answer = new Promise<StunMessage['mapped']>((resolve) => (answered = resolve));
    const indicated = new Promise<true>((resolve) => (indicate = resolve));
    this.#transactions.set(transaction, ({ type, mapped }) => {
      if (type === 'response' && mapped) answered(mapped);
      if (type === 'indication') indicate(true);
    });
    let response: StunMessage['mapped'] | undefined;
    for (const wait of WAITS) {
      if (response || signal.aborted) break;
      await this.port.send(request, to);
      response = await waitFor(answer, wait, signal);
    }
    return { response: response ?? null, indicated, forget: () => void this.#transactions.delete(transaction) };
  }

  #hear(bytes: Buffer): void {
    const message = parseStun(bytes, this.key);
    if (message) this.#transactions.get(message.transaction)?.(message);
  }
}

/** What a promise gives within so many milliseconds; undefined where that takes longer, or the signal comes first. */
function waitFor<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve) => {
    const settle = (value?: T): void => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', giveUp);
      resolve(value);
    };
    const giveUp = (): void => settle();
    const deadline = setTimeout(giveUp, ms);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) return settle();
    void promise.then(settle);
  });
}
