import { randomUUID } from 'node:crypto';
import type { ChannelKind, ChannelSettings } from './alert-config-schema.js';
import type { AlertConfig } from './alert-config.js';
import type { Channel, Delivery, SendOptions } from './channel.js';
import { CHANNELS } from './registry.js';
import type { OutboxMessage } from '../../model/alert.js';

/** How long a channel may take to answer. */
export const SEND_TIMEOUT_MS = 15_000;

/** Tries once to send a message through its channel. Never throws: a fault of our own is worth another try. */
export async function sendMessage(
  message: OutboxMessage,
  { channels }: Pick<AlertConfig, 'channels'>,
  options: SendOptions,
): Promise<Delivery> {
  const settings = channels.get(message.channel);
  if (!settings) return { outcome: 'rejected', reason: 'the configuration has no such channel any more' };
  try {
    return await sendThrough(settings.kind, message, settings, options);
  } catch (error) {
    // Its message may hold what it was given: an address, a token.
    return { outcome: 'retry', reason: `internal error (${error instanceof Error ? error.name : typeof error})` };
  }
}

function sendThrough<K extends ChannelKind>(
  kind: K,
  message: OutboxMessage,
  settings: ChannelSettings<K>,
  options: SendOptions,
): Promise<Delivery> {
  const channel: Channel<K> = CHANNELS[kind];
  return channel.send(message, settings, options);
}

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
