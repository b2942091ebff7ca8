import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** SHA-256 in hexadecimal. */
export function digestBytes(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * SHA-256 of the canonical JSON of a value, in hexadecimal: however its text is laid out, it is the same.
 * @throws TypeError for what is not a JSON value
 */
export function digestJson(value: unknown): string {
  return digestBytes(canonicalJson(value));
}
