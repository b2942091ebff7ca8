import { randomUUID } from 'node:crypto';
import type { OutboxMessage } from '../model/alert.js';

/** A message for a channel that nobody takes for an alert. */
export function composeTestMessage(channel: string, now: Date): OutboxMessage {
  const at = now.toISOString();
  return {
    id: 0,
    key: `test/${randomUUID()}`,
    channel,
    events: [
      {
        type: 'operator',
        at,
        title: 'Test message, nothing has happened',
        detail: `Somebody tested the channel "${channel}". It works.`,
      },
    ],
    attempts: 0,
    createdAt: at,
  };
}
