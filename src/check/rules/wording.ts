import type { ProfileService } from '../../model/profile.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import type { Opening, Seen } from './facts.js';

// Until the rules import them from there themselves.
export { cutText, listNames, lowerFirst, quote, upperFirst } from '../../words/sentence.js';

/** A service's title, short enough to stand in a sentence. */
export function nameService(service: ProfileService): string {
  return cutText(service.title, 80);
}

/** Lists observations with what was seen of each: `udp/5060 open|filtered (no-response)`. */
export function listStates(seen: readonly Seen[]): string {
  return listNames(seen.map(({ endpoint, state, reason }) => `${endpoint} ${state} (${reason})`));
}

/** What was seen of an open endpoint: state, reason, round trip, who answered and on what evidence. */
export function describeOpening({ endpoint, seen, service }: Opening): string {
  const time = seen.rttMs === null ? '' : `, after ${Math.round(seen.rttMs)} ms`;
  const place = service ? `${endpoint}, the place of ${nameService(service)},` : endpoint;
  return [`${place} is open (${seen.reason}${time}).`, describeAnswer(seen), ...describeOddities(seen)].join(' ');
}

const CONFIDENCE = { certain: 'is', likely: 'is probably', possible: 'is possibly' } as const;

/** Who answered, as certain as the evidence. */
export function describeAnswer({ identity, evidence }: Seen): string {
  if (identity) {
    const basis = identity.basis[0];
    const rests = basis ? ` (evidence: ${quote(basis)})` : '';
    return `What answers ${CONFIDENCE[identity.confidence]} ${quote(identity.label)}${rests}.`;
  }
  const { http, sip, banner } = evidence;
  const name = http?.server ?? sip?.server ?? sip?.userAgent;
  if (name) return `What answers calls itself ${quote(name)}, which could not be identified.`;
  if (http) return 'A web server answers that does not name itself.';
  if (sip) return 'A SIP server answers that does not name itself.';
  return banner?.trim() ? `It sends ${quote(banner.trim(), 60)}.` : 'Nothing that it sent tells what it is.';
}

function describeOddities({ reason, evidence }: Seen): string[] {
  const oddities: string[] = [];
  if (reason === 'reset-after-accept') oddities.push('It accepted the connection and reset it at once.');
  if (evidence.from) oddities.push(`The answer came from ${cutText(evidence.from, 64)}.`);
  if (evidence.fromPort5060) oddities.push('It answered only when asked from port 5060.');
  return oddities;
}

/** What the profile says of an endpoint from our source, as a sentence. */
export function describeBan(source: string): string {
  return `The profile does not let us (${quote(source, 64)}) reach it.`;
}
