import type { ReportedFinding, ReportedUndetermined } from '../../model/finding.js';
import { isOfNetwork } from '../../model/lan.js';
import type { Report } from '../../model/report.js';
import { SEVERITIES, type Severity } from '../../model/severity.js';
import { renderCount } from '../../words/sentence.js';
import { type FindingGroup, groupFindings, shareTexts, sortFindings } from '../finding-groups.js';
import { renderWaiver } from '../findings-table.js';
import type { Block, Cell } from './report-document.js';
import { FIXED_BY_WORDS, TEXTS } from './strings.js';

/** More rows than these are in the evidence only. */
const MOST_ON_FIRST_PAGE = 8;
/** More doubts, or findings in detail, than these are counted. */
const MOST_DOUBTS = 40;
const MOST_GROUPS = 200;
const MOST_SEEN = 64;
const MOST_ERRORS = 10;
const MOST_NAMES = 4;

/** What was found at one address or site. */
export type Found = Pick<Report, 'findings' | 'verdict'>;

/** What needs someone to act: worst first, what one rule found at several endpoints together. */
function groupForPeople(found: readonly Found[]): FindingGroup[] {
  const groups = new Map<string, [ReportedFinding, ...ReportedFinding[]]>();
  for (const finding of found.flatMap(sortFindings)) {
    if (finding.effect === 'note') continue;
    const group = groups.get(finding.rule);
    if (group) group.push(finding);
    else groups.set(finding.rule, [finding]);
  }
  const rank = (group: FindingGroup) => Math.min(...group.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

/**
 * The first page: what was found in plain words, without ports, and what it means.
 * @param isCurrent whether all of the place was checked, and lately
 * @param isDone whether nothing else has to be put right
 */
export function tellFindings(found: readonly Found[], isCurrent = true, isDone = true): Block[] {
  const all = listFound(found);
  const heading: Block = { kind: 'heading', level: 2, text: TEXTS.found };
  if (all.length === 0) return [heading, { kind: 'text', text: sayNothing(found, isCurrent, isDone) }];
  const rows = all
    .slice(0, MOST_ON_FIRST_PAGE)
    .map(({ severity, headline, matters }): Cell[] => [{ severity }, headline, matters]);
  return [
    heading,
    { kind: 'table', caption: TEXTS.foundCaption, columns: TEXTS.foundColumns, rows },
    ...tellRest(all.length - rows.length),
  ];
}

/** Only where all could be determined is nothing found good news. */
function sayNothing(found: readonly Found[], isCurrent: boolean, isDone: boolean): string {
  if (found.some(({ verdict }) => verdict !== 'compliant')) return TEXTS.nothingProved;
  if (!isCurrent) return TEXTS.nothingKnown;
  return isDone ? TEXTS.nothingFound : TEXTS.nothingFoundByChecks;
}

/** What needs someone to act, in plain words, worst first. */
export function listFound(found: readonly Found[]): { severity: Severity; headline: string; matters: string }[] {
  return groupForPeople(found).map((group) => {
    const [worst = group[0]] = sortFindings({ findings: [...group], verdict: 'violation' });
    const { severity, headline, matters } = worst;
    return { severity, headline: group.length > 1 ? `${headline} (${group.length} times)` : headline, matters };
  });
}

/** The first page: what someone accepted, by whom and until when. */
export function tellAccepted(found: readonly Found[]): Block[] {
  const items = found.flatMap(({ findings }) =>
    findings.flatMap(({ waiver, title }) => (waiver ? [`${title}, ${renderWaiver(waiver)}`] : [])),
  );
  return items.length === 0
    ? []
    : [
        { kind: 'heading', level: 2, text: TEXTS.accepted },
        { kind: 'list', ordered: false, items: [...new Set(items)].slice(0, MOST_DOUBTS) },
      ];
}

/** The first page: what to do, and who does it, most urgent first. */
export function tellTodo(all: readonly Todo[]): Block[] {
  if (all.length === 0) return [];
  const rows = all.slice(0, MOST_ON_FIRST_PAGE).map(({ remedy, who }, index) => [String(index + 1), remedy, who]);
  return [
    { kind: 'heading', level: 2, text: TEXTS.todo },
    { kind: 'table', caption: TEXTS.todoCaption, columns: TEXTS.todoColumns, rows },
    ...tellRest(all.length - rows.length),
  ];
}

/** A thing to do, and who does it. */
export interface Todo {
  readonly remedy: string;
  readonly who: string;
}

/** What to do about what was found, most urgent first. */
export function listTodo(found: readonly Found[]): Todo[] {
  const told = new Map<string, { readonly group: FindingGroup; readonly remedy: string }>();
  for (const group of groupForPeople(found)) {
    const remedy = joinTexts(group, 'remedy');
    if (!told.has(remedy)) told.set(remedy, { group, remedy });
  }
  return [...told.values()].map(({ group, remedy }) => ({ remedy, who: nameFixers(group) }));
}

function tellRest(count: number): Block[] {
  return count > 0
    ? [{ kind: 'text', text: `${renderCount(count, 'more is', 'more are')} in the evidence below.` }]
    : [];
}

/** Who puts it right, with the NEC programs where that is at the phone system. */
function nameFixers(group: FindingGroup): string {
  const fixers = [...new Set(group.flatMap(({ fixedBy = [] }) => fixedBy))];
  const programs = [...new Set(group.flatMap((finding) => finding.programs))];
  const nec =
    programs.length > 0 ? ` (NEC ${programs.length > 1 ? 'programs' : 'program'} ${programs.join(', ')})` : '';
  const names = fixers.map((fixer) => FIXED_BY_WORDS[fixer] + (fixer === 'phone-system' ? nec : ''));
  return (
    names.join('; ') +
    (nec !== '' && !fixers.includes('phone-system') ? `; ${FIXED_BY_WORDS['phone-system']}${nec}` : '')
  );
}

/** What could not be determined at a place. */
export interface Doubtful {
  /** What it is called where there are several. */
  readonly name: string;
  readonly undetermined: readonly ReportedUndetermined[];
  readonly findings: readonly Pick<ReportedFinding, 'effect' | 'title'>[];
}

/** What could not be determined: what prevents a result, and what no check of this kind can show. */
export function listDoubts(places: readonly Doubtful[]): Block[] {
  const all = { blocking: new Map<string, string[]>(), other: new Map<string, string[]>() };
  const add = (doubts: Map<string, string[]>, text: string, name: string) =>
    doubts.set(text, [...(doubts.get(text) ?? []), name]);
  for (const { name, undetermined, findings } of places) {
    for (const { effect, title } of findings) if (effect === 'inconclusive') add(all.blocking, `${title}.`, name);
    for (const doubt of undetermined) add(doubt.blocking ? all.blocking : all.other, sayDoubt(doubt), name);
  }
  const list = (title: string, doubts: ReadonlyMap<string, readonly string[]>): Block[] => {
    const items = [...doubts].map(
      ([text, names]) => text + (names.length < places.length ? ` (${nameSome(names)})` : ''),
    );
    return items.length === 0
      ? []
      : [
          { kind: 'text', text: title },
          { kind: 'list', ordered: false, items: [...items.slice(0, MOST_DOUBTS), ...countRest(items.length)] },
        ];
  };
  return all.blocking.size + all.other.size === 0
    ? []
    : [
        { kind: 'heading', level: 2, text: TEXTS.unknown },
        ...list(TEXTS.unknownBlocking, all.blocking),
        ...list(TEXTS.unknownOther, all.other),
      ];
}

function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

function countRest(all: number): string[] {
  return all > MOST_DOUBTS ? [`and ${all - MOST_DOUBTS} more, which are in the attached data`] : [];
}

function sayDoubt({ endpoint, what, why }: ReportedUndetermined): string {
  const place = endpoint === null || what.includes(endpoint) ? '' : `${endpoint}: `;
  return `${place}${what}${why && '. '}${why}`;
}

/** The findings in detail, as the technician needs them. */
export function detailFindings(found: Found, level: 3 | 4): Block[] {
  const groups = groupFindings(sortFindings(found));
  const rest = groups.slice(MOST_GROUPS).flat().length;
  return [
    ...groups.slice(0, MOST_GROUPS).flatMap((group, index) => detailGroup(group, index + 1, level)),
    ...(rest > 0
      ? [{ kind: 'text', text: `${renderCount(rest, 'more finding')} are in the attached data.` } as const]
      : []),
  ];
}

function detailGroup(group: FindingGroup, number: number, level: 3 | 4): Block[] {
  const [first] = group;
  const { severity, waiver, rule } = first;
  const places = [...new Set(group.flatMap(({ endpoint }) => endpoint ?? []))];
  const seen = group
    .slice(0, MOST_SEEN)
    .map((one) =>
      group.length > 1 && one.endpoint && !one.seen.includes(one.endpoint) ? `${one.endpoint}: ${one.seen}` : one.seen,
    );
  const references = [...new Set(group.flatMap((finding) => finding.references))];
  const rows: [string, string][] = [
    ['Accepted', waiver ? renderWaiver(waiver) : ''],
    [
      'Where',
      places.slice(0, MOST_SEEN).join(', ') +
        (places.length > MOST_SEEN ? ` and ${places.length - MOST_SEEN} more` : ''),
    ],
    ['Seen', [...new Set(seen)].join(' ')],
    ['Why it matters', joinTexts(group, 'matters')],
    ['What to do', joinTexts(group, 'remedy')],
    ['Who', nameFixers(group)],
    ['See', [`rule ${rule}`, ...references].join('; ')],
  ];
  return [
    { kind: 'heading', level, severity, text: `${number}. ${group.length > 1 ? first.headline : first.title}` },
    { kind: 'facts', rows: rows.filter(([, text]) => text !== '') },
  ];
}

/** The text of a group in one field: what all have in common, and what each adds with its endpoints. */
function joinTexts(group: FindingGroup, field: 'matters' | 'remedy'): string {
  const { common, further } = shareTexts(group, field);
  return [common, ...further.map(({ text, endpoints }) => `${endpoints.join(', ')}: ${text}`)]
    .filter(Boolean)
    .join(' ');
}

/** What this machine and its network kept from being seen, and what crashed or failed in sallyport itself. */
export function listErrors({ errors }: Pick<Report, 'errors'>): Block[] {
  const [network, ours] = [errors.filter(isOfNetwork), errors.filter((error) => !isOfNetwork(error))];
  return [
    ...listLines(
      TEXTS.notSeen,
      network.map(({ message }) => message),
    ),
    ...listLines(
      TEXTS.errors,
      ours.map(({ unit, message }) => `${unit}: ${message}`),
    ),
  ];
}

function listLines(title: string, lines: readonly string[]): Block[] {
  if (lines.length === 0) return [];
  const items = lines.slice(0, MOST_ERRORS);
  const rest = lines.length - items.length;
  return [
    { kind: 'text', text: title },
    { kind: 'list', ordered: false, items: [...items, ...(rest > 0 ? [`and ${rest} more`] : [])] },
  ];
}
