import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** The public half of a key, by which a signature is verified. */
export interface PublicKey {
  /** The first 128 bits of the SHA-256 of `spki`: hexadecimal digits in groups of four. */
  readonly id: string;
  /** SubjectPublicKeyInfo (RFC 8410), DER: 44 bytes. */
  readonly spki: Buffer;
  /** What its owner calls itself; nothing vouches for it. */
  readonly owner: string | null;
}

/** A key that signs. */
export interface SigningKey extends PublicKey {
  readonly privateKey: KeyObject;
}

/** What every Ed25519 public key begins with in DER (RFC 8410 §10.1); its 32 bytes follow. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SPKI_BYTES = 44;

/** Longest name of an owner, in UTF-16 code units. */
export const MAX_OWNER = 128;

/** Makes a key. */
export function createKey(owner: string | null): SigningKey {
  return toSigningKey(generateKeyPairSync('ed25519').privateKey, owner);
}

/** The id of a public key. */
export function nameKey(spki: Uint8Array): string {
  return groupDigits(createHash('sha256').update(spki).digest('hex').slice(0, 32));
}

/** An id as it was typed, with or without hyphens, colons and spaces; null if it cannot be one. */
export function parseKeyId(text: string): string | null {
  const digits = text.replace(/[-:\s]/g, '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(digits) ? groupDigits(digits) : null;
}

function groupDigits(digits: string): string {
  return digits.match(/.{4}/g)!.join('-');
}

/** Reads the DER of a public key; null if it is not one of Ed25519 in its one form. */
export function readSpki(spki: Buffer, owner: string | null): PublicKey | null {
  if (spki.length !== SPKI_BYTES || !spki.subarray(0, SPKI_PREFIX.length).equals(SPKI_PREFIX)) return null;
  return { id: nameKey(spki), spki, owner };
}

/** Whether a name can be that of an owner: one line, not empty, no control characters. */
export function isOwner(name: string): boolean {
  return name.trim() === name && name !== '' && name.length <= MAX_OWNER && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name);
}

/** Writes a private key: its owner in a line, then PKCS#8 as PEM (RFC 7468 allows text before it). */
export function renderPrivateKey({ privateKey, owner }: SigningKey): string {
  return renderOwner(owner) + String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** Writes a public key: its owner and its id in a line each, then SubjectPublicKeyInfo as PEM. */
export function renderPublicKey({ id, spki, owner }: PublicKey): string {
  const key = createPublicKey({ key: spki, type: 'spki', format: 'der' });
  return `${renderOwner(owner)}Key: ${id}\n` + String(key.export({ type: 'spki', format: 'pem' }));
}

function renderOwner(owner: string | null): string {
  return owner === null ? '' : `Owner: ${owner}\n`;
}

/** Reads what {@link renderPrivateKey} writes; null if it is not that, is of another kind, or has a passphrase. */
export function parsePrivateKey(text: string): SigningKey | null {
  const pem = findPem(text, 'PRIVATE KEY');
  const key = pem === null ? null : attempt(() => createPrivateKey(pem));
  return key?.asymmetricKeyType === 'ed25519' ? toSigningKey(key, readOwner(text)) : null;
}

/** Reads what {@link renderPublicKey} writes; null if it is not that, or of another kind. */
export function parsePublicKey(text: string): PublicKey | null {
  const pem = findPem(text, 'PUBLIC KEY');
  const key = pem === null ? null : attempt(() => createPublicKey(pem));
  return key?.asymmetricKeyType === 'ed25519' ? readSpki(exportSpki(key), readOwner(text)) : null;
}

function toSigningKey(privateKey: KeyObject, owner: string | null): SigningKey {
  const spki = exportSpki(createPublicKey(privateKey));
  return { id: nameKey(spki), spki, owner, privateKey };
}

function exportSpki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function findPem(text: string, label: string): string | null {
  return new RegExp(`^-----BEGIN ${label}-----$[^-]*^-----END ${label}-----$`, 'm').exec(toLines(text))?.[0] ?? null;
}

function readOwner(text: string): string | null {
  const [, owner = ''] = /^Owner: (.*)\n/.exec(toLines(text)) ?? [];
  return isOwner(owner) ? owner : null;
}

function toLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
