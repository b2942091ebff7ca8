import type { SipComparison } from '../model/site.js';
import { compareSipMessages, type SipDifference } from '../protocols/compare-sip-messages.js';
import type { SipDirection, SipRecords } from './sip-records.js';

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

/** What differs from that version which is most like it; a message that was made up differs in all. */
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
