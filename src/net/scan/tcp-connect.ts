import { Socket } from 'node:net';
import type { Reason } from '../../model/report.js';
import { type Appointment, cancel } from '../../async/agenda.js';
import type { Core } from './core.js';
import { countSyns, type Host, REFUSAL_WAIT_MS } from './host.js';
import { createErrorOutcome, NO_EVIDENCE, type Outcome } from './outcome.js';
import { BUSY } from './timing.js';

/** Who connects: is told once of what came of it and, where the endpoint is open, gets the connection, to close it. */
export interface Connecting {
  connected(outcome: Outcome, socket: Socket | null): void;
}

/** Where an ICMP error ended a connect, the system no longer repeats its SYN: the next one leaves so much later. */
const SOFT_GAP_MS = { least: 500, unknown: 1_000 } as const;

/**
 * Connects to one TCP endpoint until it answers or its silence is believed, and tells `caller` once.
 *
 * Silence is never believed before the whole patience is over, in which the system itself repeats the SYN. A
 * round-trip time that is known only adds tries from fresh sockets, where the system's own are too few: it says how
 * soon something answers at this address, which may be a router in front of a slow site.
 *
 * "Unreachable" and "prohibited" are soft errors (RFC 1122 §4.2.3.9): they end a try as silence does, and only give
 * the endpoint its reason if nothing answers after all. A handshake or a refusal settles it.
 */
export function connectTcp(
  core: Core,
  host: Host,
  port: number,
  caller: Connecting,
  options: TcpOptions = AS_USUAL,
): void {
  new TcpConnect(core, host, port, caller, options).request();
}

/** How a TCP endpoint is asked, where not as the others are. */
export interface TcpOptions {
  /** The tries of the timing are enough, whatever is known of the host: in a usual patience, the system's SYNs. */
  readonly brief?: boolean | undefined;
  /** One of many that matter less: takes no turn of others' refusals, and teaches nothing of losses and refusals. */
  readonly minor?: boolean | undefined;
}

const AS_USUAL: TcpOptions = {};

class TcpConnect {
  /** Few, and written anew for each: what grows in place makes room for sixteen. */
  #attempts: readonly Attempt[] = [];
  #firstTryAt: number | null = null;
  #lastTryAt = 0;
  #triesGivenUp = 0;
  /** Why nothing came back, as far as anything on the way told. */
  #silence: Reason = 'no-response';
  #askedOnceMore = false;
  #requested = false;
  #busySince: number | null = null;
  #review: Appointment | null = null;
  #settled = false;
  readonly #wake = (): void => this.#look();

  constructor(
    private readonly core: Core,
    private readonly host: Host,
    private readonly port: number,
    private readonly caller: Connecting,
    private readonly options: TcpOptions,
  ) {
    core.running.add(this);
    if (host.rtt.smoothedMs === null) host.waiting.add(this.#wake);
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
    if (this.core.gate.isCrowded) this.#giveUpAttempts(now);
    this.#firstTryAt ??= now;
    this.#lastTryAt = now;
    const attempt = new Attempt(this, now);
    this.#attempts = [...this.#attempts, attempt];
    attempt.on('close', this.core.gate.release).on('connect', onConnect).on('error', onError);
    attempt.connect({ host: this.host.address, port: this.port, autoSelectFamily: false });
    // The connect call itself is made in a callback that was queued just before this one.
    process.nextTick(noteLaunch, attempt);
    this.#look();
  }

  /** Decides what silence calls for next: wait, try again from a fresh socket, or believe it. */
  #look(): void {
    if (this.#settled || this.#requested || this.#firstTryAt === null) return;
    cancel(this.#review);
    const { patienceMs } = this.host.timing;
    const gap = this.#askedOnceMore ? null : this.#gapMs();
    const next = this.#lastTryAt + (gap ?? 0);
    const end = this.#askedOnceMore ? this.#lastTryAt + REFUSAL_WAIT_MS : Math.max(this.#firstTryAt + patienceMs, next);
    // A SYN counts as unanswered once an answer to it would have come.
    const answerMs = Math.min(this.host.rtt.timeoutMs ?? 0, patienceMs / 3);
    const wanted = this.options.brief ? this.host.timing.tries : this.host.wantedTries;
    const lacks = gap !== null && this.#countTries(end - answerMs) < wanted;
    // Where the system's SYNs are enough, waiting for an answer to the last costs less than a socket more.
    const longer = lacks && this.#countTries(end) >= wanted;
    const again = lacks && !longer;
    const due = again ? next : longer ? end + answerMs : end;
    if (performance.now() < due) this.#review = this.core.agenda.at(due, this.#wake);
    else if (again) this.request();
    else this.#end();
  }

  /** After what gap a fresh try may leave, ms; null if the system's own SYNs do. */
  #gapMs(): number | null {
    const { shortGapMs, timing } = this.host;
    if (this.#silence === 'no-response' && this.#attempts.length > 0) return shortGapMs;
    const gap = shortGapMs === null ? SOFT_GAP_MS.unknown : Math.max(shortGapMs, SOFT_GAP_MS.least);
    return Math.min(gap, timing.patienceMs / 3);
  }

  /** Silence so far. Where the host's refusals are limited in rate, this endpoint's may only have had no turn yet. */
  #end(): void {
    const now = performance.now();
    const mayBeRefusal = !this.#askedOnceMore && !this.options.minor && this.#silence === 'no-response';
    const turn = mayBeRefusal && this.host.limitsTcpRefusals ? this.host.takeRefusalTurn(now) : null;
    if (turn === null) {
      const tries = this.#countTries(now);
      return this.#settle({ state: 'filtered', reason: this.#silence, rttMs: null, tries, evidence: NO_EVIDENCE });
    }
    this.#askedOnceMore = true;
    this.#giveUpAttempts(now);
    this.#requested = true;
    this.#review = this.core.agenda.at(turn, () => this.request());
  }

  /** Where sockets are scarce, a fresh try takes the place of the older ones; patience begins anew with it. */
  #giveUpAttempts(now: number): void {
    for (const attempt of this.#attempts) {
      this.#triesGivenUp += countSyns(now - attempt.startedAt);
      attempt.destroy();
    }
    this.#attempts = [];
    this.#firstTryAt = null;
  }

  /** The SYNs that have left by then, those of the system among them. */
  #countTries(now = performance.now()): number {
    let tries = this.#triesGivenUp;
    for (const { startedAt } of this.#attempts) tries += countSyns(now - startedAt);
    return tries;
  }

  #forget(attempt: Attempt): void {
    this.#attempts = this.#attempts.filter((one) => one !== attempt);
  }

  /** An attempt's connection stands. */
  connected(attempt: Attempt): void {
    if (this.#settled) return;
    const tries = this.#countTries();
    const rttMs = this.#noteAnswer(attempt);
    this.#forget(attempt);
    attempt.removeAllListeners('error').on('error', () => {});
    this.#settle({ state: 'open', reason: 'syn-ack', rttMs, tries, evidence: NO_EVIDENCE }, attempt);
  }

  /** An attempt ended without a connection. */
  failed(attempt: Attempt, error: NodeJS.ErrnoException): void {
    if (this.#settled) return;
    const meaning = this.host.judgeError(error.code, 'tcp', !attempt.launched);
    if (meaning.kind === 'busy') return this.#retryLater(attempt, meaning.reason, error);
    if (meaning.kind === 'ours') {
      return this.#settle(createErrorOutcome(meaning.reason, this.#countTries(), error.message));
    }
    if (meaning.state === 'filtered') return this.#silenced(attempt, meaning.reason);
    const tries = this.#countTries();
    const standstill = this.#standstillBefore(attempt);
    const late = standstill > 0 ? 'unsure' : tries > 1;
    if (meaning.state === 'closed' && !this.options.minor) this.host.refused('tcp', late);
    const rttMs = this.#noteAnswer(attempt, standstill);
    this.#settle({ state: meaning.state, reason: meaning.reason, rttMs, tries, evidence: NO_EVIDENCE });
  }

  /** "Unreachable" may come from any router on the way, and a timeout from our own system: no more than a lost try. */
  #silenced(attempt: Attempt, reason: Reason): void {
    if (reason !== 'no-response') this.#silence = reason;
    this.#triesGivenUp += countSyns(performance.now() - attempt.startedAt);
    this.#forget(attempt);
    this.#look();
  }

  /**
   * For how long this process stood still before it reads an attempt's answer, ms, if that may have come to the first SYN
   * although others have left since; else 0.
   */
  #standstillBefore({ startedAt }: Attempt): number {
    const now = performance.now();
    if (this.#triesGivenUp > 0 || this.#attempts.length > 1 || countSyns(now - startedAt) === 1) return 0;
    const { turnedAt } = this.core.agenda;
    return this.host.isLate(turnedAt - startedAt) ? 0 : now - turnedAt;
  }

  /** Notes an answer; by Karn's rule an answer that may be to a retransmission gives no round-trip time. */
  #noteAnswer(attempt: Attempt, standstill = this.#standstillBefore(attempt)): number {
    const elapsed = performance.now() - attempt.startedAt;
    const known = this.host.rtt.timeoutMs;
    if (standstill > 0) this.host.noteStandstill(`tcp/${this.port}`, standstill);
    const sent = countSyns(elapsed) - 1;
    const retransmitted = standstill > 0 ? 0 : sent;
    let lost = this.#triesGivenUp + (known !== null && elapsed > known ? retransmitted : 0);
    for (const { startedAt } of this.#attempts) if (startedAt < attempt.startedAt) lost++;
    if (this.options.minor) lost = 0;
    if (lost > 0) this.host.lossyTcpPort = this.port;
    this.host.heard(sent > 0 ? null : elapsed, lost);
    return elapsed;
  }

  /** The system had no descriptor, memory or port for us: that says nothing of the target, and uses up no try. */
  #retryLater(attempt: Attempt, reason: 'fd-limit' | 'no-ports', error: Error): void {
    const now = performance.now();
    this.#busySince ??= now;
    this.#forget(attempt);
    this.#giveUpAttempts(now);
    this.core.gate.shrink();
    if (now - this.#busySince > BUSY.limitMs) {
      return this.#settle(createErrorOutcome(reason, this.#countTries(), error.message));
    }
    this.#requested = true;
    this.core.agenda.in(BUSY.retryMs, () => this.request());
  }

  #settle(outcome: Outcome, socket: Socket | null = null): void {
    if (this.#settled) return;
    this.#settled = true;
    cancel(this.#review);
    this.core.running.delete(this);
    this.host.waiting.delete(this.#wake);
    for (const attempt of this.#attempts) attempt.destroy();
    this.caller.connected(outcome, socket);
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
