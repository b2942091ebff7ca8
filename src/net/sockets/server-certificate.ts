import { connect } from 'node:tls';
import { limitTime, onAbort } from '../../async/time-limit.js';

const PATIENCE_MS = 20_000;

/** The certificate that a server shows of itself. */
export interface ServerCertificate {
  /** SHA-256 of it, hexadecimal. */
  readonly fingerprint: string;
  readonly pem: string;
}

/**
 * Asks a server over IPv4 for its certificate, and sends it nothing: whether to trust it is for the caller to say.
 * Rejects with the system's error, or the signal's reason.
 */
export async function readServerCertificate({ hostname, port }: URL, stop: AbortSignal): Promise<ServerCertificate> {
  const limit = limitTime(stop, PATIENCE_MS, { over: Object.assign(new Error('not in time'), { code: 'ETIMEDOUT' }) });
  const socket = connect({
    ...{ host: hostname, port: Number(port || 443), family: 4, minVersion: 'TLSv1.2', rejectUnauthorized: false },
    ...(/^[\d.]+$/.test(hostname) ? {} : { servername: hostname }),
  });
  onAbort(limit.signal, () => socket.destroy(limit.signal.reason as Error));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
      socket.once('close', () => reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' })));
    });
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) throw Object.assign(new Error('no certificate'), { code: 'ECONNRESET' });
    return {
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      pem: certificate.toString(),
    };
  } finally {
    limit.release();
    socket.destroy();
  }
}
