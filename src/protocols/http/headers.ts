/** No more of a message head than this is looked at, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
const MAX_HEADERS = 128;
/** Lines and folded values are cut to this many characters. */
const MAX_LINE = 1024;

/** One header field: lower-case name, value without surrounding white space. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** The start line and header fields of an HTTP, SIP or SSDP message. */
export interface MessageHead {
  readonly startLine: string;
  readonly headers: readonly Header[];
  /** Offset of the first byte behind the blank line; undefined if no blank line has come within 16 KiB. */
  readonly bodyStart: number | undefined;
}

/**
 * Parses the head of a text message (RFC 9112 §2, RFC 3261 §7) that starts at `from`, also where it ends early.
 * Takes CRLF or bare LF, skips blank lines in front, joins folded lines, ignores lines without a colon.
 * Bounds: 16 KiB of input, 128 fields, 1,024 characters a line. Undefined if there are only blank lines.
 */
export function parseHead(bytes: Buffer, from = 0): MessageHead | undefined {
  const text = bytes.toString('latin1', from, Math.min(bytes.length, from + MAX_HEAD_BYTES));
  const headers: { name: string; value: string }[] = [];
  let startLine: string | undefined;
  let current: { name: string; value: string } | undefined;
  let at = 0;
  while (at < text.length) {
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(at, Math.min(text[end - 1] === '\r' && end > at ? end - 1 : end, at + MAX_LINE));
    at = end + 1;
    if (line === '') {
      if (startLine === undefined) continue;
      if (feed >= 0) return { startLine, headers, bodyStart: from + at };
    } else if (startLine === undefined) {
      startLine = line;
    } else if (line[0] === ' ' || line[0] === '\t') {
      if (current) current.value = foldValue(current.value, line);
    } else {
      current = headers.length < MAX_HEADERS ? parseHeader(line) : undefined;
      if (current) headers.push(current);
    }
  }
  return startLine === undefined ? undefined : { startLine, headers, bodyStart: undefined };
}

/** The value of the first field with one of the names (lower case), cut to `max` characters; null without one. */
export function readHeader(head: MessageHead, names: readonly string[], max: number): string | null {
  return head.headers.find(({ name }) => names.includes(name))?.value.slice(0, max) ?? null;
}

/** The values of all fields of that name as one list (RFC 9110 §5.3), cut to `max` characters; null without one. */
export function readHeaderList(head: MessageHead, name: string, max: number): string | null {
  const values = head.headers.filter((header) => header.name === name).map(({ value }) => value);
  return values.length > 0 ? values.join(', ').slice(0, max) : null;
}

/** The number in a Content-Length value: undefined if there is none, or if several contradict each other. */
export function parseContentLength(value: string | null): number | undefined {
  const numbers = new Set((value ?? '').split(',').map((part) => part.trim()));
  const [first = ''] = numbers;
  return numbers.size === 1 && /^[0-9]{1,15}$/.test(first) ? Number(first) : undefined;
}

/** Takes out what could end a header line early, for values that we send. */
export function cleanHeaderValue(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replace(/[\x00-\x1f\x7f]/g, '');
}

/**
 * Writes host and port for a URI or a Host field (RFC 3986 §3.2): IPv6 in brackets and without its zone id
 * (RFC 6874 §4), the port left out where it is `defaultPort`. Control characters, blanks and what would end
 * the host part are taken out.
 */
export function renderAuthority(host: string, port: number, defaultPort?: number): string {
  const name = host.replace(/%.*$/s, '').replace(/[^\w.:-]/g, '');
  const part = name.includes(':') ? `[${name}]` : name;
  return port === defaultPort ? part : `${part}:${port}`;
}

function parseHeader(line: string): { name: string; value: string } | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
  return name === '' ? undefined : { name, value: line.slice(colon + 1).trim() };
}

function foldValue(value: string, line: string): string {
  const more = line.trim();
  return more === '' || value.length >= MAX_LINE ? value : `${value} ${more}`.trimStart().slice(0, MAX_LINE);
}
