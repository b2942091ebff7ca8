import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Keeps these signatures apart from all others that are made with the same key. */
const PURPOSE = 'sallyport sip exchange 1';
/** 12 random bytes and their signature, as base64url. */
const TAG = /([\w-]{16})\.([\w-]{43})/;

/** Makes a fresh tag that nobody without the run's key can make: a random id and its HMAC-SHA-256 (RFC 2104). */
export function createSipTag(key: Buffer): string {
  const id = randomBytes(12).toString('base64url');
  return `${id}.${sign(id, key).toString('base64url')}`;
}

/** The first tag in a text, if it is signed with the key; what stands before or behind it doesn't matter. */
export function findSipTag(text: string, key: Buffer): string | undefined {
  const [tag, id = '', signature = ''] = TAG.exec(text) ?? [];
  return tag && timingSafeEqual(Buffer.from(signature, 'base64url'), sign(id, key)) ? tag : undefined;
}

function sign(id: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE}\0${id}`).digest();
}
