import type { Report } from '../model/report.js';
import { renderCount } from '../words/sentence.js';
import type { Reporter, ReportStyle, RunEnd, SweepRow, SweepSummary, SweepWriter } from './reporter.js';
import { renderResults } from './sweep-table.js';

/** Creates the writer of one sweep over so many clients. */
export function createSweepWriter(reporter: Reporter, style: ReportStyle, clients: number): SweepWriter {
  if (reporter.createSweep) {
    const own = reporter.createSweep(style, clients);
    return { ...own, result: (row) => own.result({ ...row, report: keepUnseen(row) }) };
  }
  const writer = reporter.create(style);
  return {
    begin: () => writer.begin(),
    result: (row) => writer.report(keepUnseen(row), row),
    end: (summary) => writer.end(endOf(summary)),
    ...(writer.exitCode && { exitCode: () => writer.exitCode!() }),
  };
}

/** The report of a row; what is out of sight forbids "compliant", since what a look does not show is not gone. */
function keepUnseen({ report, unseen }: SweepRow): Report {
  if (unseen === 0 || report.verdict !== 'compliant') return report;
  const what = renderCount(unseen, 'exposure');
  return {
    ...report,
    verdict: 'inconclusive',
    summary: `Inconclusive: ${what} out of sight, and not known to be closed.`,
  };
}

function endOf(summary: SweepSummary): RunEnd {
  const { outcome, interrupted, results, failed, skipped, skippedCount, held } = summary;
  const before = renderResults(results);
  const unlisted = skippedCount - skipped.length;
  return {
    outcome,
    unchecked: [...failed, ...skipped],
    troubles: [
      ...(interrupted ? ['The sweep was cut off; --resume continues it.'] : []),
      ...(before === '' ? [] : [`Results of before the sweep was continued are not listed: ${before}.`]),
      ...(held > 0 ? [`${renderCount(held, 'result')} not counted: too many clients fell silent at once.`] : []),
      ...(unlisted > 0 ? [`${renderCount(unlisted, 'more client')} not checked: no valid authorisation.`] : []),
    ],
  };
}
