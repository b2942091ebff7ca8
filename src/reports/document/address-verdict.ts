import type { Handover } from '../../model/handover.js';
import { CLOCK_DOUBT_MS, STALE_AFTER_MS } from '../../model/not-checked.js';
import type { Report, Verdict } from '../../model/report.js';
import type { SiteReport } from '../../model/site.js';
import { type Standing, standingOf, WORST_FIRST } from '../../model/standing.js';
import { lowerFirst, renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { TEXTS } from './strings.js';

const DAY_MS = 86_400_000;

/** One address of a client in its report. */
export type AddressPart = Handover['addresses'][number];

/**
 * The worst standing of all addresses; what was not checked in the time of the report, or never, proves nothing good
 * about it. A check from the site can make it worse, and never better: it is of the address that someone came from.
 */
export function worstStanding(handover: Handover): Standing {
  const { addresses, unchecked, invited } = handover;
  const all = addresses.map(({ report }) => {
    const standing = standingOf(report);
    return standing === 'compliant' && isOld(report, handover) ? 'inconclusive' : standing;
  });
  if (unchecked.length > 0) all.push('inconclusive');
  if (invited.some(isViolation)) all.push('violation');
  return WORST_FIRST.find((standing) => all.includes(standing)) ?? 'inconclusive';
}

/** Whether a check was not in the time of the report: before it, or after it, since a clock was wrong. */
function isOld({ startedAt }: Pick<Report, 'startedAt'>, { since, currentSince, madeAt }: Handover): boolean {
  const at = Date.parse(startedAt);
  const oldest = currentSince ?? since;
  return oldest !== null && (at < Date.parse(oldest) || at > Date.parse(madeAt) + CLOCK_DOUBT_MS);
}

/** The verdict on the site of a report; what was seen of it before the time of the report proves nothing good about now. */
export function siteVerdict(site: SiteReport, handover: Handover): Verdict {
  return site.verdict === 'compliant' && isOld(site, handover) ? 'inconclusive' : site.verdict;
}

/** The verdict of all that a report has, in words for a customer. */
export function sayHandover(handover: Handover, standing: Standing): string {
  const unknown = standing === 'violation' ? countUnknown(handover) : 0;
  const text = [
    sayVerdict(standing, listTelling(handover)),
    ...(unknown > 0
      ? [
          `How ${renderCount(unknown, 'more address', 'more addresses')} ${unknown === 1 ? 'stands' : 'stand'} is not known.`,
        ]
      : []),
  ].join(' ');
  return listWorse(handover).length > 0 ? `${TEXTS.invited}: ${lowerFirst(text)}` : text;
}

/** How many addresses nothing is known of that counts. */
function countUnknown(handover: Handover): number {
  const { addresses, unchecked } = handover;
  const isListed = (place: string) => addresses.some(({ slot }) => slot === place);
  const isUnchecked = (place: string | null) => unchecked.some(({ slot }) => slot === place);
  const isUnknown = ({ slot, report }: AddressPart) =>
    !isViolation(report) && (report.verdict !== 'compliant' || isOld(report, handover) || isUnchecked(slot));
  return addresses.filter(isUnknown).length + unchecked.filter(({ slot }) => !isListed(slot)).length;
}

/** Whether all addresses were checked, and not too long ago to say how they are now. */
export function isCurrent(handover: Handover): boolean {
  const { addresses, unchecked, site } = handover;
  const checks = [...addresses.map(({ report }) => report), ...(site ? [site] : [])];
  return unchecked.length === 0 && !checks.some((check) => isOld(check, handover));
}

/** The reports that a verdict is about, and so what was found and what to do: of the addresses, and of what is worse. */
export function listTelling(handover: Handover): Report[] {
  return [...handover.addresses.map(({ report }) => report), ...listWorse(handover)];
}

/** Checks from the site that make the verdict worse than the addresses do. */
export function listWorse({ addresses, invited }: Handover): Report[] {
  return addresses.some(({ report }) => isViolation(report)) ? [] : invited.filter(isViolation);
}

function isViolation({ verdict }: Report): boolean {
  return verdict === 'violation';
}

/** The verdict of checks in words for a customer. */
export function sayVerdict(standing: Standing, reports: readonly Report[]): string {
  const accepted = reports.some(({ findings }) => findings.some(({ waiver }) => waiver));
  switch (standing) {
    case 'violation': {
      const standingFindings = reports.flatMap(({ findings }) =>
        findings.filter(({ effect }) => effect === 'violation'),
      );
      const outages = standingFindings.filter(({ about }) => about === 'outage').length;
      const open = standingFindings.length - outages;
      return [
        ...(open > 0
          ? [
              `${renderCount(open, 'thing')} ${open === 1 ? 'is' : 'are'} not as agreed and ${open === 1 ? 'has' : 'have'} to be put right.`,
            ]
          : []),
        ...(outages > 0
          ? [`${renderCount(outages, 'service')} that should work from outside ${outages === 1 ? 'does' : 'do'} not.`]
          : []),
      ].join(' ');
    }
    case 'compliant':
      return `We found nothing open that should not be${accepted ? ', except for what was accepted' : ''}. This is valid for the time and the place of the check.`;
    case 'no-answer':
      return 'Nothing answered at all. That can mean that all is closed, or that the line was down or shut us out: it proves nothing.';
    case 'inconclusive':
      return 'This check proves neither that all is well nor that it is not. What prevented a result is listed below.';
  }
}

/** What was not checked in the time that a report is about, and is shown as it was before; and what was not for days. */
export function listAges(handover: Handover): string[] {
  const { addresses, site } = handover;
  const checks = [
    ...addresses.map((part) => ({ name: nameAddress(part), startedAt: part.report.startedAt })),
    ...(site ? [{ name: TEXTS.site, startedAt: site.startedAt }] : []),
  ];
  return checks.flatMap(({ name, startedAt }) => {
    if (isOld({ startedAt }, handover)) return `${name}: ${TEXTS.oldCheck} ${renderTime(startedAt)}.`;
    const ageMs = Date.parse(handover.madeAt) - Date.parse(startedAt);
    if (ageMs <= STALE_AFTER_MS) return [];
    return `${name}: ${TEXTS.agedCheck} ${renderCount(Math.floor(ageMs / DAY_MS), 'day')} old. ${TEXTS.agedTodo}`;
  });
}

/** Which addresses were checked last because someone at the site asked for it. */
export function listFromSite({ addresses }: Handover): string[] {
  const own = addresses.filter(({ invite }) => invite !== undefined);
  return own.map((part) => `${nameAddress(part)}: ${TEXTS.fromSite} ${renderTime(part.report.startedAt)}.`);
}

/** What no check has looked at so far. */
export function listUnchecked({ unchecked }: Handover): string[] {
  return unchecked.map(({ slot, reason }) => `${slot}: ${TEXTS.unchecked}: ${reason}.`);
}

/** The address of a part, with the name that led there. */
export function nameAddress({ report }: AddressPart): string {
  return nameTarget(report);
}

/** The address that a check is of, with the name that led there. */
export function nameTarget({ target }: Report): string {
  const address = target.address ?? target.input;
  return target.name !== null && target.name !== address ? `${target.name} (${address})` : address;
}
