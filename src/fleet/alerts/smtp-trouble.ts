import type { ChannelSettings } from './alert-config-schema.js';
import { type Secret, hideSecrets } from './alert-config-secret.js';
import { ANOTHER_NAME, judgeCertificate } from './certificate-trouble.js';
import type { Delivery } from './channel.js';

/** What nodemailer rejects with. */
export interface SmtpError extends Error {
  readonly code?: string;
  /** Of the system or of TLS, which `code` took the place of. */
  readonly originalCode?: string;
  /** Of SMTP: 4xx may go well another time. */
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
  /** The certificate that was refused. */
  readonly cert?: { readonly subjectaltname?: string };
}

/** The connection on which it failed. */
export interface SmtpSituation {
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly port: number;
  /** Whether the server listed STARTTLS; null if it came to no list. */
  readonly offersStartTls: boolean | null;
}

const MAX_ANSWER_SHOWN = 240;
const MAX_NAMES_SHOWN = 120;

/** Says why a mail was not taken, and whether it may be another time. */
export function judgeSmtpError(
  error: SmtpError,
  settings: Pick<ChannelSettings<'email'>, 'host' | 'user' | 'password'>,
  situation: SmtpSituation,
): Delivery {
  const { code, responseCode, response, command } = error;
  const said = quoteAnswer(response ?? '', settings);
  const outcome = (responseCode ?? 0) >= 500 ? 'rejected' : 'retry';
  if (code === 'ETLS' && command === 'STARTTLS' && responseCode !== undefined) {
    return { outcome, reason: `${withoutStartTls(settings.host, situation)}; it answered: ${said}` };
  }
  if (response && responseCode === undefined && situation.offersStartTls === null) {
    const reason = `${settings.host} does not greet as a mail server on port ${situation.port}, but sends: ${said}`;
    return { outcome: 'retry', reason };
  }
  if (responseCode === undefined) return judgeConnection(error, settings.host, situation);
  if (code !== 'EAUTH' && !command?.startsWith('AUTH')) return { outcome, reason: `the mail server answered ${said}` };
  return { outcome, reason: `the mail server refused the login: ${said}${adviseLogin(said)}` };
}

function withoutStartTls(host: string, { offersStartTls, port }: SmtpSituation): string {
  return offersStartTls === false
    ? `${host} does not offer STARTTLS on port ${port}: use a port that does, or tls: implicit (mostly port 465)`
    : `${host} offers STARTTLS on port ${port}, but does not begin it`;
}

function adviseLogin(said: string): string {
  if (!/\b5\.7\.139\b/.test(said)) return '';
  return ' (in Microsoft 365, an administrator can allow authenticated SMTP for this mailbox; or use another mail server)';
}

/** Why the connection failed. What is set up wrongly, here or there, is as wrong at the next try. */
function judgeConnection(error: SmtpError, host: string, situation: SmtpSituation): Delivery {
  const code = error.originalCode ?? error.code ?? 'unknown';
  const certificate = judgeCertificate(code);
  if (certificate) {
    const reason = `the certificate of ${host} ${certificate.what}${code === ANOTHER_NAME ? nameInstead(error) : ''}`;
    return { outcome: certificate.mayPass ? 'retry' : 'rejected', reason };
  }
  const { tls, port, offersStartTls } = situation;
  if (tls === 'starttls' && offersStartTls === false)
    return { outcome: 'rejected', reason: withoutStartTls(host, situation) };
  if (isPlain(code, error.message)) {
    const instead = tls === 'implicit' ? ': use tls: starttls (mostly port 587)' : '';
    return { outcome: 'rejected', reason: `${host} does not speak TLS on port ${port}${instead}` };
  }
  return { outcome: 'retry', reason: describeFailure(code, error.message, host, situation) };
}

/** Why a connection failed that may work another time: a server that is busy, or just starting, looks like this. */
function describeFailure(code: string, message: string, host: string, { tls, port, offersStartTls }: SmtpSituation) {
  if (tls !== 'implicit' && offersStartTls === null && /greeting|closed unexpectedly/i.test(message)) {
    return `${host} sent no greeting on port ${port} (${code}): if it expects TLS at once, as on port 465, use tls: implicit`;
  }
  if (code === 'ENOTFOUND') return `there is no host ${host} (${code})`;
  return `the connection to the mail server failed (${code})`;
}

/** The names that a certificate is for, and what to do with them. */
function nameInstead({ cert, message }: SmtpError): string {
  const names = (cert?.subjectaltname ?? /altnames: (.*)$/s.exec(message)?.[1] ?? 'unknown').replace(/\s+/g, ' ');
  return ` (${names.slice(0, MAX_NAMES_SHOWN)}): use that name as host`;
}

/** Whether the other side answered a TLS handshake with something else. */
function isPlain(code: string, message: string): boolean {
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    /wrong version number|packet length too long|unknown protocol/.test(message)
  );
}

/** What the server said, on one line, bounded, and without what it was told. */
function quoteAnswer(text: string, { user, password }: Pick<ChannelSettings<'email'>, 'user' | 'password'>): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const safe = password ? hideLogin(hideSecrets(line, [password]), user ?? '', password) : line;
  return safe.slice(0, MAX_ANSWER_SHOWN);
}

/** Takes the login out as it is sent, and pieces of it: a server may repeat what it was told. */
function hideLogin(line: string, user: string, password: Secret): string {
  const forms = [`\0${user}\0${password.reveal()}`, password.reveal()].map((form) =>
    Buffer.from(form).toString('base64').replace(/=+$/, ''),
  );
  return line.replace(/[\w+/=-]{6,}/g, (word) => {
    const bare = word.replace(/=+$/, '');
    return forms.some((form) => form.includes(bare) || (form.length >= 6 && bare.includes(form))) ? '[secret]' : word;
  });
}
