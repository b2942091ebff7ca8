import { randomInt } from 'node:crypto';
import { MAX_SIP_BYTES } from '../../model/vantage-api.js';
import { cleanHeaderValue, type MessageHead, parseHead, readHeader, renderAuthority } from '../http/headers.js';
import { findSipTag, type SipPlace } from './sip.js';

/*
 * The SIP messages that a stand-in and a vantage send each other to see what the way between them changes. Each
 * carries a signed tag in Call-ID and in X-Sallyport, so it is known again when one of them was rewritten.
 */

const MAX_URI = 256;
const MAX_VALUE = 1_024;

/** Names of the answers that are part of an exchange (RFC 3261 §21); others go by their number only. */
const PHRASES: Readonly<Record<number, string>> = { 200: 'OK', 183: 'Session Progress', 603: 'Decline' };

/** What a SIP message is read as. */
export interface SipMessage {
  /** The method, or status and phrase: `INVITE`, `183 Session Progress`, `404`. */
  readonly name: string;
  readonly head: MessageHead;
  /** The signed tag that it carries. */
  readonly tag: string;
}

/** Who writes a message. */
export interface SipSender {
  readonly transport: 'udp' | 'tcp';
  /** Our own address and port, as Via, Contact and SDP tell them. */
  readonly local: SipPlace;
  readonly userAgent: string;
}

/** A request of an exchange. */
export interface SipRequest extends SipSender {
  readonly method: 'OPTIONS' | 'INVITE' | 'ACK';
  readonly remote: SipPlace;
  /** Request-URI where it is not the other side's address. */
  readonly uri?: string;
  /** Value of To where the other side has tagged it: for the ACK (RFC 3261 §17.1.1.3). */
  readonly to?: string;
  readonly tag: string;
  /** Port for voice in the SDP body; null: no body. */
  readonly mediaPort: number | null;
}

/** Renders a request with all that an ALG looks at: our address in Via, From, Call-ID, Contact and SDP. */
export function renderExchangeRequest(request: SipRequest): Buffer {
  const { transport, local, remote, method, tag, mediaPort } = request;
  const here = renderAuthority(local.address, local.port);
  const there = renderAuthority(remote.address, remote.port);
  const id = tag.slice(0, 16);
  const contact = renderContact(request);
  return renderMessage(
    [
      `${method} ${request.uri ?? `sip:sallyport@${there}${parameter(transport)}`} SIP/2.0`,
      `Via: SIP/2.0/${transport.toUpperCase()} ${here};branch=z9hG4bK${id};rport`,
      'Max-Forwards: 70',
      `From: <sip:sallyport@${here}>;tag=${id}`,
      `To: ${cleanHeaderValue(request.to ?? `<sip:sallyport@${there}>`)}`,
      `Call-ID: ${tag}@${renderAuthority(local.address, 0, 0)}`,
      `CSeq: 1 ${method}`,
      ...(method === 'ACK' ? [] : [contact, 'Accept: application/sdp', 'Allow: INVITE, ACK, OPTIONS']),
      `User-Agent: ${cleanHeaderValue(request.userAgent)}`,
      `X-Sallyport: ${tag}`,
    ],
    mediaPort === null ? '' : renderSdp(local.address, mediaPort),
  );
}

/** An answer of an exchange. */
export interface SipAnswer extends SipSender {
  readonly request: SipMessage;
  /** Where the request came from, for `received` and `rport` (RFC 3581 §4). */
  readonly from: SipPlace;
  readonly status: 200 | 183 | 603;
  readonly mediaPort: number | null;
}

/**
 * Renders an answer with the request's Via, From, To, Call-ID and CSeq (RFC 3261 §8.2.6.2) as they arrived.
 * Undefined if the request lacks one of them, or if the answer would be too long to be carried.
 */
export function renderExchangeAnswer(answer: SipAnswer): Buffer | undefined {
  const { from, status, local } = answer;
  const { head, tag } = answer.request;
  const [via, ...vias] = head.headers.filter(({ name }) => name === 'via' || name === 'v').map(({ value }) => value);
  const [caller, to, callId, cseq] = [['from', 'f'], ['to', 't'], ['call-id', 'i'], ['cseq']].map((names) =>
    readHeader(head, names, MAX_VALUE),
  );
  if (!via || !caller || !to || !callId || !cseq) return undefined;
  const bytes = renderMessage(
    [
      `SIP/2.0 ${status} ${PHRASES[status]}`,
      `Via: ${via.replace(/;rport(?=;|$)/i, `;received=${from.address};rport=${from.port}`)}`,
      ...vias.map((value) => `Via: ${value}`),
      `From: ${caller}`,
      `To: ${/;tag=/i.test(to) ? to : `${to};tag=${tag.slice(0, 16)}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq}`,
      renderContact(answer),
      `User-Agent: ${cleanHeaderValue(answer.userAgent)}`,
      `X-Sallyport: ${tag}`,
    ],
    answer.mediaPort === null ? '' : renderSdp(local.address, answer.mediaPort),
  );
  return bytes.length <= MAX_SIP_BYTES ? bytes : undefined;
}

/** Reads a message that carries a tag signed with the key; undefined for everything else. */
export function readExchangeMessage(bytes: Buffer, key: Buffer): SipMessage | undefined {
  const head = parseHead(bytes);
  const name = head && nameMessage(head.startLine);
  if (!name) return undefined;
  for (const names of [['x-sallyport'], ['call-id', 'i']]) {
    const tag = findSipTag(readHeader(head, names, MAX_VALUE) ?? '', key);
    if (tag) return { name, head, tag };
  }
  return undefined;
}

/** The URI in the Contact of a message, where later requests go (RFC 3261 §8.1.1.8). */
export function readContactUri(head: MessageHead): string | undefined {
  const contact = readHeader(head, ['contact', 'm'], MAX_VALUE) ?? '';
  const uri = /<(sips?:[\x21-\x3b\x3d\x3f-\x7e]+)>/i.exec(contact)?.[1];
  return uri && uri.length <= MAX_URI ? uri : undefined;
}

/** The value of To, which an ACK takes from the answer (RFC 3261 §17.1.1.3). */
export function readTo(head: MessageHead): string | undefined {
  return readHeader(head, ['to', 't'], MAX_VALUE) ?? undefined;
}

/** An even port of the dynamic range (RFC 6335 §6) for SDP: no service's, as an ALG may open it for a while. */
export function drawMediaPort(): number {
  return 2 * randomInt(49_152 / 2, 65_536 / 2);
}

function nameMessage(startLine: string): string | undefined {
  const status = /^SIP\/2\.0[ \t]+([1-6][0-9]{2})(?![0-9])/i.exec(startLine)?.[1];
  if (status) return PHRASES[Number(status)] ? `${status} ${PHRASES[Number(status)]}` : status;
  return /^([A-Z]{1,16})[ \t].*[ \t]SIP\/2\.0[ \t]*$/i.exec(startLine)?.[1]?.toUpperCase();
}

function renderContact({ transport, local }: SipSender): string {
  return `Contact: <sip:sallyport@${renderAuthority(local.address, local.port)}${parameter(transport)}>`;
}

/** The parameter of a URI that asks for TCP (RFC 3261 §19.1.1). */
function parameter(transport: 'udp' | 'tcp'): string {
  return transport === 'tcp' ? ';transport=tcp' : '';
}

/** An offer of one voice stream (RFC 8866 §5); nothing is sent or heard there. */
function renderSdp(address: string, port: number): string {
  const place = `IN IP${address.includes(':') ? 6 : 4} ${address.replace(/%.*$/s, '')}`;
  return [
    'v=0',
    `o=sallyport 1 1 ${place}`,
    's=sallyport',
    `c=${place}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 0 8`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');
}

function renderMessage(lines: readonly string[], body: string): Buffer {
  const content = body === '' ? [] : ['Content-Type: application/sdp'];
  const head = [...lines, ...content, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`, 'latin1');
}
