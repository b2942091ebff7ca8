import { describeBadTimeZone, parseSchedule } from '../../files/clients/schedule.js';
import { InputError } from '../../files/text/input-error.js';
import type { Brand } from '../../model/brand.js';
import { quoteInput, suggest } from '../../words/input.js';
import type { ChannelSettings } from './alert-config-schema.js';
import type { ReportSettings } from './report-schema.js';

/*
 * Reports by mail, on a schedule: what a schema cannot check.
 */

/** A scheduled report, its letterhead loaded. */
export interface ReportPlan extends Omit<ReportSettings, 'brand' | 'through' | 'to'> {
  /** To each client's own contacts, or to the addresses of the channels. */
  readonly to: 'contacts' | 'channel';
  /** The e-mail channels that send it. */
  readonly channels: readonly string[];
  readonly brand: Brand | null;
}

/** A report as its settings say, to whom and through which channels. */
export function planReport({ to, through, ...settings }: ReportSettings, brand: Brand | null): ReportPlan {
  return to === 'contacts'
    ? { ...settings, to, channels: through === undefined ? [] : [through], brand }
    : { ...settings, to: 'channel', channels: to, brand };
}

/** What is wrong with a report's settings, and with which of them. */
export interface ReportProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** A report that comes more often is a mistake in its schedule, such as * for the minute. */
const LEAST_GAP_MS = 20 * 3_600_000;
const RUNS_COMPARED = 50;

/**
 * Says what is wrong with a report's schedule and channels.
 * @param channels those whose own settings are right
 * @param known the names of all
 */
export function findReportProblems(
  { schedule, timeZone, of, to, through }: ReportSettings,
  channels: ReadonlyMap<string, ChannelSettings>,
  known: readonly string[],
): ReportProblem[] {
  const problems: ReportProblem[] = [];
  const report = (path: ReportProblem['path'], problem: string | null) => {
    if (problem !== null) problems.push({ path, problem });
  };
  const zone = describeBadTimeZone(timeZone);
  report(['timeZone'], zone);
  if (zone === null) report(['schedule'], describeBadSchedule(schedule, timeZone));
  if (to === 'contacts' && of === 'fleet') {
    report(['to'], 'a report of all clients goes to e-mail channels, by their names, and to no client');
  } else if (to === 'contacts') {
    if (through === undefined) report([], 'to: contacts needs through: the name of the e-mail channel that sends them');
    else report(['through'], describeBadChannel(through, channels, known));
  } else {
    if (through !== undefined) report(['through'], 'has an effect with to: contacts only');
    for (const [i, name] of to.entries()) report(['to', i], describeBadChannel(name, channels, known));
  }
  return problems;
}

function describeBadSchedule(schedule: string, timeZone: string): string | null {
  try {
    const runs = parseSchedule(schedule, timeZone).nextRuns(RUNS_COMPARED);
    const isOften = runs.some((run, i) => i > 0 && run.getTime() - runs[i - 1]!.getTime() < LEAST_GAP_MS);
    return isOften ? `${quoteInput(schedule)} comes several times a day: a report comes once a day at most` : null;
  } catch (error) {
    if (error instanceof InputError) return error.problem;
    throw error;
  }
}

function describeBadChannel(
  name: string,
  channels: ReadonlyMap<string, ChannelSettings>,
  known: readonly string[],
): string | null {
  if (!known.includes(name)) return `there is no channel ${quoteInput(name)}${suggest(name, known)}`;
  const kind = channels.get(name)?.kind;
  if (kind === undefined || kind === 'email') return null;
  return `${quoteInput(name)} is a channel of kind ${kind}: reports are sent by e-mail`;
}
