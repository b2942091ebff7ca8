import type { LetterText } from '../../fleet/alerts/letter.js';
import { boundLines, breakText, type MessageSection } from '../../fleet/alerts/render-message.js';
import type { Brand } from '../../model/brand.js';
import type { FleetReport } from '../../model/fleet-report.js';
import { type Handover, MOST_LOOKS } from '../../model/handover.js';
import { cutText, listNames, renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { nameNotDone } from './checklist-blocks.js';
import { listFound } from './finding-blocks.js';
import { listAges, listTelling, listUnchecked, nameAddress, sayHandover, worstStanding } from './address-verdict.js';
import { sayNoChanges, titleChanges } from './changes-blocks.js';
import { listHandoverTodo, listUnseenOf } from './handover-document.js';
import { judgeFleet, sayNotChecked } from './fleet-document.js';
import { brandLines } from './letterhead.js';
import { SEVERITY_WORDS, STANDING_WORDS, TEXTS } from './strings.js';

/** What a mail with a report is about. */
export interface MailFacts {
  /** `2026-11`. */
  readonly period: string;
  /** The name of the attached file. */
  readonly attached: string;
  readonly brand: Brand | null;
  /** A command that shows more, for those who have sallyport. */
  readonly command: string | null;
}

/** Clients and changes in a mail; the attached report has more. */
const MOST_ROWS = 10;
/** Names of addresses in one line. */
const MOST_NAMES = 4;

/** The mail that a report of a client comes with: the verdict, what was found, what changed, what to do first. Pure. */
export function summariseHandover(handover: Handover, { period, attached, brand, command }: MailFacts): LetterText {
  const { client, addresses, changes } = handover;
  const name = cutText(client?.name ?? '', 60);
  const standing = worstStanding(handover);
  const reports = listTelling(handover);
  const ages = listAges(handover);
  const [first, ...others] = listHandoverTodo(handover);
  return {
    title: `${TEXTS.title} ${period}: ${name}`,
    sections: [
      section(`${name}: ${STANDING_WORDS[standing].label}`, [
        sayHandover(handover, standing),
        ...ages,
        ...listUnchecked(handover),
        tellLooks(handover),
      ]),
      ...some(
        TEXTS.found,
        listFound(reports).map(({ severity, headline }) => `${SEVERITY_WORDS[severity]}: ${headline}`),
      ),
      ...some(TEXTS.notDone, nameNotDone(handover.checklist)),
      ...some(TEXTS.unseen, listUnseenOf(addresses, addresses.length > 1)),
      section(
        titleChanges(handover),
        changes.length > 0
          ? changes.map(({ at, slot, title }) => `${renderTime(at)}, ${slot}: ${title}`)
          : [sayNoChanges(handover)],
      ),
      ...(first
        ? [
            section(TEXTS.todoFirst, [
              ...breakText(first.remedy),
              ...(first.who === '' ? [] : [`${TEXTS.todoColumns[2]}: ${first.who}`]),
              ...(others.length > 0 ? [`${renderCount(others.length, 'more is', 'more are')} in the report.`] : []),
            ]),
          ]
        : []),
      section(TEXTS.report, [attached]),
      ...sign(brand),
    ],
    command,
  };
}

/** The mail that the report of all clients comes with. Pure. */
export function summariseFleet(fleet: FleetReport, { period, attached, brand, command }: MailFacts): LetterText {
  const { rows, changes, since, notCheckedCount, unknownCount, notChecked } = fleet;
  const { label, text } = judgeFleet(fleet);
  const worst = rows.filter(({ standing }) => standing === 'violation').slice(0, MOST_ROWS);
  const line = ({ client, slot, worst: finding }: FleetReport['rows'][number]) =>
    `${client.name}, ${slot}: ${finding ? `${SEVERITY_WORDS[finding.severity]}: ${finding.title}` : ''}`;
  return {
    title: `${TEXTS.fleetTitle} ${period}: ${label}`,
    sections: [
      section(`${TEXTS.allClients}: ${label}`, [text]),
      ...some(TEXTS.worst, worst.map(line)),
      ...(notCheckedCount > 0
        ? [
            section(
              `${TEXTS.notChecked}: ${sayNotChecked(notCheckedCount, unknownCount)}`,
              notChecked.slice(0, MOST_ROWS).map(({ client, reason }) => `${client.name}: ${reason}`),
            ),
          ]
        : []),
      section(
        `${TEXTS.changes} since ${renderTime(since)}`,
        changes.length > 0
          ? changes.slice(0, MOST_ROWS).map(({ at, client, title }) => `${renderTime(at)}, ${client.name}: ${title}`)
          : [TEXTS.noChanges],
      ),
      section(TEXTS.report, [attached]),
      ...sign(brand),
    ],
    command,
  };
}

/** What was checked, how often in this time, and when last. */
function tellLooks({ addresses, since }: Handover): string {
  const times = addresses.flatMap(({ history }) => history?.looks.map(({ at }) => at) ?? []);
  const looks = times.filter((at) => since === null || at >= since).length;
  const most = addresses.some(({ history }) => history?.looks.length === MOST_LOOKS) ? 'at least ' : '';
  const last = addresses
    .map(({ report }) => report.startedAt)
    .sort()
    .at(-1);
  const when = last === undefined ? '' : `, last at ${renderTime(last)}`;
  return `Checked in this time: ${listNames(addresses.map(nameAddress), MOST_NAMES)}, ${most}${renderCount(looks, 'time')}${when}`;
}

function section(heading: string, lines: readonly string[]): MessageSection {
  return { heading, lines: boundLines(lines) };
}

function some(heading: string, lines: readonly string[]): MessageSection[] {
  return lines.length === 0 ? [] : [section(heading, lines)];
}

/** Who hands the report over. */
function sign(brand: Brand | null): MessageSection[] {
  if (!brand) return [];
  const [name = '', ...lines] = brandLines(brand);
  return [section(name, lines)];
}
