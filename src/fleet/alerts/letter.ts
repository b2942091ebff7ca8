import { createHash } from 'node:crypto';
import type { ChannelSettings } from './alert-config-schema.js';
import { type MessageText, renderMessage } from './render-message.js';
import type { ReportEvent, SaidMessage } from '../../model/alert.js';
import { forHtml, forTerminal } from '../../words/escape.js';
import { cutText } from '../../words/sentence.js';

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
  /** The same for every try, so that mail systems drop what they have. */
  readonly messageId: string;
  /** The mail that opened the thread of the problem. */
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly attachments?: readonly LetterAttachment[];
}

/** A file that goes with a letter. */
export interface LetterAttachment {
  /** ASCII letters, digits, dots and hyphens. */
  readonly name: string;
  /** MIME type. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** What a letter says. */
export type LetterText = Pick<MessageText, 'title' | 'sections' | 'command'>;

/** A report as it is sent. */
export interface DrawnReport {
  /** Its title is the subject. */
  readonly text: LetterText;
  readonly attachment: LetterAttachment;
}

/** Some help desks take no longer subject. */
const MAX_SUBJECT = 100;

/** Composes the letter of a message; contacts get a copy only if it concerns no other client. */
export function composeLetter(
  message: SaidMessage,
  settings: Pick<ChannelSettings<'email'>, 'from' | 'to' | 'contacts'>,
): Letter {
  const text = renderMessage(message);
  const from = parseMailbox(settings.from)!;
  const domain = from.address.split('@')[1]!;
  return {
    from,
    to: parseMailboxes(settings.to),
    cc: settings.contacts ? listContacts(message) : [],
    text: composeText(text),
    html: composeHtml(text),
    ...composeThread(message, text, domain),
  };
}

/** Composes the letter that a report is sent with: to a client's own contacts, or to the addresses of the channel. */
export function composeReportLetter(
  key: string,
  { client, to }: Pick<ReportEvent, 'client' | 'to'>,
  { text, attachment }: DrawnReport,
  settings: Pick<ChannelSettings<'email'>, 'from' | 'to'>,
): Letter {
  const from = parseMailbox(settings.from)!;
  return {
    from,
    to: parseMailboxes(to === 'contacts' ? (client?.contacts ?? []) : settings.to),
    cc: [],
    subject: cutText(forTerminal(text.title), MAX_SUBJECT),
    text: composeText(text),
    html: composeHtml(text),
    messageId: createMessageId([key], from.address.split('@')[1]!),
    attachments: [attachment],
  };
}

/**
 * A problem is a thread: one subject from its beginning to its end, and each mail answers the first, so that a help desk
 * keeps it in one ticket.
 */
function composeThread(
  { key, channel, events }: SaidMessage,
  { title }: MessageText,
  domain: string,
): Pick<Letter, 'subject' | 'messageId' | 'inReplyTo' | 'references'> {
  const messageId = createMessageId([key], domain);
  const [event] = events;
  const problem = event?.type === 'changes' && events.length === 1 ? event.problem : undefined;
  if (event?.type !== 'changes' || !problem) return { subject: composeSubject(title), messageId };
  const { client, slot } = event;
  const { opening, openedAt, isOpening } = problem;
  const first = createMessageId([channel, client.id, slot, opening.key, openedAt], domain);
  const subject = composeSubject(`${cutText(client.name, 30)}, ${cutText(slot, 39)}: ${opening.title}`);
  return isOpening ? { subject, messageId: first } : { subject, messageId, inReplyTo: first, references: first };
}

function composeSubject(title: string): string {
  return cutText(`[sallyport] ${forTerminal(title)}`, MAX_SUBJECT);
}

function createMessageId(parts: readonly string[], domain: string): string {
  const text = parts.length === 1 ? parts[0]! : JSON.stringify(parts);
  return `<${createHash('sha256').update(text).digest('hex').slice(0, 32)}@${domain}>`;
}

function listContacts({ events }: SaidMessage): Mailbox[] {
  const [event] = events;
  return events.length === 1 && event?.type === 'changes' ? parseMailboxes(event.client.contacts) : [];
}

/** Those of a client's contacts that are e-mail addresses. */
export function parseMailboxes(contacts: readonly string[]): Mailbox[] {
  return contacts.flatMap((contact) => parseMailbox(contact) ?? []);
}

/** Parses `address` or `Name <address>`; null if it is not one, as a telephone number among the contacts. */
function parseMailbox(text: string): Mailbox | null {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  const bare = address.trim();
  if (!/^[^\s\p{Cc}<>@,;"()]{1,64}@[^\s\p{Cc}<>@,;"()]{1,255}$/u.test(bare)) return null;
  return { name: forTerminal(name.trim().replace(/^"(.*)"$/, '$1')), address: bare };
}

function composeText({ sections, command }: LetterText): string {
  const parts = sections.map(({ heading, lines }) =>
    [forTerminal(heading), ...lines.map((line) => `  - ${forTerminal(line)}`)].join('\n'),
  );
  return [...parts, ...(command === null ? [] : [`Next: ${forTerminal(command)}`])].join('\n\n') + '\n';
}

function composeHtml({ title, sections, command }: LetterText): string {
  const parts = sections.map(
    ({ heading, lines }) =>
      `<h2>${forHtml(heading)}</h2>\n<ul>\n${lines.map((line) => `<li>${forHtml(line)}</li>\n`).join('')}</ul>\n`,
  );
  const next = command === null ? '' : `<p>Next: <code>${forHtml(command)}</code></p>\n`;
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${forHtml(title)}</title></head><body>\n<h1>${forHtml(title)}</h1>\n${parts.join('')}${next}</body></html>\n`;
}
