import { Socket } from 'node:net';
import type { Reason } from '../../model/report.js';
import { type Appointment, cancel } from '../../async/agenda.js';
import type { Core } from './core.js';
import { judgeErrno } from '../sockets/errno.js';
import { countSyns, type Host } from './host.js';
import { createErrorOutcome, type Outcome } from './outcome.js';

const BUSY_RETRY_MS = 100;
const BUSY_LIMIT_MS = 15_000;

/** The end of a connect: its outcome and, where the endpoint is open, the connection for the caller to close. */
export interface Connected {
  readonly outcome: Outcome;
  readonly socket: Socket | null;
}

/**
 * Connects to one TCP endpoint until it answers or its silence is believed, and calls `done` once. A silent
 * endpoint is held for the whole patience, in which the system itself retransmits the SYN; where the host's
 * round-trip time is known, further tries come from fresh sockets after short gaps instead.
 */
export function connectTcp(core: Core, host: Host, port: number, done: (connected: Connected) => void): void {
  new TcpConnect(core, host, port, done).request();
}

class TcpConnect {
  readonly #attempts = new Set<Attempt>();
  #firstTryAt = 0;
  #lastTryAt = 0;
  #triesGivenUp = 0;
  #requested = false;
  #busySince: number | null = null;
  #review: Appointment | null = null;
  #settled = false;
  readonly #wake = (): void => this.#look();

  constructor(
    private readonly core: Core,
    private readonly host: Host,
    private readonly port: number,
    private readonly done: (connected: Connected) => void,
  ) {
    core.running.add(this);
    host.waiting.add(this.#wake);
  }

  /** Queues the next try. Where no socket is free, the older tries end now: else all could wait for one another. */
  request(): void {
    this.#requested = true;
    if (this.core.gate.isFull) this.#giveUpAttempts(performance.now());
    this.core.gate.open(this.host.pacer, () => {
      this.#requested = false;
      if (this.#settled) this.core.gate.release();
      else this.#open();
    });
  }

  /** Ends at once, knowing nothing of the endpoint. */
  cutOff(): void {
    this.#settle(createErrorOutcome('cut-off', this.#countTries()));
  }

  #open(): void {
    const now = performance.now();
    this.host.firstSentAt ??= now;
    if (this.#attempts.size === 0) this.#firstTryAt = now;
    else if (this.core.gate.isCrowded) this.#giveUpAttempts(now);
    this.#lastTryAt = now;
    const attempt = new Attempt(this, now);
    this.#attempts.add(attempt);
    attempt.on('close', this.core.gate.release).on('connect', onConnect).on('error', onError);
    attempt.connect({ host: this.host.address, port: this.port, autoSelectFamily: false });
    // The connect call itself is made in a callback that was queued just before this one.
    process.nextTick(noteLaunch, attempt);
    this.#look();
  }

  /** Decides what silence calls for next: wait, try again from a fresh socket, or believe it. */
  #look(): void {
    if (this.#settled || this.#requested || this.#attempts.size === 0) return;
    cancel(this.#review);
    const gap = this.host.shortGapMs;
    const due = gap === null ? this.#firstTryAt + this.host.timing.patienceMs : this.#lastTryAt + gap;
    if (performance.now() < due) {
      this.#review = this.core.agenda.at(due, this.#wake);
    } else if (gap !== null && this.#countTries() < this.host.wantedTries) {
      this.request();
    } else {
      this.#settle({ state: 'filtered', reason: 'no-response', rttMs: null, tries: this.#countTries(), evidence: {} });
    }
  }

  /** Where sockets are scarce, a fresh try takes the place of the older ones. */
  #giveUpAttempts(now: number): void {
    for (const attempt of this.#attempts) {
      this.#triesGivenUp += countSyns(now - attempt.startedAt);
      attempt.destroy();
    }
    this.#attempts.clear();
  }

  #countTries(): number {
    const now = performance.now();
    let tries = this.#triesGivenUp;
    for (const { startedAt } of this.#attempts) tries += countSyns(now - startedAt);
    return tries;
  }

  /** An attempt's connection stands. */
  connected(attempt: Attempt): void {
    if (this.#settled) return;
    const tries = this.#countTries();
    const rttMs = this.#noteAnswer(attempt);
    this.#attempts.delete(attempt);
    attempt.removeAllListeners('error').on('error', () => {});
    this.#settle({ state: 'open', reason: 'syn-ack', rttMs, tries, evidence: {} }, attempt);
  }

  /** An attempt ended without a connection. */
  failed(attempt: Attempt, error: NodeJS.ErrnoException): void {
    if (this.#settled) return;
    const meaning = judgeErrno(error.code, 'tcp', !attempt.launched);
    if (meaning.kind === 'busy') return this.#retryLater(attempt, meaning.reason, error);
    if (meaning.kind === 'ours') {
      return this.#settle(createErrorOutcome(meaning.reason, this.#countTries(), error.message));
    }
    const tries = this.#countTries();
    const rttMs = this.#noteError(attempt, meaning.reason);
    this.#settle({ state: meaning.state, reason: meaning.reason, rttMs, tries, evidence: {} });
  }

  /** "Host unreachable" may come from any router on the way, and a timeout from our own system: no sign of life. */
  #noteError(attempt: Attempt, reason: Reason): number | null {
    if (reason === 'no-response') return null;
    if (reason === 'host-unreach' || reason === 'net-unreach') return performance.now() - attempt.startedAt;
    if (reason === 'conn-refused') this.host.tcpRefusals++;
    return this.#noteAnswer(attempt);
  }

  /** Notes an answer; by Karn's rule an answer that may be to a retransmission gives no round-trip time. */
  #noteAnswer(attempt: Attempt): number {
    const elapsed = performance.now() - attempt.startedAt;
    const known = this.host.rtt.timeoutMs;
    const retransmitted = countSyns(elapsed) - 1;
    const lost = this.#attempts.size - 1 + this.#triesGivenUp + (known !== null && elapsed > known ? retransmitted : 0);
    this.host.heard(retransmitted > 0 ? null : elapsed, lost);
    return elapsed;
  }

  /** The system had no descriptor, memory or port for us: that says nothing of the target, and uses up no try. */
  #retryLater(attempt: Attempt, reason: 'fd-limit' | 'no-ports', error: Error): void {
    const now = performance.now();
    this.#busySince ??= now;
    this.#attempts.delete(attempt);
    this.#giveUpAttempts(now);
    this.core.gate.shrink();
    if (now - this.#busySince > BUSY_LIMIT_MS) {
      return this.#settle(createErrorOutcome(reason, this.#countTries(), error.message));
    }
    this.#requested = true;
    this.core.agenda.in(BUSY_RETRY_MS, () => this.request());
  }

  #settle(outcome: Outcome, socket: Socket | null = null): void {
    if (this.#settled) return;
    this.#settled = true;
    cancel(this.#review);
    this.core.running.delete(this);
    this.host.waiting.delete(this.#wake);
    for (const attempt of this.#attempts) attempt.destroy();
    this.done({ outcome, socket });
  }
}

/** One SYN's socket. It carries what else would be objects and closures of their own: thousands are under way at once. */
class Attempt extends Socket {
  /** False until the system has taken the connect call: an error before that is our own. */
  launched = false;

  constructor(
    readonly owner: TcpConnect,
    readonly startedAt: number,
  ) {
    super();
  }
}

function onConnect(this: Attempt): void {
  this.owner.connected(this);
}

function onError(this: Attempt, error: NodeJS.ErrnoException): void {
  this.owner.failed(this, error);
}

function noteLaunch(attempt: Attempt): void {
  attempt.launched = !attempt.destroyed;
}
