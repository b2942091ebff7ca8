import type { OutboxMessage } from '../../model/alert.js';
import type { StoreConnection } from './connection.js';
import * as outbox from './outbox.js';

/** The messages that are to be sent, were sent, or were given up. */
export class Messages {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /** Takes due messages, oldest first. Others get them when the lease has ended and no one marked them. */
  claimMessages(now: Date, limit: number, leaseMs: number): Promise<OutboxMessage[]> {
    return this.#connection.transact((db) => outbox.claimMessages(db, now, limit, leaseMs));
  }

  /** Puts events into the outbox, without those whose key ever was in it. */
  enqueueAll(messages: readonly outbox.NewMessage[]): Promise<void> {
    return this.#connection.transact(async (db) => {
      for (const message of messages) await outbox.enqueue(db, message);
    });
  }

  markSent(id: number, at: Date): Promise<void> {
    return this.#connection.transact((db) => outbox.markSent(db, id, at));
  }

  /** Notes a try that failed, and when to try again; null: given up. */
  markFailed(id: number, error: string, retryAt: Date | null): Promise<void> {
    return this.#connection.transact((db) => outbox.markFailed(db, id, error, retryAt));
  }

  /** Joins the held events of a sweep to messages of at most 200 events, for each channel its own. */
  closeDigest(sweepId: number, at: Date): Promise<void> {
    return this.#connection.transact((db) => outbox.closeDigest(db, sweepId, at));
  }

  count(): Promise<outbox.MessageCounts> {
    return outbox.countMessages(this.#connection.tables);
  }

  /** The newest messages that were given up, newest first. */
  listFailed(limit: number): Promise<outbox.FailedMessage[]> {
    return outbox.listFailedMessages(this.#connection.tables, limit);
  }

  /** Has all that were given up sent again, and returns how many. */
  retryFailed(now: Date): Promise<number> {
    return this.#connection.transact((db) => outbox.retryFailed(db, now));
  }
}
