/** Kinds of refusal, as the metrics count them. */
export const REFUSAL_KINDS = [
  'address',
  'address-rate',
  'busy',
  'malformed',
  'not-found',
  'proxy',
  'replay',
  'token',
  'token-rate',
] as const;
export type RefusalKind = (typeof REFUSAL_KINDS)[number];

/** Why a request is not served: told to the caller in a sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly statusCode: number,
    readonly kind: RefusalKind,
    message: string,
    /** Seconds after which it may be tried again. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}
