import type { NatSurvey, Outside, SipComparison, SiteReport, StandIn } from '../model/site.js';
import type { Paint } from './paint.js';
import { renderField } from './table-findings.js';
import { renderCount } from '../words/sentence.js';
import { renderDuration, renderTime } from '../words/time.js';

const INDENT = '  ';
const SHOWN = 6;

/** Whom and what this is about: client, addresses, profile, time. */
export function renderSubject(report: SiteReport, width: number): string[] {
  const { client, evidence, profile, startedAt, durationMs, interrupted } = report;
  const { lan, outside, pbxAddress } = evidence;
  const places = lan.interfaces.map(({ name, address, prefixLength }) => `${address}/${prefixLength} (${name})`);
  return renderFields(
    [
      ['Client', client ?? ''],
      ['Inside', cutList(places, ', ')],
      ['Outside', outside ? describeVantage(outside) : ''],
      ['Phones', pbxAddress ? `the phone system is or will be at ${pbxAddress}` : ''],
      ['Agreed', `profile "${profile.name}"`],
      [
        'When',
        `${renderTime(startedAt)}, took ${renderDuration(durationMs)}${interrupted ? ' and was CUT OFF: only what was known by then' : ''}`,
      ],
    ],
    width,
  );
}

/** How SIP and UDP fare on the way, and what the stand-in could do. */
export function renderMeasurements({ kind, evidence }: SiteReport, width: number, paint: Paint): string[] {
  const { outside, standIn } = evidence;
  const fields: [string, string][] = [
    ['SIP', outside ? describeSip(outside) : ''],
    ['NAT', outside ? describeNat(outside.nat) : ''],
    ['Proof', kind === 'lan' ? '' : describeStandIn(standIn, outside)],
  ];
  const lines = renderFields(fields, width);
  return lines.length > 0 ? ['', paint('bold', 'MEASURED'), ...lines] : [];
}

function renderFields(fields: readonly (readonly [string, string])[], width: number): string[] {
  return fields.flatMap(([label, text]) => renderField(label, text, width, INDENT));
}

function describeVantage({ address, scope, vantage }: Outside): string {
  if (address === null) return `not known: ${vantage} did not tell`;
  return `${address}${scope === 'public' ? '' : ` (${scope})`}, as ${vantage} sees us`;
}

function cutList(items: readonly string[], separator: string): string {
  const rest = items.length - SHOWN;
  return items.slice(0, SHOWN).join(separator) + (rest > 0 ? ` and ${rest} more` : '');
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
    return `a UDP way lasts ${heldSeconds === null ? '' : `${heldSeconds} s or more, and `}less than ${lostSeconds} s`;
  return heldSeconds === null ? `how long a UDP way lasts is not known` : `a UDP way lasts ${triedSeconds} s or more`;
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
