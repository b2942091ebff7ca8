import type { ChannelSettings } from '../inputs/alert-config-schema.js';
import { hideSecrets } from '../inputs/alert-config-secret.js';
import { isLoopback } from '../inputs/alert-config-settings.js';
import { limitTime, type TimeLimit } from '../time-limit.js';
import type { Channel, Delivery } from './channel.js';
import { composeLetter } from './email-letter.js';

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
    const sending = transport
      .sendMail({
        ...letter,
        from: { ...from },
        to: to.map((mailbox) => ({ ...mailbox })),
        cc: cc.map((mailbox) => ({ ...mailbox })),
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      .then(
        ({ rejected }): Delivery =>
          rejected.length === 0
            ? { outcome: 'delivered' }
            : { outcome: 'delivered', note: `the server refused ${rejected.map(String).join(', ')}` },
        (error: unknown) => judgeError(error as SmtpError, settings),
      );
    const limit = limitTime(options.signal, options.timeoutMs * ANSWERS);
    return Promise.race([sending, waitForEnd(limit)]).finally(() => limit.release());
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
    return { outcome: 'retry', reason: `the mail server could not be talked to (${code ?? 'unknown'})` };
  }
  // A server may say what it was told, encoded: the answer to a login is left out.
  const login = code === 'EAUTH' || command?.startsWith('AUTH');
  const said = hideSecrets(response ?? '', settings.password ? [settings.password] : []).slice(0, MAX_ANSWER_SHOWN);
  const reason = login ? `the mail server refused the login (${responseCode})` : `the mail server answered ${said}`;
  return { outcome: responseCode >= 500 ? 'rejected' : 'retry', reason };
}

/** Ends the wait; the connection itself ends by its own timeouts. */
function waitForEnd({ signal, isOver }: TimeLimit): Promise<Delivery> {
  return new Promise((resolve) => {
    const end = () => {
      const reason = isOver() ? 'the mail server took too long' : 'was stopped';
      resolve({ outcome: 'retry', reason });
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
