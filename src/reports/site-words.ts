import type { NatSurvey, Outside, SipComparison, SiteReport, StandIn } from '../model/site.js';
import type { Verdict } from '../model/report.js';
import { renderCount } from '../words/sentence.js';

/*
 * What the reports of a site say in the same words, wherever they are shown. Raw text: escape it.
 */

/** What the verdicts of preinstall are called: it is asked whether the phone system may go in. */
export const FITNESS: Readonly<Record<Verdict, string>> = {
  violation: 'NOT FIT',
  inconclusive: 'NOT VERIFIED',
  compliant: 'FIT TO INSTALL',
};

/** The verdict on a site in a word. */
export function nameSiteVerdict(kind: SiteReport['kind'], verdict: Verdict): string {
  return kind === 'lan' ? verdict.toUpperCase() : FITNESS[verdict];
}

/** More names than this in one field are counted, not shown. */
const SHOWN_NAMES = 6;

/** The network that was looked at from inside. */
export function describeNetwork({ interfaces }: SiteReport['evidence']['lan']): string {
  return cutList(
    interfaces.map(({ name, address, prefixLength }) => `${address}/${prefixLength} (${name})`),
    ', ',
  );
}

/** What happens to SIP and UDP on the way, and what the stand-in could do: a label and a text each. */
export function listMeasurements({ kind, evidence }: SiteReport): readonly (readonly [string, string])[] {
  const { outside, standIn } = evidence;
  const fields: [string, string][] = [
    ['SIP', outside ? describeSip(outside) : ''],
    ['NAT', outside ? describeNat(outside.nat) : ''],
    ['Proof', kind === 'lan' ? '' : describeStandIn(standIn, outside)],
  ];
  return fields.filter(([, text]) => text !== '');
}

/** Where the site was seen from. Raw text. */
export function describeOutside({ address, scope, vantage }: Outside): string {
  if (address === null) return `not known: ${vantage} did not report it`;
  return `${address}${scope === 'public' ? '' : ` (${scope})`}, as ${vantage} sees us`;
}

function cutList(items: readonly string[], separator: string): string {
  const rest = items.length - SHOWN_NAMES;
  return items.slice(0, SHOWN_NAMES).join(separator) + (rest > 0 ? ` and ${rest} more` : '');
}

function describeSip({ sip, problems }: Outside): string {
  if (sip.length === 0)
    return `not known: ${problems.find(({ part }) => part === 'sip')?.message ?? 'nothing was exchanged'}`;
  const by = (state: SipComparison['state']) => sip.filter((one) => one.state === state);
  const name = ({ message, transport, direction }: SipComparison) => `${message} ${direction} by ${transport}`;
  const parts = (['altered', 'lost', 'not-sent'] as const).flatMap((state) =>
    by(state).length > 0 ? [`${state === 'not-sent' ? 'not sent' : state}: ${cutList(by(state).map(name), ', ')}`] : [],
  );
  return [`${by('same').length} of ${renderCount(sip.length, 'message')} arrived unaltered`, ...parts].join('; ');
}

function describeNat(nat: NatSurvey | null): string {
  if (!nat) return 'not tested';
  const { mapping, portPreserved, binding, problem } = nat;
  const kinds: Readonly<Record<NatSurvey['mapping'], string>> = {
    none: 'none: the address is not translated',
    'endpoint-independent': 'one port for all destinations (endpoint-independent)',
    'endpoint-dependent': 'another port for each destination (symmetric)',
    unknown: `not known${problem ? `: ${problem}` : ''}`,
  };
  const ports = portPreserved === null ? '' : portPreserved ? '; keeps port numbers' : '; changes port numbers';
  return kinds[mapping] + ports + (binding ? `; ${describeBinding(binding)}` : '');
}

function describeBinding({ heldSeconds, lostSeconds, triedSeconds }: NonNullable<NatSurvey['binding']>): string {
  if (lostSeconds !== null)
    return `UDP answers get through for ${heldSeconds === null ? '' : `${heldSeconds} s or more, and `}less than ${lostSeconds} s`;
  return heldSeconds === null
    ? 'how long UDP answers get through is not known'
    : `UDP answers get through for ${triedSeconds} s or more`;
}

function describeStandIn(standIn: StandIn | null, outside: Outside | null): string {
  if (!standIn) return 'no stand-in listened (--stand-in): what arrives inside is inferred, not proved';
  const { address, bound, unbound, firewall } = standIn;
  const arrived = (outside?.proofs ?? []).filter((proof) => proof.arrived).length;
  const missing = unbound.map(({ endpoint, reason }) => `${endpoint} (${reason})`);
  const gaps = missing.length > 0 ? `; not on ${cutList(missing, ', ')}` : '';
  const wall = `; this machine's firewall: ${firewall.state}`;
  return `the stand-in listened at ${address} on ${renderCount(bound.length, 'endpoint')}${gaps}; ${renderCount(arrived, 'message')} arrived${wall}`;
}
