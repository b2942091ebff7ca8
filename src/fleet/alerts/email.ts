import { createHash } from 'node:crypto';
import { limitTime, waitWithin } from '../../async/time-limit.js';
import { type ChannelSettings, isLoopback } from './alert-config-schema.js';
import type { Channel } from './channel.js';
import { type MessageText, renderMessage } from './render-message.js';
import { judgeSmtpError, type SmtpError, type SmtpSituation } from './smtp-trouble.js';
import type { SaidMessage } from '../../model/alert.js';
import { cutText } from '../../words/sentence.js';
import { forHtml, forTerminal } from '../../words/escape.js';

const DEFAULT_PORTS = { implicit: 465, starttls: 587, none: 25 } as const;

/** A mail takes several answers; all of them together may take so many times as long as one. */
const ANSWERS = 4;

/** E-mail by SMTP, in text and HTML. */
export const email: Channel<'email'> = {
  id: 'email',
  title: 'E-mail, by SMTP',
  async send(message, settings, options) {
    const { createTransport } = await import('nodemailer');
    const tls = settings.tls ?? (isLoopback(settings.host) ? 'none' : 'starttls');
    const port = settings.port ?? DEFAULT_PORTS[tls];
    const heard = new ServerList();
    const transport = createTransport({
      ...describeServer(settings, { tls, port }, options.timeoutMs),
      ...{ debug: true, logger: heard },
    });
    const { from, to, cc, ...letter } = composeLetter(message, settings);
    const mail = {
      ...letter,
      from: { ...from },
      to: to.map((mailbox) => ({ ...mailbox })),
      cc: cc.map((mailbox) => ({ ...mailbox })),
      headers: settings.autoSubmitted ? { 'Auto-Submitted': 'auto-generated' } : {},
      disableFileAccess: true,
      disableUrlAccess: true,
    };
    const limit = limitTime(options.signal, options.timeoutMs * ANSWERS);
    try {
      // Where the wait ends first, the connection ends by its own timeouts.
      const sent = await waitWithin(limit.signal, () => transport.sendMail(mail));
      if (!sent) return { outcome: 'retry', reason: limit.isOver() ? 'the mail server took too long' : 'was stopped' };
      if (sent.rejected.length === 0) return { outcome: 'delivered' };
      return { outcome: 'delivered', note: `the server refused ${sent.rejected.map(String).join(', ')}` };
    } catch (error) {
      return judgeSmtpError(error as SmtpError, settings, { tls, port, offersStartTls: heard.offersStartTls });
    } finally {
      limit.release();
    }
  },
};

/** Listens to nodemailer for what the server offers; what else it could log is of no use to anyone. */
class ServerList {
  offersStartTls: boolean | null = null;

  debug(entry: { readonly tnx?: string } | undefined, ...texts: readonly unknown[]): void {
    if (entry?.tnx !== 'server' || this.offersStartTls) return;
    // The greeting has one line, and so has an answer that lists nothing: those do not count against it.
    const text = String(texts[0]);
    if (/^250[ -]/.test(text)) this.offersStartTls = /^250[ -]STARTTLS\b/im.test(text);
  }

  trace(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
  fatal(): void {}
  level(): void {}
}

function describeServer(
  { host, user, password }: ChannelSettings<'email'>,
  { tls, port }: Pick<SmtpSituation, 'tls' | 'port'>,
  timeoutMs: number,
) {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    // Longer, so that a missing greeting is told as such.
    socketTimeout: timeoutMs * 1.5,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    ...(user !== undefined && { auth: { user, pass: password?.reveal() } }),
  };
}

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
}

/** Some help desks take no longer subject. */
const MAX_SUBJECT = 100;

/** Composes the letter of a message; contacts get a copy only if it concerns no other client. */
function composeLetter(
  message: SaidMessage,
  settings: Pick<ChannelSettings<'email'>, 'from' | 'to' | 'contacts'>,
): Letter {
  const text = renderMessage(message);
  const from = parseMailbox(settings.from)!;
  const domain = from.address.split('@')[1]!;
  return {
    from,
    to: settings.to.flatMap((address) => parseMailbox(address) ?? []),
    cc: settings.contacts ? listContacts(message) : [],
    text: composeText(text),
    html: composeHtml(text),
    ...composeThread(message, text, domain),
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
  if (events.length !== 1 || event?.type !== 'changes') return [];
  return event.client.contacts.flatMap((contact) => parseMailbox(contact) ?? []);
}

/** Parses `address` or `Name <address>`; null if it is not one, as a telephone number among the contacts. */
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
