import type { Issue, SlotState } from '../../model/change.js';
import { OUTSIDER } from '../../model/profile.js';
import type { Reason, ReportData } from '../../model/report.js';
import { isBlind, isInSight, listRefusals } from './sight.js';

/*
 * Who saw an issue, and how the site refuses whom. What one vantage knows open is over only once that vantage looks again
 * and sees it shut: nothing that another one sees, or does not see, says so.
 */

/** The name of whoever looked without one: the one vantage of a report that joins no others. */
export const UNNAMED = '';

/** Those who saw an issue, by name, and which of the profile's sources each was. */
export type Sightings = Readonly<Record<string, string>>;

/** Who saw an issue. */
export function sightingsOf({ seenFrom, source }: Pick<Issue, 'seenFrom' | 'source'>): Sightings {
  return seenFrom ?? { [UNNAMED]: source ?? OUTSIDER };
}

/** An issue with others that saw it. */
export function withSightings(issue: Issue, sightings: Sightings): Issue {
  const { seenFrom: _names, source: _source, ...rest } = issue;
  const names = Object.keys(sightings).sort();
  if (names.some((name) => name !== UNNAMED))
    return { ...rest, seenFrom: Object.fromEntries(names.map((name) => [name, sightings[name]!])) };
  const source = sightings[UNNAMED];
  return { ...rest, ...(source !== undefined && source !== OUTSIDER && { source }) };
}

/** How a site refuses: anyone, and each of several vantages. */
export type Refusing = Pick<SlotState, 'refusals' | 'refusalsTo'>;

/** How a site refuses by a report. */
export function listRefusing({ observations, vantages }: ReportData): Required<Pick<Refusing, 'refusals'>> & Refusing {
  const refusals = listRefusals(observations);
  if (!vantages) return { refusals };
  const all = vantages.flatMap(({ name, report }) =>
    report ? [[name, listRefusals(report.observations)] as const] : [],
  );
  return { refusals, refusalsTo: Object.fromEntries(all.sort(([a], [b]) => Number(a > b) - Number(a < b))) };
}

/** How a site refuses a vantage; if that is not known, how it refuses anyone. */
export function refusalsFor({ refusals, refusalsTo }: Refusing, name: string): readonly Reason[] | undefined {
  return refusalsTo && Object.hasOwn(refusalsTo, name) ? refusalsTo[name] : refusals;
}

/** To which of several vantages a site shows no life now; those that could not see are not among them. */
export function listSilentTo({ vantages = [] }: ReportData, refusing: Refusing = {}): Record<string, boolean> {
  const seeing = vantages.flatMap(({ name, report }) => (report && !isBlind(report) ? [{ name, report }] : []));
  return Object.fromEntries(
    seeing.map(({ name, report }) => [name, !isInSight(report, { endpoint: null }, refusalsFor(refusing, name))]),
  );
}
