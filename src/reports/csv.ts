import type { ClientCard } from '../model/client.js';
import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import { standingOf } from '../model/standing.js';
import { createCsvWriter, type CsvSeparator } from './csv-rows.js';
import type { Reporter } from './reporter.js';

/** Names and order stay; new ones come last. */
const COLUMNS = [
  ...(['client_id', 'client', 'group', 'address', 'name', 'target', 'checked_at', 'verdict', 'profile'] as const),
  ...(['severity', 'effect', 'rule', 'endpoint', 'finding', 'seen', 'remedy', 'programs', 'accepted_by'] as const),
  ...(['accepted_until', 'summary', 'authorized_by', 'out_of_sight', 'fixed_by'] as const),
] as const;

/** One row a finding, and one for a report without any. */
export const csv: Reporter = {
  id: 'csv',
  title: 'one row a finding, for spreadsheets',
  create({ csvSeparator }) {
    const { begin, report } = createFindingRows(csvSeparator);
    return { begin, report: (one) => report(one), end: () => '' };
  },
};

/** What is known of a report where a client is swept. */
interface Swept {
  readonly client: ClientCard;
  /** Exposures that stand and are out of sight. */
  readonly unseen: number;
}

/** Writes reports as rows, with the client that they are of, if any. */
export function createFindingRows(separator?: CsvSeparator) {
  const { begin, row } = createCsvWriter(COLUMNS, separator);
  return {
    begin,
    report: (report: Report, swept: Swept | null = null): string => {
      const { findings } = report;
      return (findings.length > 0 ? findings : [null])
        .map((finding) => row({ ...cellsOfReport(report, swept), ...cellsOfFinding(finding) }))
        .join('');
    },
    /** A client that was not checked, and why. */
    unchecked: ({ id, name }: Pick<ClientCard, 'id' | 'name'>, reason: string): string =>
      row({ ...NOTHING, client_id: id, client: name, verdict: 'not checked', summary: reason }),
  };
}

const NOTHING = Object.fromEntries(COLUMNS.map((column) => [column, null])) as Record<(typeof COLUMNS)[number], null>;

function cellsOfReport(report: Report, swept: Swept | null) {
  const { client = null, unseen = 0 } = swept ?? {};
  const { target, startedAt, profile, summary, authorization } = report;
  return {
    client_id: client?.id ?? null,
    client: client?.name ?? null,
    group: client?.group ?? null,
    address: target.address,
    name: target.name,
    target: target.input,
    checked_at: startedAt,
    // What a look does not show is not gone.
    verdict: unseen > 0 && report.verdict === 'compliant' ? 'inconclusive' : standingOf(report),
    profile: profile.name,
    summary,
    authorized_by: authorization,
    out_of_sight: unseen,
  };
}

function cellsOfFinding(finding: ReportedFinding | null) {
  return {
    severity: finding?.severity ?? null,
    effect: finding?.effect ?? null,
    rule: finding?.rule ?? null,
    endpoint: finding?.endpoint ?? null,
    finding: finding?.title ?? null,
    seen: finding?.seen ?? null,
    remedy: finding?.remedy ?? null,
    programs: finding?.programs.join(' ') ?? null,
    fixed_by: finding?.fixedBy.join(' ') ?? null,
    accepted_by: finding?.waiver?.by ?? null,
    accepted_until: finding?.waiver?.until ?? null,
  };
}
