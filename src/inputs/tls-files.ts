import { createPrivateKey, X509Certificate } from 'node:crypto';
import { InputError } from './input-error.js';
import { readText } from './read-text.js';

const MAX_PEM = 256 * 1_024;

/** A server's certificate, with those that lead to a known authority, and its key; PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate and its key.
 * @throws InputError where one can't be read, is none, or they do not belong together
 */
export async function readTlsFiles(certFile: string, keyFile: string): Promise<TlsFiles> {
  const [cert, key] = await Promise.all([readText(certFile, MAX_PEM), readText(keyFile, MAX_PEM)]);
  const certificate = parse(certFile, 'no certificate in PEM form', () => new X509Certificate(cert));
  const privateKey = parse(keyFile, 'no private key in PEM form without a passphrase', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new InputError(`is not the key of the certificate in ${certFile}`, { file: keyFile });
  return { cert, key };
}

function parse<T>(file: string, problem: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new InputError(problem, { file });
  }
}
