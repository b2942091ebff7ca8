import { addressScope } from '../../model/address.js';
import type { EndpointId, Transport } from '../../model/endpoint.js';
import { hasAddressToReach } from '../sockets/addresses.js';
import { type ErrnoMeaning, judgeErrno } from '../sockets/errno.js';
import type { Pacer } from './pacing.js';
import type { Timing } from './timing.js';

const LINUX_SYN_SECONDS = [0, 1, 2, 3, 4, 5, 7, 11, 19];

/** Among endpoints that are refused, a silent one is more likely lost than filtered. */
const REFUSING_EXTRA_TRIES = 1;

const LOSSY_EXTRA_TRIES = 2;

/** How soon an answer comes where no round trip is known, as a share of the patience. */
const UNKNOWN_ROUND_TRIP = 0.25;

/** How far apart a host is asked for refusals that it limits in rate, ms: most systems send one a second. */
export const REFUSAL_GAP_MS = 1_100;
/** How long such a refusal is waited for over TCP, ms: the system's next SYN would take the turn of another endpoint. */
export const REFUSAL_WAIT_MS = 950;
const REFUSAL_QUEUE_MS = 10_000;
/** So many refusals of a later try than the first show a limit, and no chance loss. */
const LATE_REFUSALS = 2;
/** So many late refusals within so many ms are neither chance, nor let through by a limit of refusals. */
const SUDDEN = { refusals: 3, withinMs: 100 } as const;

/** What the engine learns of one target while it probes it: patience follows this evidence. */
export class Host {
  readonly rtt = new RttEstimator();
  /** Probes that were answered: by a service, a refusal or an ICMP error. */
  answers = 0;
  /** Tries that stayed unanswered on endpoints that answered another try. */
  lost = 0;
  /** The TCP port that lost one of these last, a further connection to an open one included. */
  lossyTcpPort: number | null = null;
  /** ICMP port-unreachable answers, which many systems limit to one a second. */
  refusals = 0;
  /** TCP connects that were refused. */
  tcpRefusals = 0;
  /** Its endpoints that are being asked, but for conversations that only wait because others do. */
  underWay = 0;
  /** Whether waiting for what may come late costs nothing in any case, as the user asked for just these endpoints. */
  unhurried = false;
  /** Our local address on the way to it, once known. */
  localAddress: string | null = null;
  /** When its first packet left, on the clock of `performance.now()`. */
  firstSentAt: number | null = null;
  /** Refusals over either transport that came to a later try only. */
  #lateRefusals = 0;
  /** When the latest late refusals over a transport began to come, and how many came since. */
  #volleys: Map<Transport, { readonly at: number; refusals: number }> | null = null;
  /** The transports over which several endpoints that had been silent were refused at one moment. */
  suddenlyRefused: readonly Transport[] = [];
  /** How long this process stood still before it read answers that may have come at its first try, ms. */
  #standstills: Map<EndpointId, number> | null = null;
  /** Whether this machine has an address that could reach it, once that mattered. */
  #reachable: boolean | null = null;
  /** Earliest time of the next extra try for a rate-limited ICMP answer. */
  #nextRefusalTry = 0;
  /** Probes that want to know as soon as its round-trip time is known; none once it is. */
  readonly waiting = new Set<() => void>();

  constructor(
    readonly address: string,
    readonly pacer: Pacer,
    readonly timing: Timing,
  ) {}

  /** An address of this machine: a question to the port that it leaves from would look like its own answer. */
  get isOurs(): boolean {
    return this.address === this.localAddress || addressScope(this.address) === 'loopback';
  }

  get family(): 4 | 6 {
    return this.address.includes(':') ? 6 : 4;
  }

  /** Judges an error on the way to it; see {@link judgeErrno}. */
  judgeError(code: string | undefined, transport: Transport, local: boolean): ErrnoMeaning {
    // No free port, or no address of that family: only the first passes.
    if (code !== 'EADDRNOTAVAIL') return judgeErrno(code, transport, local);
    this.#reachable ??= hasAddressToReach(this.address);
    return this.#reachable ? judgeErrno(code, transport, local) : { kind: 'ours', reason: 'no-route' };
  }

  /** Notes an answer; `rttMs` is null if it is not known which try it answers. */
  heard(rttMs: number | null, lostTries: number): void {
    this.answers++;
    this.lost += lostTries;
    if (rttMs === null) return;
    const first = this.rtt.smoothedMs === null;
    this.rtt.sample(rttMs);
    if (!first) return;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Whether an answer would have come before now: a next try may have left before that. */
  isLate(waitedMs: number): boolean {
    return waitedMs > (this.rtt.timeoutMs ?? UNKNOWN_ROUND_TRIP * this.timing.patienceMs);
  }

  /** Notes that an answer may have come at the first try, since this process stood still for so long before it read it. */
  noteStandstill(endpoint: EndpointId, ms: number): void {
    this.#standstills ??= new Map();
    this.#standstills.set(endpoint, ms);
  }

  /** How long this process stood still before it read an answer that may have come at the first try, ms; else 0. */
  standstillAt(endpoint: EndpointId): number {
    return this.#standstills?.get(endpoint) ?? 0;
  }

  /**
   * Notes a refusal; `late` says that an earlier try was not refused. Where that is not sure, it is late for what raises
   * suspicion, and not for what explains one away.
   */
  refused(transport: Transport, late: boolean | 'unsure', now = performance.now()): void {
    if (transport === 'tcp') this.tcpRefusals++;
    else this.refusals++;
    if (!late) return;
    if (late === true) this.#lateRefusals++;
    this.#volleys ??= new Map();
    let volley = this.#volleys.get(transport);
    if (!volley || now - volley.at > SUDDEN.withinMs) this.#volleys.set(transport, (volley = { at: now, refusals: 0 }));
    if (++volley.refusals === SUDDEN.refusals && !this.suddenlyRefused.includes(transport)) {
      this.suddenlyRefused = [...this.suddenlyRefused, transport];
    }
  }

  /**
   * Whether it seems to refuse TCP by ICMP, and no more than one a second: some TCP endpoints were refused, and of
   * all refusals several only after tries that it had swallowed. A reset is limited by hardly anyone; so where UDP
   * was never refused, which is always by ICMP, a good share of the refusals must have been late.
   */
  get limitsTcpRefusals(): boolean {
    if (this.tcpRefusals === 0 || this.#lateRefusals < LATE_REFUSALS) return false;
    return this.refusals > 0 || this.#lateRefusals * 3 >= this.tcpRefusals;
  }

  /** Reserves a moment to ask once more for a refusal that may have had no turn; null if too many wait already. */
  takeRefusalTurn(now: number): number | null {
    const turn = Math.max(now, this.#nextRefusalTry);
    if (turn >= now + REFUSAL_QUEUE_MS) return null;
    this.#nextRefusalTry = turn + REFUSAL_GAP_MS;
    return turn;
  }

  /** Gap after which a silent TCP endpoint is tried again, ms; null if patience must be the whole one. */
  get shortGapMs(): number | null {
    const { timeoutMs } = this.rtt;
    const { shortGapMs, patienceMs } = this.timing;
    if (timeoutMs === null || shortGapMs === null) return null;
    return Math.min(Math.max(shortGapMs, timeoutMs), patienceMs / 3);
  }

  /** Tries that silence must have withstood before it is believed: no fewer than the system's SYNs in a patience. */
  get wantedTries(): number {
    const usual = Math.max(this.timing.tries, countSyns(this.timing.patienceMs));
    const refusing = this.tcpRefusals > 0 ? REFUSING_EXTRA_TRIES : 0;
    return usual + refusing + (this.lost > 0 ? LOSSY_EXTRA_TRIES : 0);
  }

  /** How long to wait for bytes that a service may send unasked, ms. */
  get quietMs(): number {
    return Math.max(150, this.rtt.timeoutMs ?? 1_000);
  }
}

/** Round-trip time estimator of one host after RFC 6298 (alpha 1/8, beta 1/4). Times in milliseconds. */
export class RttEstimator {
  #smoothed: number | null = null;
  #variation = 0;

  /** Takes a sample; by Karn's rule only where it is known which try was answered. */
  sample(ms: number): void {
    if (this.#smoothed === null) {
      this.#smoothed = ms;
      this.#variation = ms / 2;
      return;
    }
    this.#variation += (Math.abs(this.#smoothed - ms) - this.#variation) / 4;
    this.#smoothed += (ms - this.#smoothed) / 8;
  }

  /** Smoothed round-trip time, or null before the first sample. */
  get smoothedMs(): number | null {
    return this.#smoothed;
  }

  /** How long an answer may take before it counts as missing, or null before the first sample. */
  get timeoutMs(): number | null {
    return this.#smoothed === null ? null : this.#smoothed + Math.max(50, 4 * this.#variation);
  }
}

/**
 * How many SYNs the system has sent for a connect that has waited `elapsedMs`. Linux since 6.5 retransmits every
 * second four times (net.ipv4.tcp_syn_linear_timeouts), then after gaps that double; older kernels and other
 * systems do so from the start: there the count is too high by one in the first four seconds.
 */
export function countSyns(elapsedMs: number): number {
  let sent = 0;
  for (const seconds of LINUX_SYN_SECONDS) if (elapsedMs >= seconds * 1000) sent++;
  return sent;
}
