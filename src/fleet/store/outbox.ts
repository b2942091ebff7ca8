import { type Kysely, sql } from 'kysely';
import type { OutboxMessage, QueuedEvent } from '../../model/alert.js';
import { addHandedReport } from './handed-reports.js';
import type { Tables } from './tables.js';

type Db = Kysely<Tables>;

/** An event for a channel. */
export interface NewMessage {
  /** Unique for ever: the same key is taken once. */
  readonly key: string;
  readonly channel: string;
  /** Held until its sweep's digest is closed; sent at once if there is no sweep. */
  readonly digest: boolean;
  readonly sweepId: number | null;
  readonly event: QueuedEvent;
  /** ISO 8601. */
  readonly at: string;
}

/** A message that was given up. */
export interface FailedMessage {
  readonly id: number;
  readonly key: string;
  readonly channel: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly error: string;
}

/** How many messages are to be sent, wait for their digest, and were given up. */
export interface MessageCounts {
  readonly waiting: number;
  readonly held: number;
  readonly failed: number;
}

/** Events in one message of a digest. */
const MAX_EVENTS = 200;

/** Puts an event into the outbox, unless one of its key ever was. */
export async function enqueue(db: Db, { key, channel, digest, sweepId, event, at }: NewMessage): Promise<void> {
  const state = digest && sweepId !== null ? 'held' : 'waiting';
  await insertMessage(db, { key, channel, sweep_id: sweepId, state, events: [event], at: Date.parse(at) });
}

type Message = Pick<Tables['messages'], 'key' | 'channel' | 'sweep_id' | 'state'>;

async function insertMessage(
  db: Db,
  { events, at, ...message }: Message & { readonly events: readonly QueuedEvent[]; readonly at: number },
): Promise<void> {
  await db
    .insertInto('messages')
    .values({
      ...message,
      events: JSON.stringify(events),
      attempts: 0,
      created_at: at,
      due_at: at,
      sent_at: null,
      error: null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

/** Joins the held events of a sweep to messages of at most 200 events, for each channel its own. */
export async function closeDigest(db: Db, sweepId: number, at: Date): Promise<void> {
  const held = () => db.selectFrom('messages').where('sweep_id', '=', sweepId).where('state', '=', 'held');
  const channels = await held().select('channel').distinct().orderBy('channel').execute();
  for (const { channel } of channels) {
    for (;;) {
      const rows = await held()
        .where('channel', '=', channel)
        .orderBy('id')
        .limit(MAX_EVENTS)
        .select(['id', 'events'])
        .execute();
      if (rows.length === 0) break;
      await insertMessage(db, {
        // Ids are never used again, so a sweep that is continued has other keys.
        key: `digest/${sweepId}/${channel}/${rows[0]!.id}`,
        channel,
        sweep_id: sweepId,
        state: 'waiting',
        events: rows.flatMap(({ events }) => JSON.parse(events) as QueuedEvent[]),
        at: at.getTime(),
      });
      const ids = rows.map(({ id }) => id);
      await db.updateTable('messages').set({ state: 'joined', events: '[]' }).where('id', 'in', ids).execute();
    }
  }
}

/** No message waits as long as this: what is due later was noted while the clock was ahead, and is due. */
const TOO_LATE_MS = 12 * 3_600_000;

/** What the keys of reports begin with. They are many at once, and alerts do not wait for them. */
export const REPORT_KEY = 'report/';

/** Takes due messages, alerts before reports and oldest first, and hides them from others until the lease ends. */
export async function claimMessages(db: Db, now: Date, limit: number, leaseMs: number): Promise<OutboxMessage[]> {
  const rows = await db
    .selectFrom('messages')
    .where('state', '=', 'waiting')
    .where((query) =>
      query.or([query('due_at', '<=', now.getTime()), query('due_at', '>', now.getTime() + TOO_LATE_MS)]),
    )
    .orderBy(sql`key like ${`${REPORT_KEY}%`}`)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .select(['id', 'key', 'channel', 'events', 'attempts', 'created_at'])
    .execute();
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await db
      .updateTable('messages')
      .set({ due_at: now.getTime() + leaseMs })
      .where('id', 'in', ids)
      .execute();
  }
  return rows.map(({ events, created_at, ...message }) => ({
    ...message,
    events: JSON.parse(events) as QueuedEvent[],
    createdAt: new Date(created_at).toISOString(),
  }));
}

/** Notes that a message was sent; with a report of a client, that this was handed over. */
export async function markSent(db: Db, id: number, at: Date): Promise<void> {
  const sent = await db
    .updateTable('messages')
    .set(({ eb }) => ({ state: 'sent', sent_at: at.getTime(), attempts: eb('attempts', '+', 1), error: null }))
    .where('id', '=', id)
    .returning('events')
    .executeTakeFirst();
  for (const event of JSON.parse(sent?.events ?? '[]') as QueuedEvent[]) {
    if (event.type !== 'report' || event.client === null || event.to !== 'contacts') continue;
    await addHandedReport(db, { clientId: event.client.id, until: event.at, how: 'mail', at: at.toISOString() });
  }
}

/** Notes a try that failed, and when to try again; null: given up. */
export async function markFailed(db: Db, id: number, error: string, retryAt: Date | null): Promise<void> {
  const next = retryAt === null ? ({ state: 'failed' } as const) : { due_at: retryAt.getTime() };
  await db
    .updateTable('messages')
    .set(({ eb }) => ({ ...next, error, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}

export async function countMessages(db: Db): Promise<MessageCounts> {
  const rows = await db
    .selectFrom('messages')
    .where('state', 'in', ['waiting', 'held', 'failed'])
    .groupBy('state')
    .select(['state', ({ fn }) => fn.countAll<number>().as('count')])
    .execute();
  const count = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { waiting: count('waiting'), held: count('held'), failed: count('failed') };
}

/** The newest messages that were given up, newest first. */
export async function listFailedMessages(db: Db, limit: number): Promise<FailedMessage[]> {
  const rows = await db
    .selectFrom('messages')
    .where('state', '=', 'failed')
    .orderBy('id', 'desc')
    .limit(limit)
    .select(['id', 'key', 'channel', 'attempts', 'created_at', 'error'])
    .execute();
  return rows.map(({ created_at, error, ...message }) => ({
    ...message,
    createdAt: new Date(created_at).toISOString(),
    error: error ?? '',
  }));
}

/** Has all that were given up sent again, and returns how many. */
export async function retryFailed(db: Db, now: Date): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('messages')
    .set({ state: 'waiting', attempts: 0, due_at: now.getTime() })
    .where('state', '=', 'failed')
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
