import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import { forTerminal } from '../words/escape.js';
import { listOutOfSight, NOT_GONE, type OutOfSight } from './out-of-sight.js';
import { describePlace, keyFindings, keyOf, listTroubles, targetOf } from './report-place.js';
import type { Reporter, RunEnd, Swept } from './reporter.js';
import { type Attributes, xmlElement, XML_HEAD, xmlStart, xmlText } from './xml.js';

/*
 * JUnit XML, which has no standard: what GitLab, Jenkins and their like read. A suite for each target, in which the
 * verdict is a test and each finding another. What is not known is an error, so that no pipeline passes by it.
 */

/** Tests that pass or fail, for pipelines. */
export const junit: Reporter = {
  id: 'junit',
  title: 'JUnit XML, the tests of a pipeline: a violation fails, what is not known is an error',
  endings: ['xml', 'junit.xml'],
  unfit: {
    clients: 'a test is of a check, which the list of clients does not have: use show or sweep',
    site: 'a pipeline checks from outside, and the report of a site is made on site',
  },
  create() {
    const names = new Names();
    let unknown = 0;
    return {
      begin: () => `${XML_HEAD}${xmlStart('testsuites', { name: 'sallyport' })}\n`,
      report(report, swept) {
        if (report.verdict === 'inconclusive') unknown++;
        return renderReport(report, swept, names);
      },
      end: (run) => `${renderRun(run, listTroubles(run, unknown), names)}</testsuites>\n`,
    };
  },
};

/** How a test ended; passed if it has none. */
type Result = readonly [kind: 'failure' | 'error' | 'skipped', attributes: Attributes, lines: readonly string[]];

interface Case {
  readonly name: string;
  readonly result: Result | null;
  readonly seconds?: number;
}

/** Names that were used: GitLab drops a test whose class and name it has seen already. */
class Names {
  readonly #used = new Map<string, number>();

  /** The name, safe to show, with a number if it was used before. */
  claim(text: string): string {
    const name = forTerminal(text);
    const times = (this.#used.get(name) ?? 0) + 1;
    this.#used.set(name, times);
    return times === 1 ? name : this.claim(`${name} #${times}`);
  }
}

function renderReport(report: Report, swept: Swept | undefined, names: Names): string {
  const target = targetOf(report, swept);
  const suite = names.claim(swept ? `${swept.client.id} ${target}` : target);
  const findings = keyFindings(report).map(({ finding, key }): Case => ({ name: key, result: judgeFinding(finding) }));
  const hidden = listOutOfSight(swept).map(judgeHidden);
  const properties = [
    { name: 'place', value: describePlace(report, swept) },
    { name: 'verdict', value: report.verdict },
    { name: 'profile', value: report.profile.name },
  ];
  return renderSuite(suite, [judgeReport(report), ...findings, ...hidden], report.startedAt, properties);
}

function judgeReport({ verdict, summary, profile, undetermined, errors, durationMs }: Report): Case {
  const name = `meets the profile ${profile.name}`;
  const seconds = durationMs / 1000;
  if (verdict === 'compliant') return { name, seconds, result: null };
  const unknown = undetermined.filter(({ blocking }) => blocking).map(({ what, why }) => `${what}: ${why}`);
  const own = errors.map(({ unit, message }) => `${unit}: ${message}`);
  const kind = verdict === 'violation' ? 'failure' : 'error';
  return { name, seconds, result: [kind, { message: summary, type: verdict }, [summary, ...unknown, ...own]] };
}

function judgeFinding(finding: ReportedFinding): Result | null {
  const { effect, severity, title, seen, matters, remedy, waiver } = finding;
  if (waiver) {
    const until = waiver.until === null ? '' : ` until ${waiver.until}`;
    return ['skipped', { message: `${title}: accepted by ${waiver.by}${until}: ${waiver.reason}` }, []];
  }
  if (effect === 'note') return null;
  const lines = [title, `Seen: ${seen}`, `Why it matters: ${matters}`, `What to do: ${remedy}`];
  return [effect === 'violation' ? 'failure' : 'error', { message: title, type: severity }, lines];
}

/** What stands out of sight fails, by the name that it had when it was seen. */
function judgeHidden({ title, severity, issue }: OutOfSight): Case {
  const name = issue === null ? 'nothing is out of sight' : keyOf(issue);
  return { name, result: ['failure', { message: title, type: severity }, [title, NOT_GONE]] };
}

/** What no report says: the run itself is a test, and each client that was not checked an error. */
function renderRun({ outcome, unchecked }: RunEnd, troubles: readonly string[], names: Names): string {
  const clients = unchecked.map(({ client, reason }): Case => {
    const message = `${client.name} was not checked: ${reason}`;
    return { name: `${client.id} is checked`, result: ['error', { message, type: 'not checked' }, [message]] };
  });
  const whole: Case = {
    name: 'the run is complete',
    result: troubles.length === 0 ? null : ['error', { message: troubles.join(' '), type: outcome }, troubles],
  };
  return renderSuite(names.claim('sallyport'), [whole, ...clients]);
}

function renderSuite(
  suite: string,
  cases: readonly Case[],
  startedAt: string | null = null,
  properties: readonly Attributes[] = [],
): string {
  const names = new Names();
  const count = (kind: Result[0]) => cases.filter(({ result }) => result?.[0] === kind).length;
  const seconds = cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const attributes = {
    ...{ name: suite, tests: cases.length, failures: count('failure'), errors: count('error') },
    // Without its zone, as the schema of Jenkins wants it: UTC.
    ...{ skipped: count('skipped'), time: seconds.toFixed(3), timestamp: startedAt?.slice(0, 19) },
  };
  return xmlElement(
    'testsuite',
    attributes,
    ...(properties.length > 0
      ? [xmlElement('properties', {}, ...properties.map((property) => xmlElement('property', property)))]
      : []),
    ...cases.map((one) => renderCase(suite, { ...one, name: names.claim(one.name) })),
  );
}

function renderCase(classname: string, { name, result, seconds = 0 }: Case): string {
  const attributes = { classname, name, time: seconds.toFixed(3) };
  if (!result) return xmlElement('testcase', attributes);
  const [kind, words, lines] = result;
  return xmlElement('testcase', attributes, xmlElement(kind, words, xmlText(lines)));
}
