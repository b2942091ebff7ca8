import type { EndpointId } from '../model/endpoint.js';
import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import { SEVERITIES } from '../model/severity.js';
import { forTerminal } from '../words/escape.js';
import { cutWords, wrapText } from '../words/layout.js';
import { renderCount, upperFirst } from '../words/sentence.js';
import { indent, type Page, renderHanging } from './blocks.js';
import { type FindingGroup, type SharedText, shareTexts } from './finding-groups.js';
import { paintSeverity, SEVERITY_MARKS } from './paint.js';

/** More groups of findings than this are counted, not shown. */
const SHOWN_GROUPS = 30;
const SHOWN_PLACES = 8;
const OVERVIEW_ROWS = 8;
/** Of more endpoints than this, what was seen is not shown of all. */
const SHOWN_SEEN = 4;
const SHOWN_SEEN_IN_FULL = 64;
/** Where the text of a finding begins. */
const TEXT_COLUMN = 9;

/** The findings at a glance, a line a group in the order given, and what to do about the first. */
export function renderOverview(groups: readonly FindingGroup[], { width, paint }: Page): string[] {
  const telling = groups.filter(([{ effect }]) => effect !== 'note');
  const [first] = telling;
  if (!first || telling.length < 2) return [];
  const rows = telling.slice(0, OVERVIEW_ROWS).map((group) => {
    const { severity } = group[0];
    return `  ${paintSeverity(paint, severity, 8)}  ${cutWords(forTerminal(nameGroup(group)), width - 12)}`;
  });
  const rest = telling.length - rows.length;
  const todo = indent(`Do first: ${first[0].remedy}`, width).map((line) => paint('bold', line));
  return ['', ...rows, ...(rest > 0 ? [`  and ${rest} more below`] : []), '', ...todo];
}

/**
 * The findings in the order given, each with what to do; those of one rule and one kind together.
 * @param listed endpoints of which the report tells elsewhere what answers there
 */
export function renderFindings(
  groups: readonly FindingGroup[],
  verdict: Report['verdict'],
  page: Page,
  listed: ReadonlySet<EndpointId> = new Set(),
): string[] {
  const { paint } = page;
  if (groups.length === 0) {
    const doubt = verdict === 'inconclusive' ? ', which proves nothing here' : '';
    return ['', ...wrapText(`FINDINGS: none${doubt}`, page.width).map((line) => paint('bold', line))];
  }
  const tellOnce = createTellOnce();
  const rest = groups.slice(SHOWN_GROUPS).flat().length;
  const lines = groups.slice(0, SHOWN_GROUPS).flatMap((group, index) => {
    const mark = `${String(index + 1).padStart(2)} ${paintSeverity(paint, group[0].severity)} `;
    const columns = 4 + SEVERITY_MARKS[group[0].severity].label.length;
    const head = renderHanging(mark, columns, nameGroup(group), page.width);
    const body =
      isNote(group) && !page.full ? renderNote(group, page) : renderBody(group, index + 1, tellOnce, page, listed);
    return [...(index === 0 ? [] : ['']), ...head, ...body];
  });
  const more =
    rest > 0
      ? ['', ...indent(`and ${renderCount(rest, 'finding')} more: --format json lists them all`, page.width)]
      : [];
  const heading = wrapText(`FINDINGS: ${countSeverities(groups.flat())}`, page.width).map((line) =>
    paint('bold', line),
  );
  return ['', ...heading, ...lines, ...more];
}

/** A single finding by its title; several by the headline of their rule, and where they are. */
function nameGroup(group: FindingGroup): string {
  const [{ title, headline }] = group;
  return group.length === 1 ? title : `${headline}: ${listEndpoints(group)}`;
}

function listEndpoints(group: FindingGroup): string {
  const places = group.slice(0, SHOWN_PLACES).map(({ endpoint }) => endpoint);
  const rest = group.length - SHOWN_PLACES;
  return places.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** A note of no weight, not something that was accepted. */
function isNote([{ effect, severity, waiver }]: FindingGroup): boolean {
  return effect === 'note' && severity === 'info' && !waiver;
}

/** What a note says in short. */
function renderNote(group: FindingGroup, { width }: Page): string[] {
  const [{ seen, remedy }] = group;
  return renderHanging('    ', 4, `${seen} ${remedy}`, width);
}

function renderBody(
  group: FindingGroup,
  number: number,
  tellOnce: TellOnce,
  page: Page,
  listed: ReadonlySet<EndpointId>,
): string[] {
  const { width, paint, full } = page;
  const [{ waiver, rule, severity, endpoint, title, seen }] = group;
  const field = (label: string, texts: readonly string[]) =>
    texts.flatMap((text, index) =>
      renderHanging(`    ${index === 0 ? label : ''}`.padEnd(TEXT_COLUMN), TEXT_COLUMN, text, width),
    );
  const isListed = !full && group.every((finding) => finding.endpoint !== null && listed.has(finding.endpoint));
  const matters = shareTexts(group, 'matters');
  const programs = [...new Set(group.flatMap((finding) => finding.programs))];
  const references = new Set(group.flatMap((finding) => finding.references));
  // It may be too late to close it only.
  const urgent = severity === 'critical' && !waiver ? ['break-in'] : [];
  const known = programs.length > 0 ? [`NEC program${programs.length > 1 ? 's' : ''} ${programs.join(', ')}`] : [];
  return [
    ...(waiver ? renderHanging('    ', 4, upperFirst(renderWaiver(waiver)), width) : []),
    ...(group.length > 1 || endpoint === null || title.includes(endpoint) ? [] : field('At', [endpoint])),
    ...(group.length === 1 ? field('Seen', [seen]) : isListed ? [] : field('Seen', listSeen(group, page))),
    ...field('Why', tellOnce(full || matters.common === '' ? matters : { ...matters, further: [] }, number)),
    ...field('Do', tellOnce(shareTexts(group, 'remedy'), number)).map((line) => paint('bold', line)),
    ...field('See', [[rule, ...urgent, ...known, ...references].join('; ')]),
  ];
}

/** What was seen at each endpoint: a line each, and of many the first, unless all is wanted. */
function listSeen(group: FindingGroup, { width, full }: Page): string[] {
  const most = full ? SHOWN_SEEN_IN_FULL : group.length > SHOWN_SEEN ? SHOWN_SEEN - 1 : SHOWN_SEEN;
  const lines = group.slice(0, most).map(({ seen, endpoint }) => {
    const text = endpoint === null || seen.includes(endpoint) ? seen : `${endpoint}: ${seen}`;
    return full ? text : cutWords(forTerminal(text), width - TEXT_COLUMN);
  });
  return group.length > most
    ? [...lines, `and ${group.length - most} more: ${full ? '--format json' : '--full'} shows them`]
    : lines;
}

/** Text that an earlier finding already gave in full is referred to by its number. */
type TellOnce = (shared: SharedText, number: number) => string[];

function createTellOnce(): TellOnce {
  const told = new Map<string, number>();
  return ({ common, further }, number) => {
    const each = further.map(({ text, endpoints }) => `${endpoints.join(', ')}: ${text}`);
    const texts = [common, ...each].filter((text) => text !== '');
    const key = texts.join('\n');
    const earlier = told.get(key);
    if (earlier !== undefined) return [`The same as for finding ${earlier}.`];
    if (key) told.set(key, number);
    return texts;
  };
}

function countSeverities(findings: readonly ReportedFinding[]): string {
  const standing = findings.filter(({ waiver }) => !waiver);
  const counts = [
    ...SEVERITIES.map((severity) => [standing.filter((one) => one.severity === severity).length, severity] as const),
    [findings.length - standing.length, 'accepted'] as const,
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** Who accepted a finding, until when and why: `accepted by Ann until 2027-01-31: moves in June`. */
export function renderWaiver({
  by,
  until,
  reason,
}: Pick<NonNullable<ReportedFinding['waiver']>, 'by' | 'until' | 'reason'>): string {
  return `accepted by ${by} ${until === null ? 'for this check' : `until ${until}`}: ${reason}`;
}
