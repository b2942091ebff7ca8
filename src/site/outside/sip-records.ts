import { Bell } from '../../async/bell.js';
import { limitWork } from '../../async/time-limit.js';
import type { SipComparison } from '../../model/site.js';
import { compareSipMessages, type SipDifference } from '../../protocols/sip/compare-sip-messages.js';

/** The messages of an exchange, in the order in which they are sent. */
const EXCHANGE: readonly { readonly direction: SipDirection; readonly message: string }[] = [
  { direction: 'outward', message: 'OPTIONS' },
  { direction: 'inward', message: '200 OK' },
  { direction: 'inward', message: 'OPTIONS' },
  { direction: 'outward', message: '200 OK' },
  { direction: 'outward', message: 'INVITE' },
  { direction: 'inward', message: '183 Session Progress' },
  { direction: 'inward', message: '603 Decline' },
  { direction: 'outward', message: 'ACK' },
];

const DIRECTIONS = ['outward', 'inward'] as const;

const MAX_DETAIL = 512;

const MADE_UP = 'The other side did not send this: something on the way made it.';

/** What one transport carried: outward from here to the vantage, inward from there to us. */
export type SipDirection = 'outward' | 'inward';

/** Different versions of one message that are kept. */
const MAX_VERSIONS = 8;

/** Messages of different names that are kept of each direction. */
const MAX_NAMES = 16;

/** The messages of one transport as they were sent and as they arrived, by name. Wakes those who wait for one. */
export class SipRecords {
  readonly #records = {
    outward: { sent: new Map<string, Buffer[]>(), arrived: new Map<string, Buffer[]>() },
    inward: { sent: new Map<string, Buffer[]>(), arrived: new Map<string, Buffer[]>() },
  };
  readonly #bell = new Bell();

  /** Why nothing, or nothing more, could be sent from here; null if nothing was in the way. */
  problem: string | null = null;

  /** Keeps a message; the same bytes once. */
  note(direction: SipDirection, what: 'sent' | 'arrived', name: string, bytes: Buffer): void {
    const names = this.#records[direction][what];
    const versions = names.get(name) ?? [];
    if (versions.length === 0 && names.size >= MAX_NAMES) return;
    names.set(name, versions);
    if (versions.length < MAX_VERSIONS && !versions.some((other) => other.equals(bytes))) versions.push(bytes);
    this.wake();
  }

  /** The different versions of a message; none if there was none. */
  versions(direction: SipDirection, what: 'sent' | 'arrived', name: string): readonly Buffer[] {
    return this.#records[direction][what].get(name) ?? [];
  }

  /** Whether a message has arrived. */
  hasArrived(direction: SipDirection, name: string): boolean {
    return this.versions(direction, 'arrived', name).length > 0;
  }

  /** Names of all that arrived in a direction. */
  arrivedNames(direction: SipDirection): string[] {
    return [...this.#records[direction].arrived.keys()];
  }

  /** Lets all who wait look again. */
  wake(): void {
    this.#bell.ring();
  }

  /** Waits until the condition holds; false if it does not within `ms`, or if the signal came first. */
  until(condition: () => boolean, ms: number, signal: AbortSignal): Promise<boolean> {
    return limitWork(signal, ms, (limit) => this.#bell.until(condition, limit));
  }
}

/** Whether nothing more can come: every message was told by both sides, or nothing could be sent. */
export function isExchangeComplete(records: SipRecords): boolean {
  const nothingSent = EXCHANGE.every(({ message }) => records.versions('outward', 'sent', message).length === 0);
  if (records.problem !== null && nothingSent) return true;
  return EXCHANGE.every(
    ({ direction, message }) =>
      records.versions(direction, 'sent', message).length > 0 && records.hasArrived(direction, message),
  );
}

/** Compares each message as it left one side with what came in on the other. */
export function judgeSipRecords(transport: 'udp' | 'tcp', records: SipRecords): SipComparison[] {
  const expected = EXCHANGE.map(({ direction, message }) => compare(transport, direction, message, records));
  const others = DIRECTIONS.flatMap((direction) =>
    records
      .arrivedNames(direction)
      .filter((name) => !EXCHANGE.some((known) => known.direction === direction && known.message === name))
      .map((name) => compare(transport, direction, name, records)),
  );
  return [...expected, ...others];
}

function compare(
  transport: 'udp' | 'tcp',
  direction: SipDirection,
  message: string,
  records: SipRecords,
): SipComparison {
  const sent = records.versions(direction, 'sent', message);
  const arrived = records.versions(direction, 'arrived', message);
  const judged = { transport, direction, message, differences: [], detail: null };
  if (sent.length === 0 && arrived.length === 0) {
    return { ...judged, state: 'not-sent', detail: tellNotSent(direction, message, records).slice(0, MAX_DETAIL) };
  }
  if (arrived.length === 0) return { ...judged, state: 'lost', detail: records.problem };
  const [first] = arrived
    .map((version) => findNearest(sent, version))
    .filter(({ differences }) => differences.length > 0);
  if (!first) return { ...judged, state: 'same' };
  return { ...judged, state: 'altered', ...first };
}

/** What differs from that version which is most like it; a message that was made up differs completely. */
function findNearest(
  sent: readonly Buffer[],
  arrived: Buffer,
): { differences: SipDifference[]; detail: string | null } {
  const [nearest] = sent
    .map((version) => compareSipMessages(version, arrived))
    .sort((a, b) => a.length - b.length || size(a) - size(b));
  if (nearest) return { differences: nearest, detail: null };
  return { differences: compareSipMessages(Buffer.alloc(0), arrived), detail: MADE_UP };
}

function size(differences: readonly SipDifference[]): number {
  return differences.reduce((sum, { sent, arrived }) => sum + sent.length + arrived.length, 0);
}

function tellNotSent(direction: SipDirection, message: string, records: SipRecords): string {
  if (records.problem !== null) return records.problem;
  if (direction === 'outward') {
    return message === 'OPTIONS' || message === 'INVITE'
      ? 'The exchange ended before it was sent.'
      : 'There was nothing to answer: what should have come before did not arrive.';
  }
  const asked = message === 'OPTIONS' || message === '200 OK' ? 'OPTIONS' : 'INVITE';
  return records.hasArrived('outward', asked)
    ? 'The vantage could not send it.'
    : `The vantage had nothing to answer: ${asked} did not arrive there.`;
}
