/** Who hands a report over. */
export interface Brand {
  readonly name: string;
  /** The postal address, line by line. */
  readonly address: readonly string[];
  readonly phone: string | null;
  readonly email: string | null;
  readonly web: string | null;
  /** `#rrggbb`. */
  readonly colour: string;
  readonly logo: Logo | null;
  /** A line at the end of each document. */
  readonly footer: string | null;
}

/** A picture that is safe to show. */
export interface Logo {
  readonly kind: 'png' | 'svg';
  readonly bytes: Uint8Array;
  /** For HTML: an `img` with it neither runs scripts nor fetches anything. */
  readonly dataUrl: string;
}

/** The colour of a document without a brand. */
export const DEFAULT_COLOUR = '#1f4e79';
