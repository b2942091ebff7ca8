import { createPublicKey, sign, verify } from 'node:crypto';
import {
  type Alteration,
  type Signature,
  SIGNATURE_SCHEMA,
  signatureSchema,
  type Statement,
} from '../model/signature.js';
import { canonicalJson } from './canonical-json.js';
import { parseExactJson } from './exact-json.js';
import { type PublicKey, readSpki, type SigningKey } from './keys.js';

/** Signs a statement, in the name of the key, and writes both in their one form: canonical JSON in one line. */
export function signStatement(unsigned: Omit<Statement, 'key'>, { privateKey, ...key }: SigningKey): string {
  const { id, spki, owner } = key;
  const statement: Statement = { ...unsigned, key: { id, public: spki.toString('base64url'), owner } };
  const signature = sign(null, messageOf(statement), privateKey).toString('base64url');
  return canonicalJson(signatureSchema.parse({ schema: SIGNATURE_SCHEMA, statement, signature }));
}

/** Reads what {@link signStatement} wrote: a statement that was signed by the key that it names, or what is wrong. */
export function readStatement(text: string): Statement | Extract<Alteration, 'form' | 'signature'> {
  const read = parse(text);
  const key = read && keyOf(read.statement);
  if (!read || !key) return 'form';
  const publicKey = createPublicKey({ key: key.spki, type: 'spki', format: 'der' });
  const bytes = Buffer.from(read.signature, 'base64url');
  return verify(null, messageOf(read.statement), publicKey, bytes) ? read.statement : 'signature';
}

/** The key that a statement names; null if its parts do not belong together. */
export function keyOf({ key }: Statement): PublicKey | null {
  const found = readSpki(Buffer.from(key.public, 'base64url'), key.owner);
  return found?.id === key.id ? found : null;
}

/** What is signed: it begins with a name of its own, so that no signature made for something else fits. */
function messageOf(statement: Statement): Buffer {
  return Buffer.from(`${SIGNATURE_SCHEMA}\n${canonicalJson(statement)}`);
}

/** A signature that is written in its one form; null otherwise. */
function parse(text: string): Signature | null {
  try {
    const value = parseExactJson(text);
    const { data } = signatureSchema.safeParse(value);
    const isExact =
      data && canonicalJson(value) === text && [data.signature, data.statement.key.public].every(isBase64);
    return isExact ? data : null;
  } catch {
    return null;
  }
}

/** Whether it is base64url in its one form: the bits that are left over are zero. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** Reads UTF-8 so that no two texts of bytes give the same: null for what is not UTF-8, and a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
