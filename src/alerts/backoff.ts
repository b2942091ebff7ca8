import type { OutboxMessage } from '../model/alert.js';

/** The wait after the first failure; it doubles with each one. */
export const BASE_DELAY_MS = 30_000;
const MAX_DELAY_MS = 6 * 3_600_000;
/** A message is given up when it is so old and was tried so often: a machine that was off is no reason. */
const MAX_AGE_MS = 3 * 86_400_000;
const MIN_TRIES = 10;

/**
 * When a message is tried again after a failure; null where it is given up. The wait is 75 to 100 % of 30 s · 2ⁿ, at
 * most 6 h, so that what failed together does not come again together; not shorter than the other side asked for.
 * @param random from 0 to below 1
 */
export function chooseRetry(
  { attempts, createdAt }: Pick<OutboxMessage, 'attempts' | 'createdAt'>,
  retryAfterMs: number,
  now: Date,
  random: number,
): Date | null {
  const tries = attempts + 1;
  if (tries >= MIN_TRIES && now.getTime() - Date.parse(createdAt) >= MAX_AGE_MS) return null;
  const delay = Math.min(BASE_DELAY_MS * 2 ** attempts, MAX_DELAY_MS) * (1 - random / 4);
  return new Date(now.getTime() + Math.max(delay, retryAfterMs));
}
