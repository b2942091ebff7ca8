import type { Change, SaidChange } from './change.js';
import type { ClientCard } from './client.js';
import type { Verdict } from './report.js';
import type { Summary } from './summary.js';

/** Changes of one client that someone has to hear of. */
export interface ClientEvent {
  readonly type: 'changes';
  readonly at: string;
  readonly sweepId: number;
  readonly client: ClientCard;
  readonly slot: string;
  readonly address: string | null;
  readonly verdict: Verdict;
  /** Of the report; null if that is not kept any more. */
  readonly summary: Summary | null;
  readonly changes: readonly Change[];
  /** Who authorised the check; absent from messages of before this was noted. */
  readonly authorization?: string | null;
  /** Where the message is about one problem alone: which one, so that what follows joins its thread. */
  readonly problem?: Problem;
  /** Set where the client keeps changing: further changes are held back until it is stable. */
  readonly flapping: boolean;
}

/** A problem at one address of a client, from its beginning to its end. */
export interface Problem {
  /** The change that it began with. */
  readonly opening: Change;
  /** When it began, ISO 8601: the same problem may come again. */
  readonly openedAt: string;
  /** The event tells of the opening itself. */
  readonly isOpening: boolean;
}

/** Something wrong with sallyport itself, for the operator. */
export interface OperatorEvent {
  readonly type: 'operator';
  readonly at: string;
  readonly title: string;
  readonly detail: string;
}

/** What an alert tells. */
export type AlertEvent = ClientEvent | OperatorEvent;

/** A report that is due by mail. It is drawn when it is sent, from what the store has up to `at`. */
export interface ReportEvent {
  readonly type: 'report';
  /** When it fell due: later checks are not in it. ISO 8601. */
  readonly at: string;
  /** From when on changes are listed. ISO 8601. */
  readonly since: string;
  /** What the time is called in the subject and the name of the file: `2026-11`, `2026-12-01`. */
  readonly period: string;
  /** Its name in the alert configuration. */
  readonly report: string;
  /** Whom it is of; null: of all clients. */
  readonly client: ClientCard | null;
  /** To the client's own contacts, or to the addresses of the channel. */
  readonly to: 'contacts' | 'channel';
}

/** What the outbox holds: alerts, and reports, each of which is a message of its own. */
export type QueuedEvent = AlertEvent | ReportEvent;

/** One message of the outbox: an event, or the events of a digest. */
export interface OutboxMessage {
  readonly id: number;
  /** Same for every try: receivers drop what they have seen. */
  readonly key: string;
  /** Name of the channel in the alert configuration. */
  readonly channel: string;
  readonly events: readonly QueuedEvent[];
  readonly attempts: number;
  readonly createdAt: string;
}

/** A {@link ClientEvent} in words. */
export interface SaidClientEvent extends Omit<ClientEvent, 'summary' | 'changes' | 'problem'> {
  /** The report's sentence. */
  readonly summary: string;
  readonly changes: readonly SaidChange[];
  readonly problem?: Omit<Problem, 'opening'> & { readonly opening: SaidChange };
}

/** An event in words: what a channel is given to send. */
export type SaidEvent = SaidClientEvent | OperatorEvent;

/** A message in words. */
export interface SaidMessage extends Omit<OutboxMessage, 'events'> {
  readonly events: readonly SaidEvent[];
}
