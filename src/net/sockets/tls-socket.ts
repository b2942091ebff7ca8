import type { Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type Agenda, cancel } from '../../async/agenda.js';
import type { TlsEvidence } from '../../model/tls-evidence.js';

const MAX_NAMES = 8;
const MAX_NAME = 128;
const MAX_ALTERNATIVES = 8_192;

/** The evidence of a server that speaks TLS, and with which no handshake was completed. */
export const NOTHING_SHOWN: TlsEvidence = { version: null, names: [], issuer: null };

let context: SecureContext | undefined;

/** Takes what old devices offer: nothing that matters is sent, and nothing that comes is believed. */
function anyServer(): SecureContext {
  context ??= createSecureContext({ minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
  return context;
}

/**
 * Goes over to TLS on a connection, whatever the certificate: who answers is asked, not whether to trust it. Null where
 * that fails or takes longer than `waitMs`; the connection is unusable then. Nothing is sent that tells of a name.
 */
export function startTls(socket: Socket, agenda: Agenda, waitMs: number): Promise<TLSSocket | null> {
  return new Promise((resolve) => {
    const secured = connect({ socket, secureContext: anyServer(), rejectUnauthorized: false });
    const settle = (result: TLSSocket | null): void => {
      cancel(deadline);
      secured.off('close', fail);
      resolve(result);
    };
    const fail = (): void => settle(null);
    const deadline = agenda.in(waitMs, fail);
    secured.on('error', fail).once('close', fail);
    secured.once('secureConnect', () => settle(secured));
  });
}

/** What a server showed of itself: whom its certificate names, first the subject, and who made it. Bounded, and total. */
export function describeTlsServer(socket: TLSSocket): TlsEvidence {
  try {
    const { subject, issuer, subjectaltname } = socket.getPeerCertificate();
    const alternatives = (subjectaltname ?? '').slice(0, MAX_ALTERNATIVES).split(', ');
    const names = [
      ...listTexts(subject?.CN),
      ...alternatives.map((entry) => entry.replace(/^(?:DNS|IP Address):/, '')),
      ...listTexts(subject?.O),
    ];
    return {
      version: socket.getProtocol()?.slice(0, 16) ?? null,
      names: [...new Set(names.map(cut).filter((name) => name !== ''))].slice(0, MAX_NAMES),
      issuer: [...listTexts(issuer?.CN), ...listTexts(issuer?.O)].map(cut)[0] ?? null,
    };
  } catch {
    return NOTHING_SHOWN;
  }
}

/** A field of a name: Node gives several values as a list. */
function listTexts(field: unknown): string[] {
  return (Array.isArray(field) ? field : [field]).filter((value) => typeof value === 'string');
}

function cut(text: string): string {
  return text.trim().slice(0, MAX_NAME);
}
