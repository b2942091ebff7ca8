import type { Cause, ReportedExplanation, SiteReport } from '../model/site.js';
import { forTerminal } from '../words/escape.js';
import { padText, wrapText } from '../words/layout.js';
import { indent, type Page, renderHanging } from './blocks.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { renderTime } from '../words/time.js';

/** More rows than this are counted, not shown. */
const SHOWN_ROWS = 40;
const WIDTHS = { endpoint: 22, service: 13, basis: 6 } as const;
const SENTENCE_INDENT = '      ';

/** How each cause is called. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  'upnp-mapping': 'UPnP mapping',
  'nat-pmp': 'NAT-PMP mapping',
  'static-forward': 'static forward',
  dmz: 'DMZ or 1:1 NAT',
  router: 'the router itself',
  unexplained: 'unexplained',
};

/** What can be reached from outside: endpoints of one service with one explanation together. */
export function listReachable(report: SiteReport): ReportedExplanation[][] {
  return groupAlike(nameRandomPorts(report));
}

/** What can be reached from outside, and what explains it: a row each, and a sentence below. */
export function renderReachable(report: SiteReport, { width, paint }: Page): string[] {
  const title = ['', paint('bold', 'REACHABLE FROM OUTSIDE')];
  const groups = listReachable(report);
  if (groups.length === 0) return [...title, ...indent(describeNothing(report), width)];
  const shown = groups.slice(0, SHOWN_ROWS);
  // What explains several rows stands once, below the last of them.
  const rows = shown.flatMap((group, index) => [
    ...renderRow(group, width),
    ...(tell(group) === tell(shown[index + 1]) ? [] : renderSentence(tell(group), width)),
  ]);
  const rest = groups.length - SHOWN_ROWS;
  const more = rest > 0 ? indent(`and ${rest} more: --format json lists them all`, width) : [];
  const head = width < LEAST_FOR_COLUMNS ? [] : [`  ${layOut('ENDPOINT', 'SERVICE', 'BASIS', 'CAUSE')}`];
  return [...title, ...head, ...rows, ...more];
}

/** Ports that were drawn at random belong to no service; they stand in one row. */
function nameRandomPorts({ reachable, evidence }: SiteReport): ReportedExplanation[] {
  const proofs = evidence.outside?.proofs ?? [];
  const drawn = new Set(proofs.flatMap(({ kind, endpoint }) => (kind === 'canary' ? [endpoint] : [])));
  return reachable.map((one) => (drawn.has(one.endpoint) ? { ...one, service: 'random ports' } : one));
}

/** Endpoints of one service with one explanation are shown together: the voice media are 64 ports. */
function groupAlike(reachable: readonly ReportedExplanation[]): ReportedExplanation[][] {
  const groups = new Map<string, ReportedExplanation[]>();
  for (const explanation of reachable) {
    const { service, basis, cause, sentence, endpoint } = explanation;
    const key = JSON.stringify([service ?? endpoint, basis, cause, sentence]);
    groups.set(key, [...(groups.get(key) ?? []), explanation]);
  }
  return [...groups.values()];
}

/** The endpoints of a group, the first by its name. */
export function namePlaces(group: readonly ReportedExplanation[]): string {
  const { endpoint } = group[0]!;
  return group.length > 1 ? `${endpoint} and ${group.length - 1} more` : endpoint;
}

function renderRow(group: readonly ReportedExplanation[], width: number): string[] {
  const { service, basis, cause } = group[0]!;
  const places = namePlaces(group);
  if (width >= LEAST_FOR_COLUMNS) return [`  ${layOut(places, service ?? '', basis, CAUSE_WORDS[cause])}`];
  return renderHanging('  ', 4, [places, service, basis, CAUSE_WORDS[cause]].filter(Boolean).join(', '), width);
}

/** What explains a group, and since when that is known. */
function tell(group: readonly ReportedExplanation[] | undefined): string | undefined {
  return group && explain(group[0]!);
}

/** An explanation, and since when it is known. */
export function explain({ sentence, since }: ReportedExplanation): string {
  return since === null ? sentence : `${sentence} First seen ${renderTime(since)}.`;
}

function renderSentence(sentence: string | undefined, width: number): string[] {
  const room = width - SENTENCE_INDENT.length;
  return wrapText(forTerminal(sentence ?? ''), room).map((line) => SENTENCE_INDENT + line);
}

function layOut(endpoint: string, service: string, basis: string, cause: string): string {
  const cells = [
    padText(forTerminal(endpoint), WIDTHS.endpoint),
    padText(forTerminal(service), WIDTHS.service),
    padText(basis, WIDTHS.basis),
    cause,
  ];
  return cells.join('  ').trimEnd();
}

/** What it means that nothing is known to be reachable. */
export function describeNothing({ kind, evidence: { outside, standIn } }: SiteReport): string {
  if (kind === 'lan' || !outside) return 'There was no check from outside, so this is not known.';
  if (standIn && outside.proofs.length > 0) return 'Nothing, of what was checked and proved.';
  return outside.check
    ? 'Nothing answered. Silent UDP ports may be open: only --stand-in can prove that they are not.'
    : 'Not known: the check from outside failed.';
}
