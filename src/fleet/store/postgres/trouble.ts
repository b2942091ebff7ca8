import { StoreError } from '../store-error.js';

/** What the server cannot do, by its code (https://www.postgresql.org/docs/15/errcodes-appendix.html), and what we say. */
const TROUBLES: Readonly<Record<string, readonly [told: string, mayPass?: true]>> = {
  '28000': ['does not let this user in: see its pg_hba.conf'],
  '28P01': ['does not accept the password'],
  '3D000': ['has no database of that name: make it with createdb'],
  '3F000': ['lacks its schema'],
  '42501': ['does not permit this user what the store needs: make it the owner of the database, or of the schema'],
  '25006': ['is read-only: name the server that is written to', true],
  '53100': ['cannot grow: the disk of the server is full', true],
  '53200': ['has no memory left', true],
  '53300': ['has too many connections', true],
  '55P03': ['is locked: another process has been writing for 30 s', true],
  '57014': ['took too long to answer', true],
  '57P01': [AWAY('it was stopped'), true],
  '57P02': [AWAY('it was stopped'), true],
  '57P03': [AWAY('it is starting or stopping'), true],
  '25P03': ['ended a transaction in which nothing was done for long', true],
  ECONNREFUSED: [AWAY('nothing answers there'), true],
  ENOENT: [AWAY('there is no such socket'), true],
  EACCES: ['cannot be reached: its socket may not be used'],
  ENOTFOUND: ['cannot be reached: its host is not known'],
  EAI_AGAIN: [AWAY('its host cannot be looked up now'), true],
  ECONNRESET: [AWAY('the connection was cut'), true],
  EPIPE: [AWAY('the connection was cut'), true],
  ETIMEDOUT: [AWAY('it does not answer'), true],
  EHOSTUNREACH: [AWAY('there is no way to it'), true],
  ENETUNREACH: [AWAY('there is no way to it'), true],
  ERR_TLS_CERT_ALTNAME_INVALID: ['has a certificate for another name'],
  CERT_HAS_EXPIRED: ['has a certificate that has expired'],
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_ISSUER(),
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_ISSUER(),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER(),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER(),
};

/** What the library says without a code. */
const SAID: readonly (readonly [said: RegExp, told: string, mayPass?: true])[] = [
  [/does not support SSL/, 'does not encrypt: switch on its ssl, or use sslmode=disable on a machine of its own'],
  [/^SASL: .*password/, 'asks for a password: set PGPASSWORD, or name a file with PGPASSFILE or ?passfile='],
  [/timeout exceeded when trying to connect|timeout expired/, AWAY('it does not answer'), true],
  [/^Query read timeout/, 'took too long to answer', true],
  [/^Connection terminated|^Client has encountered|not queryable/, AWAY('the connection was cut'), true],
];

function AWAY(why: string): string {
  return `cannot be reached: ${why}`;
}

function UNKNOWN_ISSUER(): readonly [string] {
  return ['has a certificate of an issuer that is not known here: name it with ?sslrootcert=FILE'];
}

/** Makes an error of the server or of the way to it a StoreError; others, which are ours, stay. */
export function tellServerTrouble(path: string, error: unknown): unknown {
  const { code = '', message = '' } = (error ?? {}) as { readonly code?: string; readonly message?: string };
  const [, ...said] = SAID.find(([pattern]) => pattern.test(message)) ?? [];
  const [told, mayPass] = TROUBLES[code] ?? (code.startsWith('08') ? [AWAY('the connection was cut'), true] : said);
  return told === undefined ? error : new StoreError(`${path} ${told}`, { cause: error, mayPass: Boolean(mayPass) });
}

/** Whether the session cannot be used after an error: all but what the server said of a statement. */
export function endsSession(error: unknown): boolean {
  const { code = '' } = (error ?? {}) as { readonly code?: string };
  return !/^[0-9A-Z]{5}$/.test(code) || /^(?:08|57P0|25P03)/.test(code);
}
