import type { CheckProgress } from '../check.js';

/** Shows progress on standard error. */
export interface ProgressView {
  update(progress: CheckProgress): void;
  /** Makes room for a line of output on the same terminal; the next update shows it again. */
  clear(): void;
  stop(): void;
}

const HIDDEN: ProgressView = { update: () => {}, clear: () => {}, stop: () => {} };

/** A progress bar for many targets on a terminal; nothing off a terminal, with `--quiet`, or for one target. */
export async function createProgress(total: number | null, quiet: boolean): Promise<ProgressView> {
  if (quiet || !process.stderr.isTTY || total === 1) return HIDDEN;
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    forceRedraw: true,
    format: total === null ? '{value} checked, {duration_formatted}' : '{bar} {value}/{total}, {eta_formatted} left',
  });
  bar.start(total ?? 0, 0);
  return {
    update: ({ finished }) => bar.update(finished),
    clear: () => void process.stderr.write('\r\x1b[K'),
    stop: () => bar.stop(),
  };
}
