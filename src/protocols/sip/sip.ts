import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { SipEvidence } from '../../model/evidence.js';
import {
  cleanHeaderValue,
  type MessageHead,
  parseContentLength,
  parseHead,
  readHeader,
  readHeaderList,
  renderAuthority,
} from '../http/headers.js';

/** A line with which a SIP message begins (RFC 3261 §7.1, §7.2). */
const START_LINE = /^(?:SIP\/2\.0 [1-6][0-9]{2}\b|[A-Z]{1,16} [^\s]{1,512} SIP\/2\.0\r?$)/gm;

/** Keeps these signatures apart from all others that are made with the same key. */
const PURPOSE = 'sallyport sip exchange 1';

/** 12 random bytes and their signature, as base64url. */
const TAG = /([\w-]{16})\.([\w-]{43})/;

/** From here on a message is complete, whatever it claims of itself. */
const ENOUGH_BYTES = 8 * 1024;

const MAX_BODY = 512;

const MAX_CALL_ID = 256;

/** What tells one request and its dialog from all others (RFC 3261 §8.1.1). */
export interface SipIds {
  readonly branch: string;
  readonly tag: string;
  readonly callId: string;
}

/** Address literal and port; no port is left out. */
export interface SipPlace {
  readonly address: string;
  readonly port: number;
}

/** All that an OPTIONS request is made of. */
export interface SipOptions {
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  readonly target: SipPlace;
  readonly local: SipPlace;
  readonly userAgent: string;
  readonly ids: SipIds;
  /** Sequence number, 1 or more. */
  readonly cseq: number;
}

/** Makes fresh random ids; the branch has the cookie of RFC 3261 §8.1.1.7. */
export function createSipIds(): SipIds {
  const random = randomUUID();
  return { branch: `z9hG4bK${random}`, tag: random.slice(0, 8), callId: random };
}

/** Renders an OPTIONS request (RFC 3261 §11.1) that asks for the answer at the port that it came from (RFC 3581). */
export function renderSipOptions({ transport, target, local, userAgent, ids, cseq }: SipOptions): Buffer {
  const there = renderAuthority(target.address, target.port);
  const here = renderAuthority(local.address, local.port);
  const parameter = transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`;
  const lines = [
    `OPTIONS sip:${there}${parameter} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${here};branch=${ids.branch};rport`,
    'Max-Forwards: 70',
    `From: <sip:sallyport@${here}>;tag=${ids.tag}`,
    `To: <sip:${there}>`,
    `Call-ID: ${ids.callId}`,
    `CSeq: ${cseq} OPTIONS`,
    `Contact: <sip:sallyport@${here}${parameter}>`,
    'Accept: application/sdp',
    `User-Agent: ${cleanHeaderValue(userAgent)}`,
    'Content-Length: 0',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/**
 * Parses a SIP response (RFC 3261 §7.2), also an incomplete one: takes compact field names, folding and bare LF.
 * Undefined if the bytes do not begin, after blank lines and zero bytes at most, with `SIP/2.0` and a three-digit status.
 */
export function parseSipResponse(bytes: Buffer): { evidence: SipEvidence; callId: string | null } | undefined {
  const head = parseSipHead(bytes);
  const match = /^SIP\/2\.0[ \t]+([0-9]{3})(?![0-9])[ \t]?(.*)$/is.exec(head?.startLine ?? '');
  if (!head || !match) return undefined;
  const start = head.bodyStart ?? bytes.length;
  const length = parseContentLength(readHeader(head, ['content-length', 'l'], 64)) ?? MAX_BODY;
  return {
    evidence: {
      status: Number(match[1]),
      phrase: (match[2] ?? '').trim().slice(0, 256),
      server: readHeader(head, ['server'], 256),
      userAgent: readHeader(head, ['user-agent'], 256),
      contentType: readHeader(head, ['content-type', 'c'], 256),
      allow: readHeaderList(head, 'allow', 256),
      body: bytes.toString('latin1', start, Math.min(bytes.length, start + Math.min(length, MAX_BODY))),
    },
    callId: readHeader(head, ['call-id', 'i'], MAX_CALL_ID),
  };
}

/** The Call-ID of a SIP request or response, at most 256 characters; undefined if there is none. */
export function readSipCallId(bytes: Buffer): string | undefined {
  const head = parseSipHead(bytes);
  if (!head || !isSipStart(head.startLine)) return undefined;
  return readHeader(head, ['call-id', 'i'], MAX_CALL_ID) ?? undefined;
}

/**
 * Whether a stream holds a whole SIP message: the head, and as much body as Content-Length says (RFC 3261 §18.3;
 * none without that field). Always so beyond 8 KiB. What is no SIP never is before that.
 */
export function isSipComplete(bytes: Buffer): boolean {
  if (bytes.length > ENOUGH_BYTES) return true;
  const head = parseSipHead(bytes);
  if (!head || head.bodyStart === undefined || !isSipStart(head.startLine)) return false;
  const length = parseContentLength(readHeader(head, ['content-length', 'l'], 64)) ?? 0;
  return bytes.length - head.bodyStart >= length;
}

/** Keep-alives may stand before a message: blank lines (RFC 5626 §3.5.1), and zero bytes of some systems. */
function parseSipHead(bytes: Buffer): MessageHead | undefined {
  const start = bytes.findIndex((byte) => byte !== 0 && byte !== 10 && byte !== 13);
  return start < 0 ? undefined : parseHead(bytes, start);
}

function isSipStart(line: string): boolean {
  const upper = line.toUpperCase();
  return upper.startsWith('SIP/2.0 ') || upper.trimEnd().endsWith(' SIP/2.0');
}

/** Makes a fresh tag that no one without the run's key can make: a random id and its HMAC-SHA-256 (RFC 2104). */
export function createSipTag(key: Buffer): string {
  const id = randomBytes(12).toString('base64url');
  return `${id}.${sign(id, key).toString('base64url')}`;
}

/** The first tag in a text, if it is signed with the key; what stands before or behind it does not matter. */
export function findSipTag(text: string, key: Buffer): string | undefined {
  const [tag, id = '', signature = ''] = TAG.exec(text) ?? [];
  return tag && timingSafeEqual(Buffer.from(signature, 'base64url'), sign(id, key)) ? tag : undefined;
}

function sign(id: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE}\0${id}`).digest();
}

/** A stream cut into messages. */
export interface SipPieces {
  /** Messages behind which another one has begun. */
  readonly whole: readonly Buffer[];
  /** The bytes from the last beginning on, and whether they are a message by their Content-Length. */
  readonly rest: Buffer;
  readonly restComplete: boolean;
}

/**
 * Cuts a stream where SIP messages begin. Content-Length only tells whether the last one is complete: something on
 * the way that changes a body and forgets the length must not spoil what follows.
 */
export function splitSipStream(bytes: Buffer): SipPieces {
  const text = bytes.toString('latin1');
  const starts = [...text.matchAll(START_LINE)].map(({ index }) => index).filter((index) => index > 0);
  const edges = [0, ...starts, bytes.length];
  const pieces = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
  const rest = pieces.pop()!;
  return { whole: pieces, rest, restComplete: isSipComplete(rest) };
}

/** A response in a stream, and whether all of it has come. */
export interface FoundSipResponse {
  readonly evidence: SipEvidence;
  readonly complete: boolean;
}

/**
 * The first final response in a stream, or else the last provisional one; skips keep-alives, requests and whatever
 * else is no response.
 */
export function findSipResponse(bytes: Buffer): FoundSipResponse | undefined {
  // Zero bytes would hide the beginning of the message behind them.
  const text = bytes.toString('latin1').replace(/\0+(?=SIP\/2\.0 )/g, '\n');
  const { whole, rest, restComplete } = splitSipStream(Buffer.from(text, 'latin1'));
  let found: FoundSipResponse | undefined;
  for (const message of [...whole, rest]) {
    const evidence = parseSipResponse(message)?.evidence;
    if (evidence) found = { evidence, complete: message !== rest || restComplete };
    if (evidence && isFinalSip(evidence)) break;
  }
  return found;
}

/** Whether a response ends its transaction, and is no mere "100 Trying" (RFC 3261 §7.2). */
export function isFinalSip({ status }: SipEvidence): boolean {
  return status >= 200;
}
