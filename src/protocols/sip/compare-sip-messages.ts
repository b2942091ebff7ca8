/** No more of a message is looked at, in bytes. */
const MAX_BYTES = 16 * 1_024;

/** Compact names (RFC 3261 §7.3.3) and how field names are usually written. */
const NAMES = new Map(
  Object.entries({ v: 'Via', f: 'From', t: 'To', i: 'Call-ID', m: 'Contact', c: 'Content-Type', l: 'Content-Length' }),
);

const USUAL = new Map(
  ['CSeq', 'Call-ID', 'User-Agent', 'Max-Forwards', 'Record-Route'].map((name) => [name.toLowerCase(), name]),
);

/** One thing that differs between a message as it was sent and as it arrived; empty if it was not there. */
export interface SipDifference {
  /** Such as `request line`, `Via`, `c=`, `header order`, `line ends`, `body` or `other`. */
  readonly field: string;
  readonly sent: string;
  readonly arrived: string;
}

/** Differences that are told of one message, at most. */
const MAX_DIFFERENCES = 64;

const MAX_TEXT = 512;

const MAX_FIELD = 64;

/** Characters that are shown before the place where long texts part. */
const LEAD = 32;

/**
 * Names what differs between a message as it was sent and as it arrived; none if, and only if, the bytes are the same.
 * Total; at most 64 differences with 512 characters each, of the first 16 KiB.
 */
export function compareSipMessages(sent: Buffer, arrived: Buffer): SipDifference[] {
  if (sent.equals(arrived)) return [];
  const a = dissectSip(sent);
  const b = dissectSip(arrived);
  const sdp = a.sdp && b.sdp;
  const found = [
    ...compareTexts(a.startField, a.startLine, b.startLine),
    ...compareLines(a.headers, b.headers),
    ...compareTexts('header order', ...commonOrder(a.headers, b.headers)),
    ...(sdp ? compareLines(a.sdp, b.sdp) : compareTexts('body', a.body, b.body)),
    ...(sdp ? compareTexts('SDP order', ...commonOrder(a.sdp, b.sdp)) : []),
    ...compareTexts('line ends', a.lineEnds, b.lineEnds),
  ];
  const told = found.length > 0 ? found : compareTexts('other', sent.toString('latin1'), arrived.toString('latin1'));
  return told.slice(0, MAX_DIFFERENCES).map(cut);
}

function compareTexts(field: string, sent: string, arrived: string): SipDifference[] {
  return sent === arrived ? [] : [{ field, sent, arrived }];
}

/** Keeps to the bounds. Where both texts begin with the same, what is kept is where they part. */
function cut({ field, sent, arrived }: SipDifference): SipDifference {
  let same = 0;
  while (same < sent.length && sent[same] === arrived[same]) same++;
  const from = same < MAX_TEXT ? 0 : same - LEAD;
  return {
    field: field.slice(0, MAX_FIELD),
    sent: sent.slice(from, from + MAX_TEXT),
    arrived: arrived.slice(from, from + MAX_TEXT),
  };
}

/** Compares the lines of each field; where one was added or taken out, the others still find their like. */
function compareLines(sent: readonly SipLine[], arrived: readonly SipLine[]): SipDifference[] {
  const before = groupByField(sent);
  const after = groupByField(arrived);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) =>
    compareGroup(field, before.get(field) ?? [], after.get(field) ?? []),
  );
}

function compareGroup(field: string, sent: readonly SipLine[], arrived: readonly SipLine[]): SipDifference[] {
  const shorter = Math.min(sent.length, arrived.length);
  let head = 0;
  while (head < shorter && sent[head]!.text === arrived[head]!.text) head++;
  let tail = 0;
  while (tail < shorter - head && sent.at(-1 - tail)!.text === arrived.at(-1 - tail)!.text) tail++;
  const a = sent.slice(head, sent.length - tail);
  const b = arrived.slice(head, arrived.length - tail);
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i)
    .filter((i) => a[i]?.text !== b[i]?.text)
    .map((i) => ({ field, ...showPair(a[i], b[i]) }));
}

/** Values only; whole lines if these do not show the difference, as when a name is written in another way. */
function showPair(sent?: SipLine, arrived?: SipLine): { sent: string; arrived: string } {
  const values = { sent: sent?.value.trim() ?? '', arrived: arrived?.value.trim() ?? '' };
  if (values.sent !== values.arrived) return values;
  return { sent: showLine(sent), arrived: showLine(arrived) };
}

function showLine(line?: SipLine): string {
  return line?.text === '' ? '(empty line)' : (line?.text ?? '');
}

/** The fields that both have, each as often as both have it, in the order of either. */
function commonOrder(sent: readonly SipLine[], arrived: readonly SipLine[]): [string, string] {
  return [listCommon(sent, arrived), listCommon(arrived, sent)];
}

function listCommon(lines: readonly SipLine[], others: readonly SipLine[]): string {
  const left = new Map<string, number>();
  for (const { field } of others) left.set(field, (left.get(field) ?? 0) + 1);
  const common = lines.filter(({ field }) => {
    const count = left.get(field) ?? 0;
    left.set(field, count - 1);
    return count > 0;
  });
  return common.map(({ field }) => field).join(', ');
}

function groupByField(lines: readonly SipLine[]): Map<string, SipLine[]> {
  const groups = new Map<string, SipLine[]>();
  for (const line of lines) {
    const group = groups.get(line.field);
    if (group) group.push(line);
    else groups.set(line.field, [line]);
  }
  return groups;
}

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
  /** Lines of an SDP body (RFC 8866 §5); undefined if it is not one. */
  readonly sdp: readonly SipLine[] | undefined;
  /** How the lines of head and SDP end: `CRLF`, `LF`, or both. */
  readonly lineEnds: string;
}

/** Takes a SIP message apart without judging it, blank lines in front aside. Total; looks at the first 16 KiB. */
function dissectSip(bytes: Buffer): DissectedSip {
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
