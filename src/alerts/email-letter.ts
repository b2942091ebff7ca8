import { createHash } from 'node:crypto';
import type { ChannelSettings } from '../inputs/alert-config-schema.js';
import type { OutboxMessage } from '../model/alert.js';
import { forHtml, forTerminal } from '../reporters/escape.js';
import { renderMessage, type MessageText } from './render-message.js';

/** A display name and an address. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** What is sent by mail. */
export interface Letter {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Of the message's key: the same for every try, so that mail systems drop what they have. */
  readonly messageId: string;
}

/** Composes the letter of a message; contacts get a copy only where it concerns their client alone. */
export function composeLetter(
  message: OutboxMessage,
  settings: Pick<ChannelSettings<'email'>, 'from' | 'to' | 'contacts'>,
): Letter {
  const text = renderMessage(message);
  const from = parseMailbox(settings.from)!;
  const digest = createHash('sha256').update(message.key).digest('hex').slice(0, 32);
  return {
    from,
    to: settings.to.flatMap((address) => parseMailbox(address) ?? []),
    cc: settings.contacts ? listContacts(message) : [],
    subject: `[sallyport] ${forTerminal(text.title)}`,
    text: composeText(text),
    html: composeHtml(text),
    messageId: `<${digest}@${from.address.split('@')[1]}>`,
  };
}

function listContacts({ events }: OutboxMessage): Mailbox[] {
  const [event] = events;
  if (events.length !== 1 || event?.type !== 'changes') return [];
  return event.client.contacts.flatMap((contact) => parseMailbox(contact) ?? []);
}

/** Parses `address` or `Name <address>`; null where it is none, as a telephone number among the contacts. */
function parseMailbox(text: string): Mailbox | null {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const bare = address.trim();
  if (!/^[^\s\p{Cc}<>@,;"()]{1,64}@[^\s\p{Cc}<>@,;"()]{1,255}$/u.test(bare)) return null;
  return { name: forTerminal(name.trim().replace(/^"(.*)"$/, '$1')), address: bare };
}

function composeText({ sections, command }: MessageText): string {
  const parts = sections.map(({ heading, lines }) =>
    [forTerminal(heading), ...lines.map((line) => `  - ${forTerminal(line)}`)].join('\n'),
  );
  return [...parts, ...(command === null ? [] : [`Next: ${forTerminal(command)}`])].join('\n\n') + '\n';
}

function composeHtml({ title, sections, command }: MessageText): string {
  const parts = sections.map(
    ({ heading, lines }) =>
      `<h2>${forHtml(heading)}</h2>\n<ul>\n${lines.map((line) => `<li>${forHtml(line)}</li>\n`).join('')}</ul>\n`,
  );
  const next = command === null ? '' : `<p>Next: <code>${forHtml(command)}</code></p>\n`;
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${forHtml(title)}</title></head><body>\n<h1>${forHtml(title)}</h1>\n${parts.join('')}${next}</body></html>\n`;
}
