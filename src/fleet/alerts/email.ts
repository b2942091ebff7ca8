import { createHash } from 'node:crypto';
import { limitTime, waitWithin } from '../../async/time-limit.js';
import { type ChannelSettings, isLoopback } from './alert-config-schema.js';
import { hideSecrets } from './alert-config-secret.js';
import type { Channel, Delivery } from './channel.js';
import { type MessageText, renderMessage } from './render-message.js';
import type { SaidMessage } from '../../model/alert.js';
import { forHtml, forTerminal } from '../../words/escape.js';

const DEFAULT_PORTS = { implicit: 465, starttls: 587, none: 25 } as const;

const MAX_ANSWER_SHOWN = 120;

/** A mail takes several answers; all of them together may take so many times as long as one. */
const ANSWERS = 4;

/** E-mail by SMTP, in text and HTML. */
export const email: Channel<'email'> = {
  id: 'email',
  title: 'E-mail, by SMTP',
  async send(message, settings, options) {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport(describeServer(settings, options.timeoutMs));
    const { from, to, cc, ...letter } = composeLetter(message, settings);
    const mail = {
      ...letter,
      from: { ...from },
      to: to.map((mailbox) => ({ ...mailbox })),
      cc: cc.map((mailbox) => ({ ...mailbox })),
      headers: { 'Auto-Submitted': 'auto-generated' },
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
      return judgeError(error as SmtpError, settings);
    } finally {
      limit.release();
    }
  },
};

function describeServer({ host, port, tls, user, password }: ChannelSettings<'email'>, timeoutMs: number) {
  const mode = tls ?? (isLoopback(host) ? 'none' : 'starttls');
  return {
    host,
    port: port ?? DEFAULT_PORTS[mode],
    secure: mode === 'implicit',
    requireTLS: mode === 'starttls',
    ignoreTLS: mode === 'none',
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    ...(user !== undefined && { auth: { user, pass: password?.reveal() } }),
  };
}

interface SmtpError extends Error {
  readonly code?: string;
  /** Of SMTP: 4xx may go well another time. */
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
}

function judgeError(
  { code, responseCode, response, command }: SmtpError,
  settings: ChannelSettings<'email'>,
): Delivery {
  if (responseCode === undefined) {
    return { outcome: 'retry', reason: `the connection to the mail server failed (${code ?? 'unknown'})` };
  }
  // A server may say what it was told, encoded: the answer to a login is left out.
  const login = code === 'EAUTH' || command?.startsWith('AUTH');
  const said = hideSecrets(response ?? '', settings.password ? [settings.password] : []).slice(0, MAX_ANSWER_SHOWN);
  const reason = login ? `the mail server refused the login (${responseCode})` : `the mail server answered ${said}`;
  return { outcome: responseCode >= 500 ? 'rejected' : 'retry', reason };
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
  /** Of the message's key: the same for every try, so that mail systems drop what they have. */
  readonly messageId: string;
}

/** Composes the letter of a message; contacts get a copy only if it concerns no other client. */
function composeLetter(
  message: SaidMessage,
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
