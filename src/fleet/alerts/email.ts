import { limitTime, waitWithin } from '../../async/time-limit.js';
import { type ChannelSettings, isLoopback } from './alert-config-schema.js';
import type { Channel, Delivery, SendOptions } from './channel.js';
import { composeLetter, type Letter } from './letter.js';
import { judgeSmtpError, type SmtpError, type SmtpSituation } from './smtp-trouble.js';

const DEFAULT_PORTS = { implicit: 465, starttls: 587, none: 25 } as const;

/** A mail takes several answers; all of them together may take so many times as long as one. */
const ANSWERS = 4;

/** E-mail by SMTP, in text and HTML. */
export const email: Channel<'email'> = {
  id: 'email',
  title: 'E-mail, by SMTP',
  send: (message, settings, options) => sendLetter(composeLetter(message, settings), settings, options),
};

const importMailer = () => import('nodemailer');
let mailer: ReturnType<typeof importMailer> | undefined;

/** Loads what sends mail, which few commands need. */
export function loadMailer(): ReturnType<typeof importMailer> {
  return (mailer ??= importMailer());
}

/** Tries once to send a letter by SMTP. */
export async function sendLetter(
  { from, to, cc, attachments = [], ...letter }: Letter,
  settings: ChannelSettings<'email'>,
  options: SendOptions,
): Promise<Delivery> {
  const { createTransport } = await loadMailer();
  const tls = settings.tls ?? (isLoopback(settings.host) ? 'none' : 'starttls');
  const port = settings.port ?? DEFAULT_PORTS[tls];
  const heard = new ServerList();
  const transport = createTransport({
    ...describeServer(settings, { tls, port }, options.timeoutMs),
    ...{ debug: true, logger: heard },
  });
  const mail = {
    ...letter,
    from: { ...from },
    to: to.map((mailbox) => ({ ...mailbox })),
    cc: cc.map((mailbox) => ({ ...mailbox })),
    attachments: attachments.map(({ name, type, bytes }) => ({ filename: name, contentType: type, content: bytes })),
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
}

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
