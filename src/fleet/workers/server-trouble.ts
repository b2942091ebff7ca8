import { describeConnectTrouble } from '../../net/sockets/connect-trouble.js';
import { StoreError } from '../store/store-error.js';

const MAX_QUOTE = 300;

/** What ends when a certificate is renewed, or a clock is set. */
const OF_TIME = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/**
 * Says why a coordinator gave no answer. If it gave one before, all of it may pass: a certificate is renewed, and a proxy
 * put right. If it never did, the wrong place or CA was named, unless it is just not there, or not of this time.
 */
export function tellNoAnswer(place: string, error: unknown, wasKnown: boolean): StoreError {
  const { code = '' } = error as NodeJS.ErrnoException;
  const asked = { caOption: '--server-ca', family: 0 } as const;
  const { kind, why } = describeConnectTrouble(error as NodeJS.ErrnoException, asked);
  const sentence = {
    certificate: `the coordinator ${place} has no certificate to trust: ${why}`,
    tls: `no TLS connection with the coordinator ${place} ${why}`,
    http: `${place} is not a coordinator: ${why}`,
    unreachable: `the coordinator ${place} could not be reached: ${why}`,
  };
  return new StoreError(sentence[kind], { mayPass: wasKnown || kind === 'unreachable' || OF_TIME.includes(code) });
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'does not know the token, or not any more',
  403: 'does not allow that',
  404: 'does not know the request: is it the URL of a coordinator?',
  413: 'takes no request of that size',
};

/** Says what an answer means that is none of success; `body` is as much of it as was read. */
export function tellStatus(place: string, status: number, body: string): StoreError {
  const said = readSentence(body);
  const quote = said === '' ? '' : `: ${said}`;
  if (status === 408 || status === 429 || status >= 500)
    return new StoreError(`the coordinator ${place} cannot answer now (${status})${quote}`, { mayPass: true });
  if (status >= 300 && status < 400)
    return new StoreError(`${place} redirects (${status}), which is not followed: name the coordinator itself`);
  const what = REFUSALS[status] ?? 'does not understand the request: is it of another version?';
  return new StoreError(`the coordinator ${place} ${what} (${status})${quote}`);
}

/** Says that an order cannot be read. */
export function tellOtherVersion(place: string): StoreError {
  const why = `the coordinator ${place} gave what is no order for this version of sallyport: update all workers and coordinators`;
  return new StoreError(why, { mayPass: true });
}

/** The sentence in an error's JSON body, on one line; empty if there is none. */
function readSentence(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error.slice(0, MAX_QUOTE).replace(/\s+/g, ' ').trim() : '';
  } catch {
    return '';
  }
}
