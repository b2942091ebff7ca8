import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createKey,
  isOwner,
  parseKeyId,
  parsePrivateKey,
  parsePublicKey,
  readSpki,
  renderPrivateKey,
  renderPublicKey,
} from '../../src/evidence/keys.js';
import { CODE_POINT } from '../words/code-point.js';

const key = createKey('Bäckerei & Söhne');
const { privateKey: _private, ...publicKey } = key;

test('a key is read as it was written, with its owner', () => {
  for (const one of [key, createKey(null)]) {
    const { privateKey, ...rest } = one;
    expect(parsePublicKey(renderPublicKey(one))).toEqual(rest);
    const read = parsePrivateKey(renderPrivateKey(one));
    expect(read).toMatchObject(rest);
    expect(read?.privateKey.equals(privateKey)).toBe(true);
  }
});

test('the public file holds nothing of the private key', () => {
  const secret = key.privateKey.export({ format: 'jwk' }).d!;
  const text = renderPublicKey(key);
  for (const bytes of [Buffer.from(secret, 'base64url').subarray(0, 9), Buffer.from(secret, 'base64url').subarray(16)])
    expect(Buffer.from(text.split('-----')[2]!, 'base64').includes(bytes)).toBe(false);
  expect(text).not.toContain('PRIVATE');
});

test('line ends of Windows do not matter', () => {
  expect(parsePublicKey(renderPublicKey(key).replaceAll('\n', '\r\n'))).toEqual(publicKey);
  expect(parsePrivateKey(renderPrivateKey(key).replaceAll('\n', '\r\n'))?.id).toBe(key.id);
});

test('openssl reads both', () => {
  const ask = (args: string[], input: string) => execFileSync('openssl', args, { input });
  const fromPublic = ask(['pkey', '-pubin', '-outform', 'DER', '-pubout'], renderPublicKey(key));
  const fromPrivate = ask(['pkey', '-outform', 'DER', '-pubout'], renderPrivateKey(key));
  expect(fromPublic).toEqual(key.spki);
  expect(fromPrivate).toEqual(key.spki);
});

test('the id is the beginning of the SHA-256 of the public key', () => {
  const hash = createHash('sha256').update(key.spki).digest('hex');
  expect(key.id.replaceAll('-', '')).toBe(hash.slice(0, 32));
  expect(key.id).toMatch(/^([0-9a-f]{4}-){7}[0-9a-f]{4}$/);
});

test('an id is read however it is written', () => {
  for (const text of [
    key.id,
    key.id.toUpperCase(),
    key.id.replaceAll('-', ''),
    key.id.replaceAll('-', ' '),
    key.id.replaceAll('-', ':'),
  ])
    expect(parseKeyId(text)).toBe(key.id);
  for (const text of ['', 'acme.pub', key.id.slice(1), `${key.id}0`, key.id.replace(/^./, 'g')])
    expect(parseKeyId(text)).toBe(null);
});

describe('what is not a key of ours is refused:', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const x25519 = generateKeyPairSync('x25519');
  const locked = key.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  test.each<[string, string]>([
    ['nothing', ''],
    ['no PEM', 'x'.repeat(100)],
    ['a broken one', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['RSA', String(rsa.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['X25519', String(x25519.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['a private key', renderPrivateKey(key)],
  ])('%s for a public key', (_what, text) => {
    expect(parsePublicKey(text)).toBe(null);
  });
  test.each<[string, string]>([
    ['nothing', ''],
    ['RSA', String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }))],
    ['X25519', String(x25519.privateKey.export({ type: 'pkcs8', format: 'pem' }))],
    ['one with a passphrase', String(locked)],
    ['a public key', renderPublicKey(key)],
  ])('%s for a private key', (_what, text) => {
    expect(parsePrivateKey(text)).toBe(null);
  });
  test('any bytes for DER', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 48 }),
        (bytes) => readSpki(Buffer.from(bytes), null) === null,
      ),
    );
    expect(readSpki(key.spki, key.owner)).toEqual(publicKey);
    expect(readSpki(Buffer.concat([key.spki, Buffer.alloc(1)]), null)).toBe(null);
  });
  test('any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: CODE_POINT }),
        (text) => parsePublicKey(text) === null && parsePrivateKey(text) === null,
      ),
    );
  });
});

test('a name of an owner is one line that can be shown', () => {
  for (const name of ['Example Telecom', 'Bäckerei & Söhne', '電話']) expect(isOwner(name)).toBe(true);
  for (const name of ['', ' ', 'a ', 'a\nb', 'a\x1b[31m', '\ud800', 'x'.repeat(129)]) expect(isOwner(name)).toBe(false);
  expect(parsePublicKey(`Owner: a\x1bb\n${renderPublicKey({ ...key, owner: null })}`)?.owner).toBe(null);
});
