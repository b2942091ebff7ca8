import type { ChannelSettings } from './alert-config-schema.js';
import { type Secret, hideSecrets } from './alert-config-secret.js';
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

const SELF_SIGNED = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'];
const UNKNOWN_AUTHORITY = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
];

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
  if (responseCode === undefined) return { outcome, reason: describeConnection(error, settings.host, situation) };
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

function describeConnection(error: SmtpError, host: string, situation: SmtpSituation): string {
  const code = error.originalCode ?? error.code ?? 'unknown';
  const certificate = describeCertificate(code, error);
  if (certificate) return `the certificate of ${host} ${certificate}`;
  const { tls, port, offersStartTls } = situation;
  if (tls === 'starttls' && offersStartTls === false) return withoutStartTls(host, situation);
  if (isPlain(code, error.message)) {
    const instead = tls === 'implicit' ? ': use tls: starttls (mostly port 587)' : '';
    return `${host} does not speak TLS on port ${port}${instead}`;
  }
  if (tls !== 'implicit' && offersStartTls === null && /greeting|closed unexpectedly/i.test(error.message)) {
    return `${host} sent no greeting on port ${port} (${code}): if it expects TLS at once, as on port 465, use tls: implicit`;
  }
  if (code === 'ENOTFOUND') return `there is no host ${host} (${code})`;
  return `the connection to the mail server failed (${code})`;
}

/** What is wrong with a certificate; null if that is not the trouble. */
function describeCertificate(code: string, { cert, message }: SmtpError): string | null {
  if (SELF_SIGNED.includes(code)) return `is self-signed, or its authority is (${code})`;
  if (UNKNOWN_AUTHORITY.includes(code)) {
    return `is of an authority that this machine does not know, or the server does not send the certificate between (${code})`;
  }
  if (code === 'CERT_HAS_EXPIRED') return 'has expired';
  if (code === 'CERT_NOT_YET_VALID') return "is not valid yet: check this machine's clock";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (cert?.subjectaltname ?? /altnames: (.*)$/s.exec(message)?.[1] ?? 'unknown').replace(/\s+/g, ' ');
    return `is for another name (${names.slice(0, MAX_NAMES_SHOWN)}): use that name as host`;
  }
  return null;
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
