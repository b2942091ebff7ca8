import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import type { RunEnd, Swept } from './reporter.js';

/*
 * What programs recognise a report and its findings by, from one run to the next. Raw: escape it for the place.
 */

/** The target as history follows it: the slot of a client, which stays when its address changes, or the address. */
export function targetOf({ target }: Report, swept?: Swept): string {
  return swept?.slot ?? target.address ?? target.input;
}

/** The place for people: `Acme Ltd (acme), 203.0.113.7` or `203.0.113.7 (pbx.example.net)`. */
export function describePlace(report: Report, swept?: Swept): string {
  const { address, name, input } = report.target;
  const where = address ?? input;
  const also = name === null || name === where ? '' : ` (${name})`;
  return swept ? `${swept.client.name} (${swept.client.id}), ${where}${also}` : where + also;
}

/** What a finding is recognised by at its place: rule and endpoint. */
export function keyOf({ rule, endpoint }: Pick<ReportedFinding, 'rule' | 'endpoint'>): string {
  return endpoint === null ? rule : `${rule} ${endpoint}`;
}

/** The findings of a report with their keys, the same for the same thing: rule and endpoint, numbered if repeated. */
export function keyFindings({ findings }: Report): { readonly finding: ReportedFinding; readonly key: string }[] {
  const times = new Map<string, number>();
  return findings.map((finding) => {
    const name = keyOf(finding);
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { finding, key: time === 1 ? name : `${name} #${time}` };
  });
}

/**
 * What the run is to say of itself so that it does not look as if all were known: nothing where its reports say it.
 * @param unknown reports that are inconclusive
 */
export function listTroubles({ outcome, troubles, unchecked }: RunEnd, unknown: number): readonly string[] {
  if (troubles.length > 0) return troubles;
  if (outcome === 'failure') return ['An error ended the run.'];
  return outcome === 'inconclusive' && unknown + unchecked.length === 0 ? ['Not all is known.'] : [];
}
