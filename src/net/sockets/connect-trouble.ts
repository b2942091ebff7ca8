/** Why a server gave no answer to a request over HTTP. */
export interface ConnectTrouble {
  /** `http`: something answered that does not speak it. */
  readonly kind: 'certificate' | 'tls' | 'http' | 'unreachable';
  /** As the end of a sentence about the server. */
  readonly why: string;
}

/** How the server was asked. */
interface AskedHow {
  /** The option that names the file of certificates to trust. */
  readonly caOption: string;
  /** 4 for IPv4 only; 0 for whichever family it is reached by. */
  readonly family: 4 | 0;
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ETIMEDOUT: 'it did not answer in time',
  EAI_AGAIN: 'its name could not be looked up: no name server answered',
  EHOSTUNREACH: 'it cannot be reached (host unreachable)',
  ENETUNREACH: 'this machine has no route to it (network unreachable)',
  ECONNRESET: 'it closed the connection without an answer',
  EPIPE: 'it closed the connection without an answer',
};

const UNKNOWN_CA = 'its CA is not known here: name that CA';

/** Certificates that are trusted once their CA is named. */
const NOT_KNOWN: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed: name its certificate or CA',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
};

/** Certificates that are never trusted. */
const NOT_VALID: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired, or the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'it is not valid yet, or the clock of this machine is wrong',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_REVOKED: 'it was revoked',
  INVALID_PURPOSE: 'it is not one for servers',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name or address',
};

const NOT_TLS = /^(?:EPROTO|ERR_SSL_\w+)$/;
const NOT_HTTP = /^HPE_/;

/** Says what an error of a request means, by its code. */
export function describeConnectTrouble(error: NodeJS.ErrnoException, { caOption, family }: AskedHow): ConnectTrouble {
  const code = typeof error.code === 'string' ? error.code : '';
  const notKnown = NOT_KNOWN[code];
  if (notKnown !== undefined) return { kind: 'certificate', why: `${notKnown} (${caOption} FILE) (${code})` };
  const notValid = NOT_VALID[code];
  if (notValid !== undefined) return { kind: 'certificate', why: `${notValid} (${code})` };
  if (NOT_TLS.test(code)) return { kind: 'tls', why: `(${code}): is it http, or very old?` };
  if (NOT_HTTP.test(code)) return { kind: 'http', why: 'it does not speak HTTP' };
  if (code === 'ENOTFOUND')
    return { kind: 'unreachable', why: `its name has no ${family === 4 ? 'IPv4 address' : 'address'}` };
  return { kind: 'unreachable', why: UNREACHABLE[code] ?? `${error.message.slice(0, 200)}${code && ` (${code})`}` };
}
