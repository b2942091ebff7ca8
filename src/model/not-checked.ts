/** Why a client, or one of its addresses, is not checked, or was not for long; programs rely on these. */
export const NOT_CHECKED = [
  'unauthorised',
  'paused',
  'gone',
  'retired',
  'new',
  'uncounted',
  'stale',
  'failed',
] as const;

/** What was last looked at longer ago counts as not checked, where no one says otherwise, ms. */
export const STALE_AFTER_MS = 8 * 86_400_000;

/** What was last looked at before this counts as not checked, where no one says otherwise. */
export function staleBefore(now: Date): Date {
  return new Date(now.getTime() - STALE_AFTER_MS);
}

/** What was looked at later than so much from now was stored while a clock was wrong: no one knows when it was. */
export const CLOCK_DOUBT_MS = 3_600_000;

/** A client, or one of its addresses, that is not checked. */
export interface NotChecked {
  readonly why: (typeof NOT_CHECKED)[number];
  /** For people: a phrase. */
  readonly reason: string;
}
