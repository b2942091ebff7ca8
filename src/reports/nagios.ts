import type { Verdict } from '../model/report.js';
import { isAtLeast, SEVERITIES, type Severity } from '../model/severity.js';
import { type Standing, STANDINGS, listedAs, standingOf } from '../model/standing.js';
import { forNagios } from '../words/escape.js';
import { cutText, renderCount } from '../words/sentence.js';
import { rankIssues } from '../model/rank-issues.js';
import { sortFindings } from './finding-groups.js';
import { listOutOfSight } from './out-of-sight.js';
import { describePlace } from './report-place.js';
import type { Reporter, ReportStyle, RunEnd } from './reporter.js';

/*
 * The output of a monitoring plugin, by the Monitoring Plugins Development Guidelines: a line of text with performance
 * data, and further lines of text.
 */

const EXIT = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type Status = keyof typeof EXIT;

/** Nagios reads 8 KiB; what is left of it for the lines after the first, in bytes of UTF-8. */
const MAX_LINES = 6_500;
/** Of a text in UTF-16 units, each of which has at most three bytes. */
const MAX_TEXT = 300;

/** The status of a host or service, for Nagios, Icinga and those that run their plugins. */
export const nagios: Reporter = {
  id: 'nagios',
  title: 'output and exit code of a Nagios or Icinga plugin',
  unfit: { site: 'a monitor asks again and again, and a site is surveyed once, by someone who is there' },
  create(style) {
    const tally = new Tally(style, 'target', 'targets');
    return {
      begin: () => '',
      report(report, swept) {
        const isViolated = report.verdict === 'violation';
        const violations = isViolated ? sortFindings(report).filter(({ effect }) => effect === 'violation') : [];
        const hidden = listOutOfSight(swept);
        const all = [...violations, ...hidden];
        // Of those that are as bad, what was seen comes first.
        const [worst] = all.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
        tally.add({
          standing: hidden.length > 0 ? 'violation' : standingOf(report),
          severity: worst?.severity ?? null,
          findings: violations.length + hidden.reduce((sum, { count }) => sum + count, 0),
          at: report.startedAt,
          place: describePlace(report, swept),
          text: worst ? nameWorst(worst, all.length) : report.summary,
        });
        return '';
      },
      end: (run) => tally.render(run),
      exitCode: () => tally.exitCode,
    };
  },
  createClients(style) {
    const tally = new Tally(style, 'address', 'addresses');
    let outcome: Verdict = 'compliant';
    return {
      begin: () => '',
      client(row) {
        const { client, slot, state, seenAt, problem } = row;
        const { worst, standing } = rankIssues(state);
        const listed = listedAs(row);
        const stands = listed === 'not-checked' ? 'inconclusive' : listed;
        if (stands === 'violation') outcome = 'violation';
        else if (stands !== 'compliant' && outcome === 'compliant') outcome = 'inconclusive';
        tally.add({
          standing: stands,
          severity: worst?.severity ?? null,
          findings: standing.length,
          at: seenAt,
          place: `${client.name} (${client.id}), ${slot}`,
          text: worst ? nameWorst(worst, standing.length) : (problem ?? WORDS[stands]),
        });
        return '';
      },
      end: () => [tally.render({ outcome, troubles: [], unchecked: [] })],
      exitCode: () => tally.exitCode,
    };
  },
  fail: (problem) => ({
    text: `${renderHead('UNKNOWN', problem.split('\n', 1)[0]!)}\n`,
    exitCode: EXIT.UNKNOWN,
  }),
};

/** What there is to say of a client where nothing stands out. */
const WORDS: Readonly<Record<Standing, string>> = {
  compliant: 'as agreed',
  violation: 'a violation',
  inconclusive: 'could not be determined',
  'no-answer': 'nothing answers, and nothing vouches for the line',
};

/** How one place stands. */
interface Place {
  readonly standing: Standing;
  /** Of the worst violation. */
  readonly severity: Severity | null;
  readonly findings: number;
  /** When it was last seen so; null if never. */
  readonly at: string | null;
  readonly place: string;
  readonly text: string;
}

/** Counts how places stand, and keeps a bounded number of lines. */
class Tally {
  readonly #counts: Record<Standing, number> = { compliant: 0, violation: 0, inconclusive: 0, 'no-answer': 0 };
  #stale = 0;
  #findings = 0;
  #worst: Severity | null = null;
  #first: string | null = null;
  readonly #violations = new Lines();
  readonly #others = new Lines();
  #status: Status = 'UNKNOWN';

  constructor(
    private readonly style: Pick<ReportStyle, 'criticalFrom' | 'isStale'>,
    private readonly noun: string,
    private readonly plural: string,
  ) {}

  get exitCode(): number {
    return EXIT[this.#status];
  }

  add({ standing, severity, findings, at, place, text }: Place): void {
    this.#counts[standing]++;
    this.#findings += findings;
    if (severity !== null && (this.#worst === null || isAtLeast(severity, this.#worst))) this.#worst = severity;
    const isStale = at !== null && (this.style.isStale?.(at) ?? false);
    if (isStale) this.#stale++;
    const age = isStale ? ` (last seen ${at.slice(0, 10)}: too long ago, or a time still to come)` : '';
    const line = `${place}: ${text}${age}`;
    this.#first ??= line;
    const status = standing === 'violation' ? this.#judge(severity) : standing === 'compliant' ? 'OK' : 'UNKNOWN';
    if (standing === 'violation') this.#violations.add(status, line);
    else if (status !== 'OK' || isStale) this.#others.add('UNKNOWN', line);
  }

  render({ outcome, troubles, unchecked: all }: RunEnd): string {
    // What was checked too long ago is a place of its own.
    const unchecked = all.filter(({ isOld }) => !isOld);
    const total = STANDINGS.reduce((sum, standing) => sum + this.#counts[standing], 0);
    this.#status = this.#conclude(outcome, total);
    for (const { client, reason } of unchecked) {
      this.#others.add('UNKNOWN', `${client.name} (${client.id}): not checked: ${reason}`);
    }
    for (const trouble of troubles) this.#others.add('UNKNOWN', trouble);
    const isSingle = total === 1 && troubles.length + unchecked.length === 0;
    const summary = isSingle ? this.#first! : this.#summarise(total, troubles.length + unchecked.length);
    const head = `${renderHead(this.#status, summary)} | ${this.#renderFigures(total)}`;
    const lines = isSingle ? [] : [...this.#violations.list(), ...this.#others.list()];
    return `${[head, ...fit(lines, this.#violations.dropped + this.#others.dropped)].join('\n')}\n`;
  }

  #judge(severity: Severity | null): Status {
    return severity === null || isAtLeast(severity, this.style.criticalFrom ?? 'info') ? 'CRITICAL' : 'WARNING';
  }

  #conclude(outcome: RunEnd['outcome'], total: number): Status {
    if (outcome === 'failure') return 'UNKNOWN';
    if (this.#counts.violation > 0) return this.#judge(this.#worst);
    // Of a violation that is not listed, the severity is not known.
    if (outcome === 'violation') return this.#judge(null);
    return outcome === 'compliant' && total > 0 && this.#stale === 0 ? 'OK' : 'UNKNOWN';
  }

  #summarise(total: number, further: number): string {
    const counts = STANDINGS.flatMap((standing) =>
      this.#counts[standing] > 0 ? [`${this.#counts[standing]} ${standing.replace('-', ' ')}`] : [],
    );
    const stale = this.#stale > 0 ? [`${this.#stale} seen too long ago`] : [];
    const not = further > 0 ? [`${further} not known`] : [];
    return `${renderCount(total, this.noun, this.plural)}: ${[...counts, ...stale, ...not].join(', ') || 'nothing is known'}`;
  }

  #renderFigures(total: number): string {
    const figures = [
      ['targets', total],
      ...STANDINGS.map((standing) => [standing.replace('-', '_'), this.#counts[standing]] as const),
      ['stale', this.#stale],
      ['findings', this.#findings],
    ] as const;
    return figures.map(([label, figure]) => `'${label}'=${figure};;;0`).join(' ');
  }
}

/** Lines of which a bounded number is kept, the rest counted. */
class Lines {
  readonly #kept: string[] = [];
  #bytes = 0;
  dropped = 0;

  add(status: Status, text: string): void {
    const line = `${status}: ${cutText(forNagios(text), MAX_TEXT)}`;
    this.#bytes += Buffer.byteLength(line) + 1;
    if (this.#bytes > MAX_LINES) this.dropped++;
    else this.#kept.push(line);
  }

  list(): readonly string[] {
    return this.#kept;
  }
}

function fit(lines: readonly string[], dropped: number): string[] {
  let bytes = 0;
  const fitting = lines.filter((line) => (bytes += Buffer.byteLength(line) + 1) <= MAX_LINES);
  const more = dropped + lines.length - fitting.length;
  return more > 0 ? [...fitting, `and ${more} more`] : fitting;
}

function renderHead(status: Status, text: string): string {
  return `SALLYPORT ${status} - ${cutText(forNagios(text), MAX_TEXT)}`;
}

function nameWorst({ title }: { readonly title: string }, all: number): string {
  return all > 1 ? `${title} and ${all - 1} more` : title;
}
