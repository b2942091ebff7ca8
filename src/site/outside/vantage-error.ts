import { describeConnectTrouble } from '../../net/sockets/connect-trouble.js';

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

/** Says why nothing could be asked of `place`, by the code of the error. */
export function tellConnectError(place: string, error: NodeJS.ErrnoException): VantageError {
  const { kind, why } = describeConnectTrouble(error, { caOption: '--vantage-ca', family: 4 });
  if (kind === 'http') return new VantageError('protocol', `${place} is not a vantage server: ${why}`);
  const sentence = {
    certificate: `the vantage ${place} has no certificate to trust: ${why}`,
    tls: `no TLS connection with the vantage ${place} ${why}`,
    unreachable: `the vantage ${place} could not be reached: ${why}`,
  };
  return new VantageError('unreachable', sentence[kind]);
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
