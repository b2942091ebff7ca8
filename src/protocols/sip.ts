import { randomUUID } from 'node:crypto';
import type { SipEvidence } from '../model/report.js';
import { renderAuthority } from './authority.js';
import { cleanHeaderValue, parseContentLength, parseHead, readHeader, readHeaderList } from './headers.js';

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
  readonly transport: 'UDP' | 'TCP';
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
  const parameter = transport === 'TCP' ? ';transport=tcp' : '';
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
 * Undefined where the bytes don't begin, after blank lines at most, with `SIP/2.0` and a three-digit status.
 */
export function parseSipResponse(bytes: Buffer): { evidence: SipEvidence; callId: string | null } | undefined {
  const head = parseHead(bytes);
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

/** The Call-ID of a SIP request or response, at most 256 characters; undefined where there is none. */
export function readSipCallId(bytes: Buffer): string | undefined {
  const head = parseHead(bytes);
  if (!head || !isSipStart(head.startLine)) return undefined;
  return readHeader(head, ['call-id', 'i'], MAX_CALL_ID) ?? undefined;
}

/**
 * Whether a stream holds a whole SIP message: the head, and as much body as Content-Length says (RFC 3261 §18.3;
 * none without that field). Always so beyond 8 KiB. What is no SIP never is before that.
 */
export function isSipComplete(bytes: Buffer): boolean {
  if (bytes.length > ENOUGH_BYTES) return true;
  const head = parseHead(bytes);
  if (!head || head.bodyStart === undefined || !isSipStart(head.startLine)) return false;
  const length = parseContentLength(readHeader(head, ['content-length', 'l'], 64)) ?? 0;
  return bytes.length - head.bodyStart >= length;
}

function isSipStart(line: string): boolean {
  const upper = line.toUpperCase();
  return upper.startsWith('SIP/2.0 ') || upper.trimEnd().endsWith(' SIP/2.0');
}
