import { beginsTelnet, stripTelnet } from '../../protocols/telnet.js';
import { type Fingerprint, quoteSent } from './fingerprint.js';

/** The greeting of a protocol, by which a server says what it is. */
interface Greeting {
  readonly form: RegExp;
  readonly name: string;
}

const MAIL: Greeting = { form: /^[245][0-9]{2}[ -].{0,256}\bE?SMTP\b/i, name: 'mail server' };

/**
 * Greetings that no phone system's administration has, each tried on a line: of SSH (RFC 4253 §4.2), SMTP (RFC 5321
 * §3.1), FTP (RFC 959 §5.4), POP3 (RFC 1939 §4), IMAP (RFC 3501 §7.1), VNC (RFC 6143 §7.1.1), NNTP (RFC 3977 §5.1),
 * ManageSieve (RFC 5804 §1.7), RTSP (RFC 2326 §7.1), IRC (RFC 2812 §2.3), XMPP (RFC 6120 §4.2), AMQP, rsync,
 * Asterisk's manager, and the errors of Redis and of printers.
 */
const GREETINGS: readonly Greeting[] = [
  { form: /^SSH-[0-9]/, name: 'SSH server' },
  MAIL,
  { form: /^220[ -]/, name: 'FTP server' },
  { form: /^(?:421|554)[ -]/, name: 'mail or FTP server' },
  { form: /^\+OK(?![\w-])/, name: 'POP3 server' },
  { form: /^\* (?:OK|PREAUTH|BYE)(?![\w-])/, name: 'IMAP server' },
  { form: /^RFB [0-9]{3}\.[0-9]{3}/, name: 'VNC server' },
  { form: /^20[01] .{0,256}\b(?:NNTP|InterNetNews)\b/i, name: 'news server' },
  { form: /^"IMPLEMENTATION" "/, name: 'ManageSieve server' },
  { form: /^RTSP\/1\.[0-9] [1-5][0-9]{2}/, name: 'RTSP server' },
  { form: /^@RSYNCD: [0-9]/, name: 'rsync server' },
  { form: /^Asterisk Call Manager\//, name: 'Asterisk manager' },
  { form: /^:\S{1,128} NOTICE \S/, name: 'IRC server' },
  { form: /^(?:<\?xml[^>]{0,64}\?>)?\s{0,4}<stream:stream\b/, name: 'XMPP server' },
  { form: /^AMQP[^ -~]/, name: 'AMQP server' },
  { form: /^-(?:NOAUTH Authentication|DENIED Redis)\b/, name: 'Redis server' },
  { form: /^@PJL\b/, name: 'printer' },
];

/** The first packet of MySQL and MariaDB: its length, number 0, protocol 10 and the version. */
const MYSQL = /^[^]{3}\0\n([0-9]{1,2}\.[0-9]{1,3}[\w.+~-]{0,64})\0/;
/** The packet by which they turn a client away: error 1130 or 1129, without a state before the handshake. */
const MYSQL_ERROR = /^[^]{3}\0\xff[ij].(Host [^]{1,256})/;
const PROMPT = /\b(?:login|username|password)[ \t]{0,4}:/i;
/** An SSH server may send lines of text before its greeting, and blank lines count for nothing. */
const MAX_LINES = 16;

/** Any other text that a server sends: a protocol that greets by name is likely, everything else only quoted. */
export const banner: Fingerprint = {
  id: 'banner',
  title: 'text sent unasked',
  identify({ evidence }) {
    const sent = evidence.banner ?? '';
    const database = (MYSQL.exec(sent) ?? MYSQL_ERROR.exec(sent))?.[1];
    if (database !== undefined) return describe('MySQL server', database, true);
    const telnet = beginsTelnet(sent.trimStart());
    const lines = stripTelnet(sent)
      .split('\n', MAX_LINES)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const [first] = lines;
    if (first === undefined) return telnet ? describe('Telnet server', null, false) : null;
    const ssh = lines.find((line) => GREETINGS[0]!.form.test(line));
    // A mail server may say what it is in a later line of its greeting.
    const mail = /^220-/.test(first) && lines.some((line) => MAIL.form.test(line)) ? MAIL : undefined;
    const greeting = ssh ? GREETINGS[0] : (mail ?? GREETINGS.find(({ form }) => form.test(first)));
    if (greeting) return describe(greeting.name, ssh ?? first, true);
    if (telnet) return describe('Telnet server', first, false);
    return describe(PROMPT.test(first) ? 'login prompt' : 'unidentified, sends', first, false);
  },
};

function describe(name: string, line: string | null, namesItself: boolean): ReturnType<Fingerprint['identify']> {
  return {
    kind: 'other',
    label: line === null ? name : `${name} ${quoteSent(line)}`,
    model: null,
    version: null,
    confidence: namesItself ? 'likely' : 'possible',
    basis: [line === null ? 'options that Telnet negotiates' : `first line ${quoteSent(line, 128)}`],
  };
}
