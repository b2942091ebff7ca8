import type { NatSurvey } from '../model/site.js';

/** From where a socket was seen by one of the vantage's ports. */
export type Mapped = NatSurvey['mapped'][number];

/** What became of one socket that was silent for so long. */
export interface Silence {
  readonly seconds: number;
  /** Whether a datagram came in after that. */
  readonly came: boolean;
}

/**
 * The mapping behaviour (RFC 4787 §4.1) of what one socket was mapped to for two ports of one vantage. With one address
 * of the vantage only the ports can be told apart: "endpoint-independent" may still depend on the address.
 */
export function judgeMapping(localAddress: string, mapped: readonly Mapped[]): NatSurvey['mapping'] {
  const places = new Set(mapped.map(({ address, port }) => `${address} ${port}`));
  if (places.size > 1) return 'endpoint-dependent';
  if (mapped.some(({ address, port, localPort }) => address === localAddress && port === localPort)) return 'none';
  return mapped.length === 2 ? 'endpoint-independent' : 'unknown';
}

/**
 * How long a binding is held. A silence after which nothing came counts only where no longer one was survived: else
 * something other than the binding's age was to blame, and `problem` says so. Null where no silence came to its end.
 */
export function judgeSilences(silences: readonly Silence[]): {
  readonly binding: NatSurvey['binding'];
  readonly problem: string | null;
} {
  if (silences.length === 0) return { binding: null, problem: null };
  const held = silences.filter(({ came }) => came).map(({ seconds }) => seconds);
  const lost = silences.filter(({ came }) => !came).map(({ seconds }) => seconds);
  const heldSeconds = held.length > 0 ? Math.max(...held) : null;
  const beyond = lost.filter((seconds) => heldSeconds === null || seconds > heldSeconds);
  const odd = lost.filter((seconds) => !beyond.includes(seconds)).sort((a, b) => a - b);
  return {
    binding: {
      heldSeconds,
      lostSeconds: beyond.length > 0 ? Math.min(...beyond) : null,
      triedSeconds: Math.max(...silences.map(({ seconds }) => seconds)),
    },
    problem:
      odd.length > 0
        ? `Nothing came in after a silence of ${odd.join(', ')} s, though ${heldSeconds} s were survived: ` +
          'bindings end for another reason than their age, or datagrams were lost.'
        : null,
  };
}
