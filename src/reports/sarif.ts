import { createHash } from 'node:crypto';
import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import { SEVERITIES, type Severity } from '../model/severity.js';
import { forSarif } from '../words/escape.js';
import { renderJson } from './json.js';
import { listOutOfSight, NOT_GONE, type OutOfSight } from './out-of-sight.js';
import { describePlace, keyFindings, keyOf, listTroubles, targetOf } from './report-place.js';
import type { Reporter, RunEnd, Swept, Unchecked } from './reporter.js';

/*
 * SARIF 2.1.0, as code-scanning sites read it: they want a physical location, so that each place is a path that no
 * repository has. What is not known is a result of its own, and the run then was no success.
 */

/** At most this many results in a run are taken by code-scanning sites. */
const MOST_RESULTS = 25_000;

/** Results of static analysis, for code-scanning sites and viewers. */
export const sarif: Reporter = {
  id: 'sarif',
  title: 'SARIF 2.1.0, for code-scanning sites',
  endings: ['sarif.json'],
  unfit: {
    clients: 'a result is of a check, which the list of clients does not have: use show or sweep',
    site: 'a result has a path by address and port, and the report of a site has much else',
  },
  create() {
    const log = new Log();
    return {
      begin: () =>
        '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"columnKind":"utf16CodeUnits","results":[',
      report: (report, swept) => log.add(report, swept),
      end: (run) => log.close(run),
    };
  },
};

/** What is said of a rule; of a finding that is not one, it is the whole text. */
type Rule = Pick<ReportedFinding, 'rule' | 'headline' | 'matters' | 'remedy' | 'severity' | 'programs' | 'references'>;

const UNKNOWN: Rule = {
  rule: 'could-not-be-determined',
  headline: 'The verdict could not be determined',
  matters: 'What is not known may be a violation: nothing was proved, neither good nor bad.',
  remedy: 'See what kept the check from a verdict, and check again.',
  ...{ severity: 'medium', programs: [], references: [] },
};

const NOT_CHECKED: Rule = {
  rule: 'client-not-checked',
  headline: 'The client was not checked',
  matters: 'A client that was not checked is not known to be safe.',
  remedy: 'Put right what kept the client from being checked, and sweep again.',
  ...{ severity: 'medium', programs: [], references: [] },
};

const OUT_OF_SIGHT: Rule = {
  rule: 'out-of-sight',
  headline: 'An exposure stands that was not seen this time',
  matters: NOT_GONE,
  remedy: 'See what hides it, such as a blocker or a silent site, and check again.',
  ...{ severity: 'info', programs: [], references: [] },
};

/** GitHub's bounds are 9.0 for critical, 7.0 for high and 4.0 for medium. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string | null>> = {
  ...{ critical: '9.5', high: '8.0', medium: '5.5', low: '2.0', info: null },
};

/** A result before it is put into the form of SARIF. */
interface Result {
  readonly rule: Rule;
  readonly level: 'error' | 'warning' | 'note';
  readonly text: string;
  /** The parts of its path. */
  readonly path: readonly string[];
  /** What it is recognised by, from one run to the next. */
  readonly identity: readonly (string | null)[];
  readonly suppressions?: readonly object[];
  readonly properties: object;
}

/** Writes results as they come; of rules it keeps what is said of them, once. */
class Log {
  readonly #rules = new Map<string, { readonly index: number; rule: Rule }>();
  #version = '';
  #results = 0;
  #leftOut = 0;
  #reports = 0;
  #unknown = 0;
  #startedMs = Infinity;
  #endedMs = -Infinity;

  add(report: Report, swept: Swept | undefined): string {
    const { verdict, tool, startedAt, durationMs } = report;
    this.#version = tool.version;
    this.#reports++;
    this.#startedMs = Math.min(this.#startedMs, Date.parse(startedAt));
    this.#endedMs = Math.max(this.#endedMs, Date.parse(startedAt) + durationMs);
    if (verdict === 'inconclusive') this.#unknown++;
    const results = keyFindings(report).map(({ finding, key }) => describeFinding(report, swept, finding, key));
    const unknown = verdict === 'inconclusive' ? [describeUnknown(report, swept)] : [];
    const hidden = listOutOfSight(swept).map((one) => describeHidden(report, swept, one));
    return [...unknown, ...results, ...hidden].map((result) => this.#write(result)).join('');
  }

  close(run: RunEnd): string {
    const { unchecked } = run;
    const last = unchecked.map((one) => this.#write(describeUnchecked(one))).join('');
    const problems = [
      ...listTroubles(run, this.#unknown),
      ...(unchecked.length > 0 ? [`Not checked: ${unchecked.length}.`] : []),
      ...(this.#unknown > 0 ? [`${this.#unknown} of ${this.#reports} targets are inconclusive.`] : []),
      ...(this.#leftOut > 0 ? [`${this.#leftOut} results were left out: a run has at most ${MOST_RESULTS}.`] : []),
    ];
    const rules = [...this.#rules.values()].map(({ rule }) => renderRule(rule));
    const driver = { name: 'sallyport', ...(this.#version && { version: this.#version }), rules };
    const invocation = {
      executionSuccessful: problems.length === 0,
      ...(this.#reports > 0 && { startTimeUtc: toIso(this.#startedMs), endTimeUtc: toIso(this.#endedMs) }),
      toolExecutionNotifications: problems.map((text) => ({ level: 'error', message: { text: forSarif(text) } })),
    };
    const end = renderJson({ tool: { driver }, invocations: [invocation] }, 0);
    return `${last}\n],${end.slice(1, -1)}]}\n`;
  }

  #write(result: Result): string {
    if (this.#results === MOST_RESULTS) {
      this.#leftOut++;
      return '';
    }
    const separator = this.#results++ === 0 ? '\n' : ',\n';
    return separator + renderJson(renderResult(result, this.#indexOf(result.rule)), 0).trimEnd();
  }

  /** Where the rule stands among the rules; a rule is as bad as the worst of its findings. */
  #indexOf(rule: Rule): number {
    const known = this.#rules.get(rule.rule);
    if (!known) {
      this.#rules.set(rule.rule, { index: this.#rules.size, rule });
      return this.#rules.size - 1;
    }
    if (SEVERITIES.indexOf(rule.severity) < SEVERITIES.indexOf(known.rule.severity)) known.rule = rule;
    return known.index;
  }
}

function isBad(severity: Severity): boolean {
  return severity === 'critical' || severity === 'high';
}

function describeFinding(report: Report, swept: Swept | undefined, finding: ReportedFinding, key: string): Result {
  const { title, seen, severity, effect, endpoint, waiver } = finding;
  return {
    rule: finding,
    level: effect === 'note' ? 'note' : effect === 'violation' && isBad(severity) ? 'error' : 'warning',
    text: `${describePlace(report, swept)}: ${title}. ${seen}`,
    path: [...pathOf(report, swept), ...(endpoint?.split('/') ?? [])],
    identity: [swept?.client.id ?? null, targetOf(report, swept), key],
    ...(waiver && {
      suppressions: [
        { kind: 'external', status: 'accepted', justification: forSarif(`${waiver.reason} (${waiver.by})`) },
      ],
    }),
    properties: { severity, effect, ...describeClient(swept?.client) },
  };
}

function describeHidden(report: Report, swept: Swept | undefined, { title, severity, issue }: OutOfSight): Result {
  return {
    rule: { ...OUT_OF_SIGHT, severity },
    level: isBad(severity) ? 'error' : 'warning',
    text: `${describePlace(report, swept)}: ${title}. ${NOT_GONE}`,
    path: [...pathOf(report, swept), ...(issue?.endpoint?.split('/') ?? [])],
    identity: [swept?.client.id ?? null, targetOf(report, swept), OUT_OF_SIGHT.rule, issue && keyOf(issue)],
    properties: { severity, effect: 'violation', ...describeClient(swept?.client) },
  };
}

function describeUnknown(report: Report, swept: Swept | undefined): Result {
  const blocking = report.undetermined.filter((item) => item.blocking).map(({ what, why }) => `${what}: ${why}`);
  return {
    rule: UNKNOWN,
    level: 'warning',
    text: [`${describePlace(report, swept)}: ${report.summary}`, ...blocking].join(' '),
    path: pathOf(report, swept),
    identity: [swept?.client.id ?? null, targetOf(report, swept), UNKNOWN.rule],
    properties: { effect: 'inconclusive', ...describeClient(swept?.client) },
  };
}

function describeUnchecked({ client, reason }: Unchecked): Result {
  return {
    rule: NOT_CHECKED,
    level: 'warning',
    text: `${client.name} (${client.id}) was not checked: ${reason}`,
    path: ['clients', client.id, 'not-checked'],
    identity: [client.id, NOT_CHECKED.rule],
    properties: { effect: 'inconclusive', ...describeClient(client) },
  };
}

function describeClient(client: { readonly id: string; readonly name: string } | undefined) {
  return client && { client: client.id, clientName: client.name };
}

function pathOf({ target }: Report, swept: Swept | undefined): string[] {
  const place = target.address ?? swept?.slot ?? target.input;
  return swept ? ['clients', swept.client.id, place] : ['targets', place];
}

/** A part of a path in which nothing acts: neither a slash nor a step upwards. */
function renderPart(part: string): string {
  return part.replace(/[^\w.:-]/g, '_').replace(/^\.+/, '_') || '_';
}

function renderResult({ rule, level, text, path, identity, suppressions = [], properties }: Result, ruleIndex: number) {
  const uri = path.map(renderPart).join('/');
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  return {
    ruleId: rule.rule,
    ruleIndex,
    level,
    message: { text: forSarif(text) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
        },
        logicalLocations: [{ name: path.slice(2).join('/'), fullyQualifiedName: path.join('/'), kind: 'resource' }],
      },
    ],
    partialFingerprints: { primaryLocationLineHash: `${hash}:1` },
    // Where one result has some, all have to have the key.
    suppressions,
    properties,
  };
}

function renderRule({ rule, headline, matters, remedy, severity, programs, references }: Rule) {
  const score = SECURITY_SEVERITY[severity];
  const help = [
    remedy,
    ...(programs.length > 0 ? [`NEC programs: ${programs.join(', ')}.`] : []),
    ...(references.length > 0 ? [`References: ${references.join(', ')}.`] : []),
  ];
  return {
    id: rule,
    // GitHub refuses empty ones.
    shortDescription: { text: forSarif(headline || rule) },
    fullDescription: { text: forSarif(matters || headline || rule) },
    help: { text: forSarif(help.join(' ')) },
    properties: { tags: ['security'], precision: 'high', ...(score !== null && { 'security-severity': score }) },
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
