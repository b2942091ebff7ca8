import { randomUUID } from 'node:crypto';
import { sayChange } from '../changes/say-change.js';
import type { ChannelKind, ChannelSettings } from './alert-config-schema.js';
import type { AlertConfig } from './alert-config.js';
import type { Channel, Delivery, SendOptions } from './channel.js';
import { CHANNELS } from './registry.js';
import { saySummary } from '../../check/judge/say-report.js';
import type { AlertEvent, OutboxMessage, SaidEvent, SaidMessage } from '../../model/alert.js';

/** How long a channel may take to answer. */
export const SEND_TIMEOUT_MS = 15_000;

/** Tries once to send a message through its channel. Never throws: a fault of our own is worth another try. */
export async function sendMessage(
  message: OutboxMessage,
  { channels }: Pick<AlertConfig, 'channels'>,
  options: SendOptions,
): Promise<Delivery> {
  const settings = channels.get(message.channel);
  if (!settings) return { outcome: 'rejected', reason: 'this channel is no longer configured', final: true };
  try {
    return await sendThrough(settings.kind, sayMessage(message), settings, options);
  } catch (error) {
    // Its message may hold what it was given: an address, a token.
    return { outcome: 'retry', reason: `internal error (${error instanceof Error ? error.name : typeof error})` };
  }
}

function sendThrough<K extends ChannelKind>(
  kind: K,
  message: SaidMessage,
  settings: ChannelSettings<K>,
  options: SendOptions,
): Promise<Delivery> {
  const channel: Channel<K> = CHANNELS[kind];
  return channel.send(message, settings, options);
}

/** Puts the alerts of a message into words. Total. */
export function sayMessage(message: OutboxMessage): SaidMessage {
  return { ...message, events: message.events.flatMap((event) => (event.type === 'report' ? [] : sayEvent(event))) };
}

function sayEvent(event: AlertEvent): SaidEvent {
  if (event.type === 'operator') return event;
  const { summary, verdict, changes, problem, ...rest } = event;
  const sentence = summary ? saySummary(summary) : `The verdict was “${verdict}”; the report is no longer stored.`;
  return {
    ...rest,
    ...{ verdict, summary: sentence, changes: changes.map(sayChange) },
    ...(problem && { problem: { ...problem, opening: sayChange(problem.opening) } }),
  };
}

/** A message for a channel that no one takes for an alert. */
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
        title: 'Test message: nothing has happened',
        detail: `Someone tested the channel "${channel}". It works.`,
      },
    ],
    attempts: 0,
    createdAt: at,
  };
}
