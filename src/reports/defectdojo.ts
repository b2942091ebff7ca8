import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { parseEndpointId } from '../model/endpoint.js';
import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import type { Severity } from '../model/severity.js';
import { forDefectDojo, forTerminal } from '../words/escape.js';
import { cutText } from '../words/sentence.js';
import { renderJson } from './json.js';
import { listOutOfSight, NOT_GONE, type OutOfSight } from './out-of-sight.js';
import { describePlace, keyFindings, keyOf, listTroubles, targetOf } from './report-place.js';
import type { Reporter, RunEnd, Swept } from './reporter.js';

/*
 * The JSON of DefectDojo's "Generic Findings Import", which refuses a file with any key that it does not know. What is
 * not known is a finding of its own.
 */

const SEVERITY_NAMES: Readonly<Record<Severity, DojoFinding['severity']>> = {
  ...{ critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low', info: 'Info' },
};

/** What DefectDojo keeps of a title, and of an id. */
const MOST = { title: 500, id: 500 } as const;

/** Findings for DefectDojo. */
export const defectdojo: Reporter = {
  id: 'defectdojo',
  title: "findings for DefectDojo's Generic Findings Import",
  endings: ['defectdojo.json'],
  unfit: {
    clients: 'a finding is of a check, which the list of clients does not have: use show or sweep',
    site: 'a finding has an address and a port, and the report of a site has much else',
  },
  create() {
    let separator = '\n';
    let unknown = 0;
    const write = (findings: readonly DojoFinding[]) =>
      findings
        .map((finding) => {
          const text = separator + renderJson(finding, 0).trimEnd();
          separator = ',\n';
          return text;
        })
        .join('');
    return {
      begin: () => '{"findings": [',
      report(report, swept) {
        if (report.verdict === 'inconclusive') unknown++;
        return write(describeReport(report, swept));
      },
      end: (run) => `${write(describeRun(run, listTroubles(run, unknown)))}\n]}\n`,
    };
  },
};

/** A finding as DefectDojo takes it. */
interface DojoFinding {
  readonly title: string;
  readonly severity: 'Info' | 'Low' | 'Medium' | 'High' | 'Critical';
  readonly description: string;
  readonly mitigation?: string;
  readonly impact?: string;
  readonly references?: string;
  readonly date?: string;
  readonly unique_id_from_tool: string;
  readonly vuln_id_from_tool: string;
  readonly endpoints?: readonly { readonly host: string; readonly port?: number; readonly protocol?: string }[];
  readonly tags?: readonly string[];
  readonly active: boolean;
  readonly verified: boolean;
}

function describeReport(report: Report, swept: Swept | undefined): DojoFinding[] {
  // A note asks for nothing, unless it is what someone accepted.
  const findings = keyFindings(report).filter(({ finding: { effect, waiver } }) => effect !== 'note' || waiver);
  const unknown = report.verdict === 'inconclusive' ? [describeUnknown(report, swept)] : [];
  const hidden = listOutOfSight(swept).map((one) => describeHidden(report, swept, one));
  return [...unknown, ...findings.map(({ finding, key }) => describeFinding(report, swept, finding, key)), ...hidden];
}

function describeFinding(report: Report, swept: Swept | undefined, finding: ReportedFinding, key: string): DojoFinding {
  const { title, severity, effect, seen, matters, remedy, programs, references, waiver, rule } = finding;
  const until = waiver?.until == null ? '' : ` until ${waiver.until}`;
  const accepted = waiver ? [`Accepted by ${waiver.by}${until}: ${waiver.reason}`] : [];
  return {
    title: renderTitle(title),
    severity: effect === 'inconclusive' ? 'Info' : SEVERITY_NAMES[severity],
    description: renderLines([`Where: ${describePlace(report, swept)}`, `Seen: ${seen}`, ...accepted]),
    mitigation: renderLines([remedy, ...(programs.length > 0 ? [`NEC programs: ${programs.join(', ')}`] : [])]),
    impact: renderLines([matters]),
    ...(references.length > 0 && { references: renderLines(references) }),
    ...describePlaceOf(report, swept, key, finding),
    vuln_id_from_tool: cutText(forTerminal(rule), MOST.id),
    active: !waiver,
    verified: false,
  };
}

/** What stands out of sight, with the id that it had when it was seen. */
function describeHidden(report: Report, swept: Swept | undefined, { title, severity, issue }: OutOfSight): DojoFinding {
  return {
    title: renderTitle(title),
    severity: SEVERITY_NAMES[severity],
    description: renderLines([`Where: ${describePlace(report, swept)}`, NOT_GONE]),
    ...describePlaceOf(report, swept, issue ? keyOf(issue) : 'out-of-sight', issue),
    vuln_id_from_tool: cutText(forTerminal(issue?.rule ?? 'out-of-sight'), MOST.id),
    active: true,
    verified: false,
  };
}

function describeUnknown(report: Report, swept: Swept | undefined): DojoFinding {
  const blocking = report.undetermined.filter((item) => item.blocking).map(({ what, why }) => `${what}: ${why}`);
  return {
    title: renderTitle(`The verdict could not be determined: ${describePlace(report, swept)}`),
    severity: 'Info',
    description: renderLines([report.summary, ...blocking, 'What is not known may be a violation.']),
    ...describePlaceOf(report, swept, 'could-not-be-determined', null),
    vuln_id_from_tool: 'could-not-be-determined',
    active: true,
    verified: false,
  };
}

function describeRun({ unchecked }: RunEnd, troubles: readonly string[]): DojoFinding[] {
  const describe = (id: string, title: string, lines: readonly string[]): DojoFinding => ({
    title: renderTitle(title),
    severity: 'Info',
    description: renderLines([...lines, 'What is not known may be a violation.']),
    unique_id_from_tool: createId([id]),
    vuln_id_from_tool: 'could-not-be-determined',
    active: true,
    verified: false,
  });
  const clients = unchecked.map(({ client, reason }) =>
    describe(`client ${client.id}`, `Could not be determined: ${client.name} (${client.id}) was not checked`, [reason]),
  );
  const whole = troubles.length === 0 ? [] : [describe('run', 'Could not be determined: the run', troubles)];
  return [...whole, ...clients];
}

function describePlaceOf(
  report: Report,
  swept: Swept | undefined,
  key: string,
  finding: Pick<ReportedFinding, 'endpoint'> | null,
) {
  const { address } = report.target;
  const endpoint = finding?.endpoint ? parseEndpointId(finding.endpoint) : undefined;
  return {
    date: report.startedAt.slice(0, 'YYYY-MM-DD'.length),
    unique_id_from_tool: createId([swept?.client.id ?? null, targetOf(report, swept), key]),
    ...(address !== null &&
      isIP(address) !== 0 && {
        endpoints: [{ host: address, ...(endpoint && { port: endpoint.port, protocol: endpoint.transport }) }],
      }),
    ...(swept && { tags: [forTerminal(swept.client.id)] }),
  };
}

/** The same for the same thing in every run. */
function createId(parts: readonly (string | null)[]): string {
  return `sallyport-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

function renderTitle(title: string): string {
  return cutText(forTerminal(title), MOST.title);
}

function renderLines(lines: readonly string[]): string {
  return lines.map((line) => forDefectDojo(line)).join('\n\n');
}
