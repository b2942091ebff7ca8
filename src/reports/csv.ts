import type { ReportedFinding } from '../model/finding.js';
import type { Report } from '../model/report.js';
import { standingOf } from '../model/standing.js';
import { createClientRows } from './clients-csv.js';
import { createCsvWriter } from './csv-rows.js';
import type { Reporter, Swept } from './reporter.js';

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
  unfit: { site: 'a row has an address that was checked from outside, and a site has much else' },
  create({ csvSeparator }) {
    const { begin, row } = createCsvWriter(COLUMNS, csvSeparator);
    return {
      begin,
      report: (report, swept) =>
        (report.findings.length > 0 ? report.findings : [null])
          .map((finding) => row({ ...cellsOfReport(report, swept), ...cellsOfFinding(finding) }))
          .join(''),
      end: ({ unchecked }) =>
        unchecked
          .map(({ client: { id, name }, reason }) =>
            row({ ...NOTHING, client_id: id, client: name, verdict: 'not checked', summary: reason }),
          )
          .join(''),
    };
  },
  createClients: ({ csvSeparator }) => ({ ...createClientRows(csvSeparator), end: () => [] }),
};

const NOTHING = Object.fromEntries(COLUMNS.map((column) => [column, null])) as Record<(typeof COLUMNS)[number], null>;

function cellsOfReport(report: Report, swept: Swept | undefined) {
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
    verdict: standingOf(report),
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
