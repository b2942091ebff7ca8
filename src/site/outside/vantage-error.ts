/**
 * `unreachable`: nothing was heard, or we stopped; `refused`: the server said no; `protocol`: what it said is not what
 * a vantage says; `missing`: a vantage does not know what was asked for.
 */
export type VantageErrorKind = 'unreachable' | 'refused' | 'protocol' | 'missing';

/** Why a vantage could not be asked, as a plain sentence. It may quote the server: escape it where it is shown. */
export class VantageError extends Error {
  constructor(
    readonly kind: VantageErrorKind,
    sentence: string,
  ) {
    super(sentence.slice(0, MAX_SENTENCE));
    this.name = 'VantageError';
  }
}

const MAX_SENTENCE = 512;
const MAX_QUOTE = 300;

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ETIMEDOUT: 'it did not answer in time',
  ENOTFOUND: 'its name has no IPv4 address',
  EAI_AGAIN: 'its name could not be looked up: no name server answered',
  EHOSTUNREACH: 'it cannot be reached (host unreachable)',
  ENETUNREACH: 'this machine has no route to it (network unreachable)',
  ECONNRESET: 'it closed the connection without an answer',
  EPIPE: 'it closed the connection without an answer',
};

const TLS_PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed: name its certificate or CA (--vantage-ca FILE)',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is not known here: name that CA (--vantage-ca FILE)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not known here: name that CA (--vantage-ca FILE)',
  UNABLE_TO_GET_ISSUER_CERT: 'its CA is not known here: name that CA (--vantage-ca FILE)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not known here: name that CA (--vantage-ca FILE)',
  CERT_HAS_EXPIRED: 'it has expired, or the clock of this machine is wrong',
  CERT_NOT_YET_VALID: 'it is not valid yet, or the clock of this machine is wrong',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_REVOKED: 'it was revoked',
  INVALID_PURPOSE: 'it is not one for servers',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name or address',
};

const NOT_TLS = /^(?:EPROTO|ERR_SSL_\w+)$/;
const NOT_HTTP = /^HPE_/;

/** Says why nothing could be asked of `place`, by the code of the error. */
export function tellConnectError(place: string, error: NodeJS.ErrnoException): VantageError {
  const code = typeof error.code === 'string' ? error.code : '';
  const certificate = TLS_PROBLEMS[code];
  if (certificate) {
    return new VantageError(
      'unreachable',
      `the vantage ${place} has no certificate to trust: ${certificate} (${code})`,
    );
  }
  if (NOT_TLS.test(code)) {
    return new VantageError(
      'unreachable',
      `no TLS connection with the vantage ${place} (${code}): is it http, or very old?`,
    );
  }
  if (NOT_HTTP.test(code))
    return new VantageError('protocol', `${place} is not a vantage server: it does not speak HTTP`);
  const why = UNREACHABLE[code] ?? `${error.message.slice(0, 200)}${code && ` (${code})`}`;
  return new VantageError('unreachable', `the vantage ${place} could not be reached: ${why}`);
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'does not know the token',
  403: 'does not allow that',
  409: 'has already had this request',
  429: 'was asked too often',
  503: 'has no capacity for it now',
};

/** Says what an answer means that is none of success; `body` is as much of it as was read. */
export function tellRefusal(place: string, status: number, body: string): VantageError {
  const said = readSentence(body);
  const quote = said === '' ? '' : `: ${said}`;
  const refusal = REFUSALS[status];
  if (refusal) return new VantageError('refused', `the vantage ${place} ${refusal} (${status})${quote}`);
  if (status >= 500) return new VantageError('refused', `the vantage ${place} failed (${status})${quote}`);
  if (status >= 300 && status < 400) {
    return new VantageError(
      'protocol',
      `${place} redirects (${status}), which is not followed: name the vantage itself`,
    );
  }
  if (status === 404 && said !== '')
    return new VantageError('missing', `the vantage ${place} does not know it (404)${quote}`);
  if (status === 404)
    return new VantageError('protocol', `${place} is not a vantage server: it does not know the request (404)`);
  return new VantageError('protocol', `the vantage ${place} did not understand the request (${status})${quote}`);
}

/** The sentence in an error's JSON body, on one line; empty if there is none. */
export function readSentence(body: string): string {
  const value = parseJson(body);
  const sentence = typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  return typeof sentence === 'string' ? sentence.slice(0, MAX_QUOTE).replace(/\s+/g, ' ').trim() : '';
}

/** The value of a JSON text; undefined if it is not one. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
