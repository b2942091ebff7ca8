import type { Evidence } from '../../model/evidence.js';
import type { Reason } from '../../model/report.js';
import type { Sender } from '../sockets/udp-port.js';
import type { Correlate } from './udp-shared.js';

/** A datagram to send, and the key by which its answer is known if it comes from elsewhere. */
export interface Question {
  readonly bytes: Uint8Array;
  readonly key?: string;
}

/** What to ask of a UDP endpoint. */
export interface UdpRequest {
  /** Creates the datagram of one try; `local` tells where it is sent from, and is asked only where it matters. */
  readonly ask: (local: () => Sender, target: Sender) => Question;
  /** Reads an answer of the protocol; undefined for any other datagram. */
  readonly read: (bytes: Buffer) => Evidence | undefined;
  /** The reason of an endpoint that answered in the protocol. */
  readonly reason: Reason;
  /** Finds answers that come from another port or address. */
  readonly correlate?: Correlate;
  /** A last try from this local port, since some servers answer only that. */
  readonly lastFromPort?: number;
  /** Answers may come to this local port instead of the one that was asked from; heard where it can be had. */
  readonly alsoAt?: number;
  /** Goes on listening after the first answer, and joins the evidence of all. */
  readonly collect?: {
    /** For how long after the first answer, ms, by what has come so far; 0 where nothing better can come. */
    readonly ms: (all: Evidence) => number;
    readonly join: (all: Evidence, next: Evidence) => Evidence;
    /** How many more times to ask at once after a first answer, by what it was: `ask` then knows it. */
    readonly askMore?: (first: Evidence) => number;
  };
  /** Tries, where not those of the timing. */
  readonly tries?: number;
  /** When silence is believed, on the clock of `performance.now()`, where not after the whole patience. */
  readonly until?: number;
}
