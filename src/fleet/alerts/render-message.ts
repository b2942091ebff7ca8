import type { OperatorEvent, SaidClientEvent, SaidEvent, SaidMessage } from '../../model/alert.js';
import type { ChangeKind, SaidChange } from '../../model/change.js';
import { SEVERITIES, type Severity } from '../../model/severity.js';
import { cutText, renderCount } from '../../words/sentence.js';

/** A message in words; every piece is bounded, and still raw: each channel escapes it for its own place. */
export interface MessageText {
  /** At most {@link MAX_TITLE} UTF-16 code units. */
  readonly title: string;
  /** The worst of what it tells that is bad; info where all is good news. */
  readonly severity: Severity;
  readonly goodNews: boolean;
  readonly sections: readonly MessageSection[];
  /** What to do next: a command, at most {@link MAX_TITLE} code units. Null if no client is concerned. */
  readonly command: string | null;
}

/** A heading and lines, of at most {@link MAX_LINE} UTF-16 code units each. */
export interface MessageSection {
  readonly heading: string;
  readonly lines: readonly string[];
}

export const MAX_TITLE = 150;
export const MAX_LINE = 350;
/** At most this many lines a section; a last one tells how many are left out. */
const MAX_LINES = 15;

/** Remedies, and commands that explain, of at most so many findings. */
const MAX_REMEDIES = 5;
const MAX_REMEDY = 1_200;

const GOOD_NEWS: readonly ChangeKind[] = ['resolved', 'service-back'];
const MOVES: readonly ChangeKind[] = ['identity-changed', 'address-changed'];

const SEVERITY_TITLES: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'For information',
};

/** Says in words what a message tells: one event in full, several as a digest by severity. */
export function renderMessage({ events }: Pick<SaidMessage, 'events'>): MessageText {
  const [event] = events;
  if (event && events.length === 1) return event.type === 'operator' ? renderOperator(event) : renderClient(event);
  return renderDigest(events);
}

function renderOperator({ title, detail }: OperatorEvent): MessageText {
  return {
    title: cutText(`sallyport: ${title}`, MAX_TITLE),
    severity: 'high',
    goodNews: false,
    sections: [{ heading: 'What happened', lines: boundLines(detail.split('\n')) }],
    command: null,
  };
}

function renderClient(event: SaidClientEvent): MessageText {
  const { client, changes, summary, flapping, authorization, problem } = event;
  const sorted = sortChanges(changes);
  const more = changes.length > 1 ? ` (and ${changes.length - 1} more)` : '';
  const name = cutText(client.name, 60);
  return {
    title: `${cutText(`${name}: ${sorted[0]?.title ?? summary}`, MAX_TITLE - more.length)}${more}`,
    ...judgeChanges(changes),
    sections: [
      {
        heading: cutText(`${name} (${client.id}) at ${namePlace(event)}`, MAX_LINE),
        lines: boundLines(sorted.map(describeChange)),
      },
      ...adviseOn(sorted),
      {
        heading: 'Current state',
        lines: boundLines([
          ...(problem ? [isOver(changes) ? 'This problem is closed.' : 'This problem is open.'] : []),
          summary,
          ...(authorization ? [`Checked with the authorisation of ${cutText(authorization, 200)}`] : []),
          ...(flapping ? ['It keeps changing: further changes are held back until it is stable.'] : []),
        ]),
      },
    ],
    command: cutText(`sallyport show ${client.id}`, MAX_TITLE),
  };
}

function renderDigest(events: readonly SaidEvent[]): MessageText {
  const operator = events.filter((event) => event.type === 'operator');
  const told = events
    .filter((event) => event.type === 'changes')
    .flatMap((event) => event.changes.map((change) => ({ event, change })));
  const linesOf = (wanted: (change: SaidChange) => boolean) =>
    told
      .filter(({ change }) => wanted(change))
      .map(({ event, change }) => `${cutText(event.client.name, 60)}, ${namePlace(event)}: ${describeMove(change)}`);
  const groups: readonly (readonly [string, string[]])[] = [
    ['sallyport itself', operator.map(({ title, detail }) => `${title}: ${detail}`)],
    ...SEVERITIES.map(
      (severity) =>
        [SEVERITY_TITLES[severity], linesOf((change) => !isGoodNews(change) && change.severity === severity)] as const,
    ),
    ['Over', linesOf(isGoodNews)],
  ];
  const clients = new Set(told.map(({ event }) => event.client.id)).size;
  const judged = judgeChanges(told.map(({ change }) => change));
  return {
    title: `${renderCount(told.length, 'change')} at ${renderCount(clients, 'client')}`,
    ...(operator.length > 0 ? { severity: worse(judged.severity, 'high'), goodNews: false } : judged),
    sections: [
      ...groups
        .filter(([, lines]) => lines.length > 0)
        .map(([heading, lines]) => ({ heading: `${heading} (${lines.length})`, lines: boundLines(lines) })),
      ...explainRules(sortChanges(told.map(({ change }) => change))),
    ],
    command: 'sallyport clients',
  };
}

/** What to do about changes that are not good news, the worst first, and the commands that say more. */
function adviseOn(changes: readonly SaidChange[]): MessageSection[] {
  const remedies = new Set(changes.flatMap((change) => (isGoodNews(change) ? [] : (change.remedy ?? []))));
  const lines = [...remedies].slice(0, MAX_REMEDIES).flatMap(breakText);
  if (lines.length === 0) return [];
  return [{ heading: 'What to do', lines: boundLines(lines) }, ...explainRules(changes)];
}

/** The commands that say more of what was found. */
function explainRules(changes: readonly SaidChange[]): MessageSection[] {
  const bad = changes.filter((change) => !isGoodNews(change));
  const rules = [...new Set(bad.flatMap(({ rule }) => rule ?? []))].slice(0, MAX_REMEDIES);
  if (rules.length === 0) return [];
  const lines = rules.map((rule) => `sallyport explain ${rule}`);
  const wasOpen = bad.some(({ kind, severity }) => kind === 'exposed' && severity === 'critical');
  const used = 'If someone may have used it: sallyport explain break-in';
  return [{ heading: 'To read more', lines: boundLines(wasOpen ? [...lines, used] : lines) }];
}

/** Breaks a text into lines at the ends of sentences. */
export function breakText(text: string): string[] {
  const lines: string[] = [];
  for (const sentence of cutText(text, MAX_REMEDY)
    .trim()
    .split(/(?<=[.;:]) |\n/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + sentence.length <= MAX_LINE)
      lines[lines.length - 1] = `${last} ${sentence}`;
    else lines.push(sentence);
  }
  return lines;
}

function judgeChanges(changes: readonly SaidChange[]): Pick<MessageText, 'severity' | 'goodNews'> {
  const bad = changes.filter((change) => !isGoodNews(change)).map(({ severity }) => severity);
  return { severity: bad.reduce(worse, 'info'), goodNews: bad.length === 0 };
}

function isGoodNews({ kind }: SaidChange): boolean {
  return GOOD_NEWS.includes(kind);
}

function isOver(changes: readonly SaidChange[]): boolean {
  return changes.every(isGoodNews);
}

function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

/** What is bad first, the worst of it first. */
function sortChanges(changes: readonly SaidChange[]): SaidChange[] {
  const rank = (change: SaidChange) =>
    SEVERITIES.indexOf(change.severity) + (isGoodNews(change) ? SEVERITIES.length : 0);
  return changes.toSorted((a, b) => rank(a) - rank(b));
}

function describeChange(change: SaidChange): string {
  return isGoodNews(change) ? describeMove(change) : `${SEVERITY_TITLES[change.severity]}: ${describeMove(change)}`;
}

/** The title, and what was and is there where it is about just that. */
function describeMove({ kind, title, before, after }: SaidChange): string {
  const move = MOVES.includes(kind)
    ? ` (${cutText(before ?? 'nothing', 60)} → ${cutText(after ?? 'nothing', 60)})`
    : '';
  return cutText(title, 160) + move;
}

/** The address, and the host name or network that led there. */
function namePlace({ address, slot }: SaidClientEvent): string {
  return cutText(address === null || address === slot ? slot : `${address} (${slot})`, 100);
}

/** At most {@link MAX_LINES} lines of at most {@link MAX_LINE} units; the last one counts what is left out. */
export function boundLines(lines: readonly string[]): string[] {
  const told = lines
    .slice(0, lines.length > MAX_LINES ? MAX_LINES - 1 : MAX_LINES)
    .map((line) => cutText(line, MAX_LINE));
  return told.length === lines.length ? told : [...told, `… and ${lines.length - told.length} more`];
}
