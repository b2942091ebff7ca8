/** No more of a message is looked at, in bytes. */
const MAX_BYTES = 16 * 1_024;

/** Compact names (RFC 3261 §7.3.3) and how field names are usually written. */
const NAMES = new Map(
  Object.entries({ v: 'Via', f: 'From', t: 'To', i: 'Call-ID', m: 'Contact', c: 'Content-Type', l: 'Content-Length' }),
);
const USUAL = new Map(
  ['CSeq', 'Call-ID', 'User-Agent', 'Max-Forwards', 'Record-Route'].map((name) => [name.toLowerCase(), name]),
);

/** One line of a head or of an SDP body. */
export interface SipLine {
  /** Name of the field, the same however it was written: `Via`, `c=`. */
  readonly field: string;
  /** What stands behind the name, folded lines included. */
  readonly value: string;
  /** The whole line as it was. */
  readonly text: string;
}

/** A message in its parts, every one as it was written. */
export interface DissectedSip {
  readonly startField: 'request line' | 'status line';
  readonly startLine: string;
  readonly headers: readonly SipLine[];
  readonly body: string;
  /** Lines of an SDP body (RFC 8866 §5); undefined where it is none. */
  readonly sdp: readonly SipLine[] | undefined;
  /** How the lines of head and SDP end: `CRLF`, `LF`, or both. */
  readonly lineEnds: string;
}

/** Takes a SIP message apart without judging it, blank lines in front aside. Total; looks at the first 16 KiB. */
export function dissectSip(bytes: Buffer): DissectedSip {
  const text = bytes.toString('latin1', 0, MAX_BYTES).replace(/^[\r\n]+/, '');
  const blank = /\r?\n\r?\n/.exec(text);
  const head = blank ? text.slice(0, blank.index) : text;
  const body = blank ? text.slice(blank.index + blank[0].length) : '';
  const [startLine = '', ...lines] = head.split(/\r?\n(?![ \t])/);
  const sdp = body.startsWith('v=') ? splitSdp(body) : undefined;
  return {
    startField: /^SIP\//i.test(startLine) ? 'status line' : 'request line',
    startLine,
    headers: lines.map(readHeaderLine),
    body,
    sdp,
    lineEnds: tellLineEnds(sdp ? text : head + (blank?.[0] ?? '')),
  };
}

function readHeaderLine(text: string): SipLine {
  const colon = text.indexOf(':');
  if (colon < 0) return { field: 'other', value: text, text };
  const name = text.slice(0, colon).trim().toLowerCase();
  return { field: NAMES.get(name) ?? USUAL.get(name) ?? capitalize(name), value: text.slice(colon + 1), text };
}

/** The usual way to write a name: `content-length` as `Content-Length`. */
function capitalize(name: string): string {
  return name.replace(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase());
}

function splitSdp(body: string): SipLine[] {
  return body
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((text) => {
      const [field = 'other'] = /^[a-z]=/i.exec(text) ?? [];
      return { field, value: text.slice(field === 'other' ? 0 : 2), text };
    });
}

function tellLineEnds(text: string): string {
  const ends = [/\r\n/.test(text) ? 'CRLF' : '', /(?<!\r)\n/.test(text) ? 'LF' : ''];
  return ends.filter((end) => end !== '').join(' and ') || 'none';
}
