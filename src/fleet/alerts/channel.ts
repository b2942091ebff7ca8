import type { ChannelKind, ChannelSettings } from './alert-config-schema.js';
import type { SaidMessage } from '../../model/alert.js';

/**
 * A kind of channel: one file that sends messages in its own form, a line in registry.ts and the schema of its
 * settings in alert-config-schema.ts.
 */
export interface Channel<K extends ChannelKind> {
  /** As `kind` in the configuration. */
  readonly id: K;
  /** For people. */
  readonly title: string;
  /**
   * Tries once. Texts of clients and targets are hostile: they are escaped for the place where they are shown, and
   * bounded. No secret gets into a reason.
   */
  send(message: SaidMessage, settings: ChannelSettings<K>, options: SendOptions): Promise<Delivery>;
}

/** How a message is sent. */
export interface SendOptions {
  /** Ends the try; what was under way may have arrived all the same. */
  readonly signal: AbortSignal;
  readonly now: Date;
  /** How long the other side may take to answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** What became of a try. */
export type Delivery =
  /** The other side has it. The note tells of recipients that it refused. */
  | { readonly outcome: 'delivered'; readonly note?: string }
  /** May go well another time; not sooner than in `retryAfterMs` where the other side said so. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly retryAfterMs?: number }
  /** Will not go well as it is, so that it is given up after some tries; at once where another cannot differ. */
  | { readonly outcome: 'rejected'; readonly reason: string; readonly final?: true };
