import type { SaidChange, StoredChange } from '../model/change.js';
import type { ClientCard } from '../model/client.js';
import type { HistoryRow, InvitedRow } from '../model/history.js';
import type { Judgement } from '../model/judgement.js';
import type { Verdict } from '../model/report.js';
import { type Standing, standingOf } from '../model/standing.js';
import { LEAST_FOR_COLUMNS } from './columns.js';
import { sortFindings } from './finding-groups.js';
import { renderWaiver } from './findings-table.js';
import { type Paint, paintSeverity, paintStanding } from './paint.js';
import { forTerminal, forTerminalLine } from '../words/escape.js';
import { cutWords, wrapText } from '../words/layout.js';
import { renderTime } from '../words/time.js';

/** More findings of one look than this are counted, not shown. */
const SHOWN_FINDINGS = 12;

const INDENT = 2;

const SEVERITY_COLUMNS = 8;

const KIND_COLUMNS = 20;

const ENDPOINT_COLUMNS = 9;

const TEXT_COLUMN = INDENT + SEVERITY_COLUMNS + KIND_COLUMNS + ENDPOINT_COLUMNS + 3 * 2;

/** More changes of one look than this are counted, not shown. */
const SHOWN_CHANGES = 40;

/** Changes a line or two each: how bad, what kind, where, and what. */
function renderChanges(
  changes: readonly (SaidChange | SaidChange<StoredChange>)[],
  width: number,
  paint: Paint,
): string[] {
  const lines = changes.slice(0, SHOWN_CHANGES).flatMap((change) => renderChange(change, width, paint));
  const rest = changes.length - SHOWN_CHANGES;
  return rest > 0 ? [...lines, `  and ${rest} more: --format json lists them all`] : lines;
}

function renderChange(change: SaidChange | SaidChange<StoredChange>, width: number, paint: Paint): string[] {
  const { severity, kind, endpoint, title } = change;
  const held = 'alerted' in change && !change.alerted ? ' (it keeps changing: not alerted)' : '';
  const left = [
    ' '.repeat(INDENT) + paintSeverity(paint, severity, SEVERITY_COLUMNS),
    kind.replaceAll('-', ' ').padEnd(KIND_COLUMNS),
    (endpoint ?? '').padEnd(ENDPOINT_COLUMNS),
  ].join('  ');
  const isNarrow = width < LEAST_FOR_COLUMNS;
  const column = isNarrow ? 2 * INDENT : TEXT_COLUMN;
  const lines = [
    ...wrapText(forTerminal(title) + held, width - column),
    ...describeStep(change).map((step) => forTerminalLine(step, width - column)),
  ].map((line) => ' '.repeat(column) + line);
  return isNarrow ? [left.trimEnd(), ...lines] : [`${left}  ${lines[0]?.trimStart() ?? ''}`, ...lines.slice(1)];
}

/** What was there before and what is now, where the title does not tell. */
function describeStep({ kind, before, after }: SaidChange): string[] {
  if (kind === 'identity-changed' || kind === 'address-changed')
    return [`before: ${before ?? 'unknown'}`, `now: ${after ?? 'unknown'}`];
  return [];
}

/** A line or two on a check that someone at the site began. */
export function renderInvited({ at, address, standing, summary }: InvitedRow, width: number, paint: Paint): string {
  const head = `${renderTime(at)}  ${paintStanding(paint, standing)}  ${forTerminal(address ?? 'unknown')}, checked from the site`;
  return `${[head, ...wrapText(forTerminal(summary), width - INDENT).map((line) => ' '.repeat(INDENT) + line)].join('\n')}\n`;
}

/** What changed at a slot of a client between two looks. */
export interface DiffRow {
  readonly clientId: string;
  readonly slot: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly verdicts: { readonly from: Verdict | null; readonly to: Verdict | null };
  readonly changes: readonly SaidChange[];
}

/** What one look at a slot of a client brought. */
export interface ChangesRow {
  readonly at: string;
  readonly client: ClientCard;
  readonly slot: string;
  readonly sweepId: number;
  readonly changes: readonly SaidChange<StoredChange>[];
}

/** The changes that one look brought, under its time and place. */
export function renderChangesOfLook(
  { at, client, slot, sweepId, changes }: ChangesRow,
  width: number,
  paint: Paint,
): string {
  const place = paint('bold', forTerminal(`${client.id}  ${slot}`));
  const name = client.name === client.id ? '' : `  ${client.name}`;
  const head = `${renderTime(at)}  ${place}${forTerminal(name)}  sweep ${sweepId}`;
  return `${[head, ...renderChanges(changes, width, paint)].join('\n')}\n`;
}

/** What makes a verdict another one although the site is as it was. */
const ACCEPTED = ': nothing changed at the site; what is accepted or required did';

/** Whether two looks came to different verdicts. */
export function isVerdictTurned({ from, to }: DiffRow['verdicts']): boolean {
  return from !== null && to !== null && from !== to;
}

/** A slot with its changes; the times of the looks where `times` is set. */
export function renderDiff(
  { clientId, slot, from, to, verdicts, changes }: DiffRow,
  times: boolean,
  width: number,
  paint: Paint,
) {
  const tell = (at: string | null) => (at === null ? 'no earlier check' : renderTime(at));
  const when = times ? `: ${tell(from)} → ${tell(to)}` : '';
  const head = paint('bold', forTerminal(`${clientId}  ${slot}`)) + when;
  const turned = isVerdictTurned(verdicts);
  const verdict = turned ? [`  ${verdicts.from} → ${verdicts.to}${changes.length === 0 ? ACCEPTED : ''}`] : [];
  const nothing = changes.length === 0 && !turned ? ['  nothing changed'] : [];
  return `${[head, ...verdict, ...nothing, ...renderChanges(changes, width, paint)].join('\n')}\n`;
}

/**
 * A look: when, the verdict, and what changed since the look before.
 * @param told the look that was shown before: what both have to say is not said again
 */
export function renderLook(look: HistoryRow, told: HistoryRow | null, width: number, paint: Paint): string {
  const { at, sweepId, invite, slot, address, standing, summary, final, again, changes } = look;
  const isTold = told?.slot === slot && told.standing === standing && told.summary === summary;
  const where = address === null || address === slot ? slot : `${slot} (${address})`;
  const doubt = final ? '' : '  not confirmed yet';
  const site = invite === null ? '' : ', checked from the site';
  const lines = [
    `${renderTime(at)}  ${paintStanding(paint, standing, 14)}  ${forTerminal(where)}  sweep ${sweepId}${site}${doubt}`,
    ...wrapText(isTold ? SAME : forTerminal(summary), width - 2).map((line) => paint('dim', `  ${line}`)),
    ...(again
      ? [
          paint(
            'dim',
            forTerminal(`  (stored by an older version, judged again from its observations by ${again.version})`),
          ),
        ]
      : []),
    ...renderChanges(changes, width, paint),
  ];
  return `${lines.join('\n')}\n`;
}

const SAME = 'The same.';

/** A look judged again: the verdict then and now, and what counts now. */
export function renderJudgement(
  { clientId, slot, before, report, unseen }: Judgement,
  width: number,
  paint: Paint,
): string {
  const name = (standing: Standing) => paintStanding(paint, standing);
  const now = standingOf(report);
  const findings = sortFindings(report).filter(({ effect, waiver }) => effect !== 'note' || waiver);
  const said = findings.map(({ severity, endpoint, title, waiver }) => ({
    ...{ severity, endpoint },
    title: title + (waiver ? ` (${renderWaiver(waiver)})` : ''),
  }));
  const rows = [...unseen, ...said].slice(0, SHOWN_FINDINGS).map(({ severity, endpoint, title }) => {
    const text = cutWords(forTerminal(title), width - 23);
    return `  ${paintSeverity(paint, severity, 8)}  ${(endpoint ?? '').padEnd(9)}  ${text}`;
  });
  const rest = unseen.length + findings.length - rows.length;
  const verdicts = before === now ? name(before) : `${name(before)} → ${name(now)}`;
  const lines = [`${forTerminal(`${clientId}  ${slot}`)}  ${verdicts}`, ...rows];
  return `${[...lines, ...(rest > 0 ? [`  and ${rest} more: --format json lists them all`] : [])].join('\n')}\n`;
}
