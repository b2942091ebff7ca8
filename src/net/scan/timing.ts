/** How fast and how patient an engine is. */
export interface Timing {
  /** Smallest gap between two packets of ours to one target, ms. */
  readonly hostGapMs: number;
  /** Smallest gap between two packets to one IPv4 /24 or IPv6 /48, ms. */
  readonly networkGapMs: number;
  /** Packets a second in total. The system's own SYN retransmissions come on top. */
  readonly rate: number;
  /** Targets in flight at once. */
  readonly targets: number;
  /** Sockets at once, as far as the descriptor limit allows. */
  readonly maxSockets: number;
  /** How long a silent endpoint is listened to, ms. Linux sends SYNs at 0, 1, 2 and 3 s: 3.1 s has four tries. */
  readonly patienceMs: number;
  /** How long an open TCP endpoint may take to answer what it was asked, ms. */
  readonly answerMs: number;
  /**
   * Where a target's round-trip time is known, and the system's own SYNs are too few: the gap after which a silent
   * TCP endpoint is tried again from a fresh socket, ms, at least; null for none.
   */
  readonly shortGapMs: number | null;
  /** Tries for an endpoint that stays silent, UDP datagrams or (where the round-trip time is known) TCP connects. */
  readonly tries: number;
}

/** How often an endpoint is tried again while our own system has no socket or port for it, and for how long; ms. */
export const BUSY = { retryMs: 100, limitMs: 15_000 } as const;

/** The timing templates of `--timing`. */
export const TIMINGS = {
  polite: {
    hostGapMs: 40,
    networkGapMs: 10,
    rate: 100,
    targets: 64,
    maxSockets: 1_000,
    patienceMs: 7_200,
    answerMs: 7_200,
    shortGapMs: null,
    tries: 3,
  },
  normal: {
    hostGapMs: 2,
    networkGapMs: 1,
    rate: 2_000,
    targets: 512,
    maxSockets: 8_000,
    patienceMs: 3_100,
    answerMs: 3_100,
    shortGapMs: 500,
    tries: 3,
  },
  fast: {
    hostGapMs: 0.2,
    networkGapMs: 0.1,
    rate: 40_000,
    targets: 4_096,
    maxSockets: 60_000,
    patienceMs: 3_100,
    answerMs: 2_000,
    shortGapMs: 200,
    tries: 3,
  },
} as const satisfies Record<string, Timing>;

/** Names of the timing templates. */
export type TimingName = keyof typeof TIMINGS;

/** Makes a timing slower: for a second look at what a first one found. Twice the patience, no short gaps. */
export function slowDown(timing: Timing): Timing {
  return {
    ...timing,
    hostGapMs: Math.max(20, timing.hostGapMs * 4),
    patienceMs: timing.patienceMs * 2,
    answerMs: timing.answerMs * 2,
    shortGapMs: null,
  };
}

/** Packets to a target are this far apart while its endpoints are spread over a time, ms, if they come that slowly. */
const SPREAD_GAP_MS = 1_000;

/**
 * Makes a timing for a target whose endpoints are asked `gapMs` apart: further tries keep a distance as well, for which
 * a quarter of that gap has to do, since an endpoint has four tries at most.
 */
export function spreadOut(timing: Timing, gapMs: number): Timing {
  const least = Math.min(SPREAD_GAP_MS, gapMs / 4);
  return {
    ...timing,
    hostGapMs: Math.max(timing.hostGapMs, least),
    shortGapMs: timing.shortGapMs === null ? null : Math.max(timing.shortGapMs, SPREAD_GAP_MS),
  };
}

/**
 * When to send a try (from 0) of a UDP exchange, in ms after the first: gaps double, and the last leaves half of the
 * patience for its answer. With a patience of 3.1 s and three tries: 0, 0.5 and 1.5 s.
 */
export function tryOffset(index: number, tries: number, patienceMs: number): number {
  return index === 0 ? 0 : (0.48 * patienceMs * (2 ** index - 1)) / (2 ** (tries - 1) - 1);
}
