import { inspect } from 'node:util';
import type { ChannelSettings } from '../../../src/fleet/alerts/alert-config-schema.js';
import { Secret } from '../../../src/fleet/alerts/alert-config-secret.js';
import type { Delivery } from '../../../src/fleet/alerts/channel.js';
import { sendMessage } from '../../../src/fleet/alerts/send-message.js';
import type { AlertEvent, ClientEvent, OperatorEvent, OutboxMessage } from '../../../src/model/alert.js';
import type { Change } from '../../../src/model/change.js';

export const NOW = new Date('2026-11-22T08:00:00.000Z');

/** All that a name could try on those who show it. */
export const HOSTILE =
  'A\r\nBcc: x@example.com\r\n\r\n<script>alert(1)</script><!channel> <@U1> [click](https://evil.example/) *b* `c` "q" \u202egnp.exe\u0000\x1b[2J=?UTF-8?Q?x?=';

export function change(partial: Partial<Change> = {}): Change {
  return {
    kind: 'exposed',
    key: 'admin-interface-reachable tcp/80',
    severity: 'critical',
    rule: 'admin-interface-reachable',
    endpoint: 'tcp/80',
    title: 'WebPro is reachable on tcp/80',
    before: null,
    after: 'critical',
    ...partial,
  };
}

export function clientEvent({
  client,
  ...partial
}: Partial<Omit<ClientEvent, 'client'>> & { client?: Partial<ClientEvent['client']> } = {}): ClientEvent {
  return {
    type: 'changes',
    at: NOW.toISOString(),
    sweepId: 7,
    client: {
      id: 'muster',
      name: 'Muster AG',
      group: 'zurich',
      tags: ['gold'],
      contacts: ['it@muster.example'],
      ...client,
    },
    slot: '203.0.113.7',
    address: '203.0.113.7',
    verdict: 'violation',
    summary: 'WebPro can be reached by everybody.',
    changes: [change()],
    flapping: false,
    ...partial,
  };
}

export const operatorEvent: OperatorEvent = {
  type: 'operator',
  at: NOW.toISOString(),
  title: 'The vantage is broken',
  detail: 'The control endpoint did not answer.',
};

export function message(
  events: readonly AlertEvent[] = [clientEvent()],
  partial: Partial<OutboxMessage> = {},
): OutboxMessage {
  return {
    id: 1,
    key: '7/muster/203.0.113.7/main',
    channel: 'main',
    events,
    attempts: 0,
    createdAt: NOW.toISOString(),
    ...partial,
  };
}

/** A message whose every text is hostile, with ever so many changes. */
export function hostileMessage(text: string, changes = 1): OutboxMessage {
  const event = clientEvent({
    client: { id: text, name: text, contacts: [text] },
    slot: text,
    address: text,
    summary: text,
    changes: Array.from({ length: changes }, () =>
      change({ kind: 'identity-changed', title: text, before: text, after: text }),
    ),
  });
  return message([event]);
}

export const SIGNING_KEY = 'correct horse battery staple';

/** Settings of each kind for a sink at this address; `emailPort` for mail. */
export function settingsFor(kind: ChannelSettings['kind'], url: string): ChannelSettings {
  switch (kind) {
    case 'webhook':
      return { kind, url: new Secret(url), secret: new Secret(SIGNING_KEY), allowHttp: false };
    case 'slack':
    case 'teams':
      return { kind, url: new Secret(url), allowHttp: false };
    case 'ntfy': {
      const { origin, pathname } = new URL(url);
      return {
        kind,
        server: `${origin}/`,
        topic: new Secret(pathname.slice(1)),
        token: new Secret('tk_ntfytoken0123'),
        allowHttp: false,
      };
    }
    case 'email':
      return {
        kind,
        host: '127.0.0.1',
        port: Number(new URL(url).port),
        from: 'Sallyport <alerts@dealer.example>',
        to: ['noc@dealer.example'],
        contacts: false,
      };
  }
}

/** Sends through one channel. */
export function send(
  settings: ChannelSettings,
  sent: OutboxMessage = message(),
  { timeoutMs = 5000, signal = new AbortController().signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Delivery> {
  return sendMessage(sent, { channels: new Map([[sent.channel, settings]]) }, { signal, now: NOW, timeoutMs });
}

/** All that could be shown of a value, for a look whether a secret is in it. */
export function showAll(value: unknown): string {
  return [JSON.stringify(value), inspect(value, { depth: 9, showHidden: true }), String(value)].join('\n');
}
