import { inspect } from 'node:util';
import type { ChannelSettings } from '../../../src/fleet/alerts/alert-config-schema.js';
import { Secret } from '../../../src/fleet/alerts/alert-config-secret.js';
import type { Channel, Delivery } from '../../../src/fleet/alerts/channel.js';
import { CHANNELS } from '../../../src/fleet/alerts/registry.js';
import type { DrawReport } from '../../../src/fleet/alerts/send-report.js';
import type {
  AlertEvent,
  ClientEvent,
  OperatorEvent,
  OutboxMessage,
  SaidClientEvent,
  SaidEvent,
  SaidMessage,
} from '../../../src/model/alert.js';
import type { Change, ChangeKind, ChangeWords, SaidChange } from '../../../src/model/change.js';
import type { Severity } from '../../../src/model/severity.js';

export const NOW = new Date('2026-11-22T08:00:00.000Z');

/** All that a name could try on those who show it. */
export const HOSTILE =
  'A\r\nBcc: x@example.com\r\n\r\n<script>alert(1)</script><!channel> <@U1> [click](https://evil.example/) *b* `c` "q" \u202egnp.exe\u0000\x1b[2J=?UTF-8?Q?x?=';

interface Sample extends Partial<ChangeWords> {
  readonly kind?: ChangeKind;
  readonly severity?: Severity;
  readonly key?: string;
}

/** A change as the store has it. */
export function change({ kind = 'exposed', severity = 'critical', key }: Sample = {}): Change {
  return {
    kind,
    key: key ?? 'admin-interface-reachable tcp/80',
    severity,
    rule: 'admin-interface-reachable',
    endpoint: 'tcp/80',
    data: { finding: {}, was: null },
  } as Change;
}

/** A change in words. */
export function saidChange(partial: Sample = {}): SaidChange {
  const { title = 'WebPro is reachable on tcp/80', before = null, after = 'critical', remedy = null } = partial;
  return { ...change(partial), title, before, after, remedy };
}

type Part<Event extends { readonly client: object }> = Partial<Omit<Event, 'client'>> & {
  client?: Partial<Event['client']>;
};

/** An event as the store has it. */
export function clientEvent(partial: Part<ClientEvent> = {}): ClientEvent {
  return { ...commonEvent(partial), summary: null, changes: [change()], ...partialOf(partial) };
}

/** An event in words. */
export function saidEvent(partial: Part<SaidClientEvent> = {}): SaidClientEvent {
  const summary = 'WebPro can be reached by everybody.';
  return { ...commonEvent(partial), summary, changes: [saidChange()], ...partialOf(partial) };
}

function partialOf<Event extends { readonly client: object }>({ client: _client, ...partial }: Part<Event>) {
  return partial;
}

function commonEvent({ client }: { client?: Partial<ClientEvent['client']> }) {
  return {
    type: 'changes' as const,
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
    verdict: 'violation' as const,
    flapping: false,
  };
}

export const operatorEvent: OperatorEvent = {
  type: 'operator',
  at: NOW.toISOString(),
  title: 'The vantage is broken',
  detail: 'The control endpoint did not answer.',
};

/** A message as the outbox has it. */
export function queuedMessage(
  events: readonly AlertEvent[] = [clientEvent()],
  partial: Partial<OutboxMessage> = {},
): OutboxMessage {
  return { ...message([]), events, ...partial };
}

/** A message in words. */
export function message(events: readonly SaidEvent[] = [saidEvent()], partial: Partial<SaidMessage> = {}): SaidMessage {
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
export function hostileMessage(text: string, changes = 1): SaidMessage {
  const event = saidEvent({
    client: { id: text, name: text, contacts: [text] },
    slot: text,
    address: text,
    summary: text,
    changes: Array.from({ length: changes }, () =>
      saidChange({ kind: 'identity-changed', title: text, before: text, after: text }),
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
        autoSubmitted: true,
      };
  }
}

/** For messages without reports. */
export const drawNothing: DrawReport = () => Promise.resolve(null);

/** Sends through one channel. */
export function send(
  settings: ChannelSettings,
  sent: SaidMessage = message(),
  { timeoutMs = 5000, signal = new AbortController().signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Delivery> {
  const channel = CHANNELS[settings.kind] as unknown as Channel<'webhook'>;
  return channel.send(sent, settings as ChannelSettings<'webhook'>, { signal, now: NOW, timeoutMs });
}

/** All that could be shown of a value, for a look whether a secret is in it. */
export function showAll(value: unknown): string {
  return [JSON.stringify(value), inspect(value, { depth: 9, showHidden: true }), String(value)].join('\n');
}
