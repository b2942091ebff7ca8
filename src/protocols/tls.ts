import { randomBytes } from 'node:crypto';

/** Content types of records (RFC 8446 §5.1), and the one handshake message that a server may begin with. */
const ALERT = 21;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
/** An alert that is not encrypted: its level and what it is (RFC 8446 §6). */
const ALERT_BYTES = 2;
const ALERT_LEVELS = [1, 2];
/** What a record may have at most, with what old versions add (RFC 5246 §6.2.3). */
const MAX_RECORD = (1 << 14) + 2_048;

/** Cipher suites from today's to those of old devices; `TLS_RSA_WITH_3DES_EDE_CBC_SHA` and RC4 come last. */
const SUITES = [
  ...[0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0xc009, 0xc013],
  ...[0xc00a, 0xc014, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a, 0x0005, 0x0004],
];
/** secp256r1, secp384r1, secp521r1 and x25519 (RFC 8422 §5.1.1). */
const GROUPS = [0x001d, 0x0017, 0x0018, 0x0019];
/** ECDSA, RSA-PSS and RSA with SHA-2, and RSA and ECDSA with SHA-1 (RFC 8446 §4.2.3). */
const SIGNATURES = [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203];

/**
 * Renders the ClientHello of TLS 1.2 (RFC 5246 §7.4.1.2), in a record of TLS 1.0 as all versions take it. It only asks
 * whether TLS is spoken: a server that takes newer or older versions only refuses it by an alert, which shows as much.
 */
export function renderClientHello(random = randomBytes(32)): Buffer {
  const extensions = Buffer.concat([
    extension(10, vector16(list16(GROUPS))),
    // Points that are not compressed.
    extension(11, Buffer.from([1, 0])),
    extension(13, vector16(list16(SIGNATURES))),
  ]);
  const hello = Buffer.concat([
    Buffer.from([3, 3]),
    random.subarray(0, 32),
    // No session to go on with.
    Buffer.from([0]),
    vector16(list16(SUITES)),
    // No compression.
    Buffer.from([1, 0]),
    vector16(extensions),
  ]);
  const head = Buffer.from([HANDSHAKE, 3, 1, 0, 0, CLIENT_HELLO, 0, 0, 0]);
  head.writeUInt16BE(hello.length + 4, 3);
  head.writeUInt16BE(hello.length, 7);
  return Buffer.concat([head, hello]);
}

/**
 * Whether bytes begin as a TLS server's first answer does: with a ServerHello, or with an alert. False before enough of
 * it has come. Total.
 */
export function isTlsAnswer(bytes: Uint8Array): boolean {
  const [type, major, minor, high, low, first] = bytes;
  if (first === undefined || major !== 3 || minor! > 4) return false;
  const length = high! * 256 + low!;
  if (type === ALERT) return length === ALERT_BYTES && ALERT_LEVELS.includes(first);
  return type === HANDSHAKE && first === SERVER_HELLO && length >= 4 && length <= MAX_RECORD;
}

function list16(values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
}

function vector16(bytes: Buffer): Buffer {
  return Buffer.concat([list16([bytes.length]), bytes]);
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([list16([type]), vector16(body)]);
}
