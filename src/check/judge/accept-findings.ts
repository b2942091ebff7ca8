import type { Waiver } from '../../model/change.js';
import type { AcceptedSilence } from '../../model/client.js';
import type { Finding } from '../../model/finding.js';
import type { Survey } from '../../model/report.js';
import { isAtLeast } from '../../model/severity.js';
import { noSignOfLife } from '../rules/no-sign-of-life.js';
import { cutText } from '../../words/sentence.js';

/** What someone accepted at a client. */
export interface Accepted {
  readonly waivers: readonly Waiver[];
  /** Who vouches for it if nothing answers. */
  readonly silence: AcceptedSilence | undefined;
  /** The day (`YYYY-MM-DD`, UTC) on which what was accepted has to be valid. */
  readonly today: string;
  /** Silence may be what the site is known for. */
  readonly mayBeSilent: boolean;
}

/** Findings, with what someone accepted as notes that say so. `seen` tells who answers where something was accepted. */
export function acceptFindings(
  findings: readonly Finding[],
  seen: Pick<Survey, 'observations'>,
  { waivers, silence, today, mayBeSilent }: Accepted,
): Finding[] {
  const accepted = [...waivers.map(fromStore), ...(silence ? [acceptanceOf(silence)] : [])];
  const isStill = indexIdentities(seen);
  return findings.map((finding) => applyWaivers(finding, accepted, { today, mayBeSilent, isStill }));
}

/** What waivers are compared with. */
interface Standing {
  readonly today: string;
  readonly mayBeSilent: boolean;
  readonly isStill: IsStill;
}

/**
 * Turns a violation, or silence, that someone accepted into a note that says so. What is worse than what was accepted,
 * elsewhere, of another identity, or after the last day stays as it is; what else forbids a verdict cannot be accepted.
 * Silence that was accepted until some day says so.
 */
function applyWaivers(finding: Finding, waivers: readonly Acceptance[], standing: Standing): Finding {
  const { today, mayBeSilent, isStill } = standing;
  if (!isWaivable(finding, mayBeSilent)) return finding;
  const waiver = waivers.find((candidate) => covers(candidate, finding, today, isStill));
  if (!waiver) return finding.about === 'silence' ? noteLapse(finding, waivers, today) : finding;
  const { by, reason, until, origin } = waiver;
  return { ...finding, effect: 'note', waiver: { by: cutText(by, 128), reason: cutText(reason, 512), until, origin } };
}

/** Silence with the day on which the last one who accepted it had it end. */
function noteLapse(finding: Finding, waivers: readonly Acceptance[], today: string): Finding {
  const ended = waivers.flatMap(({ rule, until }) =>
    rule === finding.rule && until !== null && until < today ? [until] : [],
  );
  const acceptedUntil = ended.sort().at(-1);
  return acceptedUntil === undefined ? finding : { ...finding, data: { ...finding.data, acceptedUntil } };
}

/** What a person may accept: a violation, or that a site answers nothing; not that we could not see. */
function isWaivable({ about, effect }: Finding, mayBeSilent: boolean): boolean {
  return effect === 'violation' || (mayBeSilent && effect === 'inconclusive' && about === 'silence');
}

/** What someone accepted, and where. */
interface Acceptance extends Omit<Waiver, 'id' | 'clientId' | 'grantedAt' | 'until'> {
  readonly until: string | null;
  readonly origin: NonNullable<NonNullable<Finding['waiver']>['origin']>;
}

const fromStore = (waiver: Waiver): Acceptance => ({ ...waiver, origin: 'waiver' });

function acceptanceOf({ by, until }: AcceptedSilence): Acceptance {
  const reason = 'The site is known to answer nothing';
  const origin = until === null ? 'check' : 'inventory';
  return { rule: noSignOfLife.id, endpoint: null, by, reason, until, severity: null, identity: null, origin };
}

/** Whether no one but the identity that was accepted answers on an endpoint. */
type IsStill = (label: string, endpoint: Finding['endpoint']) => boolean;

function covers(waiver: Acceptance, { rule, endpoint, severity }: Finding, day: string, isStill: IsStill): boolean {
  return (
    waiver.rule === rule &&
    (waiver.endpoint === null || waiver.endpoint === endpoint) &&
    (waiver.until === null || waiver.until >= day) &&
    (waiver.severity === null || isAtLeast(waiver.severity, severity)) &&
    (waiver.identity === null || isStill(waiver.identity, endpoint))
  );
}

/** There can be as many findings as an address has ports: the observations are gone through once. */
function indexIdentities({ observations }: Pick<Survey, 'observations'>): IsStill {
  const labels = new Map<Finding['endpoint'], Set<string>>();
  for (const { endpoint, state, identity } of observations) {
    if (state !== 'open' || !identity) continue;
    const known = labels.get(endpoint);
    if (known) known.add(identity.label);
    else labels.set(endpoint, new Set([identity.label]));
  }
  return (label, endpoint) => labels.get(endpoint)?.size === 1 && labels.get(endpoint)!.has(label);
}
