import { createPrivateKey, X509Certificate } from 'node:crypto';
import { InputError } from '../text/input-error.js';
import { readText } from '../text/read-text.js';

const MAX_PEM = 256 * 1_024;
/** One of the certificates in a file. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
/** A whole system's authorities may stand in one file. */
const MAX_CA = 1 << 20;

/**
 * Reads the certificates to trust, PEM.
 * @throws InputError if the file cannot be read, or begins with none
 */
export async function readCaFile(file: string): Promise<string> {
  const ca = await readText(file, MAX_CA);
  readCertificate(ca, file);
  return ca;
}

/** A server's certificate, with those that lead to a known authority, and its key; PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads a certificate and its key.
 * @throws InputError if one cannot be read, is none, or they do not belong together
 */
export async function readTlsFiles(certFile: string, keyFile: string): Promise<TlsFiles> {
  const [cert, key] = await Promise.all([readText(certFile, MAX_PEM), readText(keyFile, MAX_PEM)]);
  const certificate = readCertificate(cert, certFile);
  for (const [other] of cert.matchAll(CERTIFICATE))
    parse(certFile, 'one of its certificates is broken', () => new X509Certificate(other));
  const privateKey = parse(keyFile, 'no private key in PEM form without a passphrase', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new InputError(`is not the key of the certificate in ${certFile}`, { file: keyFile });
  return { cert, key };
}

function readCertificate(pem: string, file: string): X509Certificate {
  return parse(file, 'no certificate in PEM form', () => new X509Certificate(pem));
}

function parse<T>(file: string, problem: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new InputError(problem, { file });
  }
}
