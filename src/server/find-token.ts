import { timingSafeEqual } from 'node:crypto';
import { hashToken, MAX_TOKEN, type TokenEntry } from '../files/server/token-file.js';
import { readInstant } from '../files/text/instant.js';

/**
 * Finds whose token an Authorization header holds (RFC 6750 §2.1); null if it is not one that holds now. Compared are
 * hashes, in constant time and with every entry, so that no answer comes sooner than another.
 */
export function findToken(
  entries: readonly TokenEntry[],
  authorization: string | undefined,
  now: Date,
): TokenEntry | null {
  const hash = hashToken(readBearer(authorization));
  let found: TokenEntry | null = null;
  for (const entry of entries) if (timingSafeEqual(entry.hash, hash)) found = entry;
  return found && holdsAt(found, now) ? found : null;
}

/** Whether a token is valid at a time; its last day still counts. */
export function holdsAt({ until }: TokenEntry, at: Date): boolean {
  return until === null || readInstant(until, 'end') >= at;
}

/** The token in an Authorization header (RFC 6750 §2.1); empty if there is none. */
export function readBearer(authorization: string | undefined): string {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization?.slice(0, MAX_TOKEN + 64) ?? '')?.[1] ?? '';
}
