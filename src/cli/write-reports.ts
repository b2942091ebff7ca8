import { InputError } from '../files/text/input-error.js';
import type { Report, Verdict } from '../model/report.js';
import { REPORTERS } from '../reports/registry.js';
import type { Settings } from './check-options.js';
import { worstVerdict } from './exit-codes.js';
import type { Output } from './output.js';
import { useColor } from './terminal.js';

export interface WriteOptions {
  readonly settings: Settings;
  readonly output: Output;
  /** One target was given. A name may still have several addresses: how many there are is known at the end. */
  readonly single: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes reports as they come, so that what is written is whole even where an error ends it.
 * @returns the worst verdict; null where there was no report
 */
export async function writeReports(
  reports: AsyncIterable<Report>,
  { settings, output, single, signal }: WriteOptions,
): Promise<Verdict | null> {
  const known: Report[] | null = single ? [] : null;
  if (known) for await (const report of reports) known.push(report);
  const { toFile } = output;
  const writer = REPORTERS[settings.format ?? 'table'].create({
    color: !toFile && useColor(settings.color),
    width: toFile ? 80 : process.stdout.columns || 80,
    reasons: settings.reason ?? false,
    many: known?.length !== 1,
  });
  let verdict: Verdict | null = null;
  await output.write(writer.begin());
  try {
    for await (const report of known ?? reports) {
      verdict = worstVerdict(verdict ?? 'compliant', report.verdict);
      await output.write(writer.report(report));
    }
  } catch (error) {
    // Standard input that we stopped reading ourselves is no error.
    if (!signal.aborted || !(error instanceof InputError)) throw error;
  } finally {
    await output.write(writer.end());
  }
  return verdict;
}
