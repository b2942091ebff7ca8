import { SEVERITIES, type Severity } from '../model/severity.js';
import { type Standing, STANDINGS, listedAs, standingOf } from '../model/standing.js';
import { forLabel } from '../words/escape.js';
import { rankIssues } from '../model/rank-issues.js';
import { listOutOfSight } from './out-of-sight.js';
import { listTroubles, targetOf } from './report-place.js';
import type { Reporter } from './reporter.js';

/*
 * The text format 0.0.4. All samples of a metric stand together, so that the figures of each place are kept until the
 * end: a few numbers for each.
 */

/** Figures of places for Prometheus, as node_exporter's textfile collector takes them. */
export const prometheus: Reporter = {
  id: 'prometheus',
  title: 'metrics of Prometheus in its text format',
  endings: ['prom'],
  unfit: { site: 'metrics are of what is measured again and again, and a site is surveyed once' },
  create({ isStale }) {
    const places = new Places();
    let unknown = 0;
    return {
      begin: () => '',
      report(report, swept) {
        const { target, findings, verdict, durationMs, startedAt } = report;
        if (verdict === 'inconclusive') unknown++;
        const hidden = listOutOfSight(swept);
        // Where it is too old to rely on, nothing good is known.
        const seen = verdict === 'compliant' && isStale?.(startedAt) ? 'inconclusive' : standingOf(report);
        const violations = verdict === 'violation' ? findings.filter(({ effect }) => effect === 'violation') : [];
        places.add(
          swept
            ? labelClient(swept.client, targetOf(report, swept))
            : { target: targetOf(report), ...(target.name !== null && { host: target.name }) },
          {
            standing: hidden.length > 0 ? 'violation' : seen,
            severities: [
              ...violations.map(({ severity }) => severity),
              ...hidden.flatMap(({ severity, count }) => Array.from({ length: count }, () => severity)),
            ],
            accepted: findings.filter(({ waiver }) => waiver).length,
            at: startedAt,
            durationMs,
          },
        );
        return '';
      },
      end(run) {
        for (const { client } of run.unchecked) places.add(labelClient({ ...client, group: null }, null), UNKNOWN);
        return [...places.render(listTroubles(run, unknown).length + run.unchecked.length)].join('');
      },
    };
  },
  createClients() {
    const places = new Places();
    let unchecked = 0;
    return {
      begin: () => '',
      client(row) {
        const { client, slot, state, seenAt, problem } = row;
        if (problem !== null) unchecked++;
        const { standing, accepted } = rankIssues(state);
        const listed = listedAs(row);
        places.add(labelClient(client, slot), {
          standing: listed === 'not-checked' ? 'inconclusive' : listed,
          severities: standing.map(({ severity }) => severity),
          accepted,
          at: seenAt,
          durationMs: null,
        });
        return '';
      },
      end: () => places.render(unchecked),
    };
  },
};

/** Labels by name. */
type Labels = Readonly<Record<string, string>>;

/** What is measured of one place; null if it is not known. */
interface Figures {
  readonly standing: Standing;
  /** Of each violation that counts. */
  readonly severities: readonly Severity[];
  readonly accepted: number;
  readonly at: string | null;
  readonly durationMs: number | null;
}

const UNKNOWN: Figures = { standing: 'inconclusive', severities: [], accepted: 0, at: null, durationMs: null };

function labelClient(client: { id: string; name: string; group: string | null }, target: string | null): Labels {
  const { id, name, group } = client;
  return { client: id, client_name: name, ...(group !== null && { group }), ...(target !== null && { target }) };
}

function renderLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${forLabel(value)}"`)
    .join(',');
}

/** A metric of each place: samples with further labels, each as text after a comma. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly sample: (figures: Figures) => readonly (readonly [further: string, value: number])[];
}

const METRICS: readonly Metric[] = [
  {
    name: 'probe_success',
    help: 'Whether all is as the profile wants it: 1 is compliant, 0 a violation or not known.',
    sample: ({ standing }) => [['', Number(standing === 'compliant')]],
  },
  {
    name: 'sallyport_verdict',
    help: 'The verdict: 1 for the one that applies.',
    sample: ({ standing }) =>
      STANDINGS.map((one) => [`,verdict="${one.replace('-', '_')}"`, Number(standing === one)] as const),
  },
  {
    name: 'sallyport_findings',
    help: 'Violations that count, by severity.',
    sample: ({ severities }) =>
      SEVERITIES.map(
        (severity) => [`,severity="${severity}"`, severities.filter((one) => one === severity).length] as const,
      ),
  },
  {
    name: 'sallyport_accepted_findings',
    help: 'Findings that someone accepted.',
    sample: ({ accepted }) => [['', accepted]],
  },
  {
    name: 'sallyport_seen_timestamp_seconds',
    help: 'When this was last seen so, in seconds since 1970.',
    sample: ({ at }) => (at === null ? [] : [['', Date.parse(at) / 1000]]),
  },
  {
    name: 'probe_duration_seconds',
    help: 'How long the check took.',
    sample: ({ durationMs }) => (durationMs === null ? [] : [['', durationMs / 1000]]),
  },
];

/** Places whose samples are written together. */
const PIECE = 500;

/** The figures of all places, by their labels. */
class Places {
  readonly #figures = new Map<string, Figures>();

  /** Of two places with the same labels the worse stands: a sample that comes twice makes the whole file invalid. */
  add(labels: Labels, figures: Figures): void {
    const key = renderLabels(labels);
    const known = this.#figures.get(key);
    if (!known || BADNESS.indexOf(figures.standing) < BADNESS.indexOf(known.standing)) this.#figures.set(key, figures);
  }

  /**
   * All metrics, a few places at a time: together they are long.
   * @param missing how much is not in here that was to be checked
   */
  *render(missing: number): Generator<string> {
    for (const metric of METRICS) yield* this.#renderMetric(metric);
    const isComplete = missing === 0 && this.#figures.size > 0;
    yield renderHead('sallyport_complete', 'Whether all that was to be checked is in here.');
    yield `sallyport_complete ${Number(isComplete)}\n`;
  }

  *#renderMetric({ name, help, sample }: Metric): Generator<string> {
    let head = renderHead(name, help);
    let [lines, count] = ['', 0];
    for (const [labels, figures] of this.#figures) {
      for (const [further, value] of sample(figures)) lines += `${name}{${labels}${further}} ${value}\n`;
      if (lines === '' || ++count % PIECE !== 0) continue;
      yield head + lines;
      [head, lines] = ['', ''];
    }
    if (lines !== '') yield head + lines;
  }
}

const BADNESS: readonly Standing[] = ['violation', 'inconclusive', 'no-answer', 'compliant'];

function renderHead(name: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
}
