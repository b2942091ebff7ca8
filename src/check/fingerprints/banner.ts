import { type Fingerprint, quoteSent } from './fingerprint.js';

const TELNET_IAC = '\xff';

const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/^SSH-[0-9]/, 'SSH server'],
  [/^220[ -].*\bE?SMTP\b/i, 'mail server'],
  [/^220[ -]/, 'FTP server'],
  [/^\+OK\b/, 'POP3 server'],
  [/^\* OK\b/, 'IMAP server'],
  [/^RFB [0-9]/, 'VNC server'],
  [/\b(?:login|username|password)[ \t]{0,4}:/i, 'login prompt'],
];

/** Any other text that a server sends by itself, quoted from its first line that is not blank. */
export const banner: Fingerprint = {
  id: 'banner',
  title: 'text sent unasked',
  identify({ evidence }) {
    const line = (evidence.banner ?? '').split('\n').find((text) => text.trim() !== '');
    if (line === undefined) return null;
    const text = line.trim();
    const service = text.startsWith(TELNET_IAC) ? 'Telnet server' : SERVICES.find(([form]) => form.test(text))?.[1];
    return {
      kind: 'other',
      label: `${service ?? 'unidentified, sends'} ${quoteSent(text)}`,
      model: null,
      version: null,
      confidence: 'possible',
      basis: [`first line ${quoteSent(text, 128)}`],
    };
  },
};
