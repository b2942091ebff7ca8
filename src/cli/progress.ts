import type { CheckProgress } from '../check.js';

/** Shows progress on standard error. */
export interface ProgressView {
  update(progress: CheckProgress): void;
  stop(): void;
}

/** What decides whether there is anything to show. */
export interface ProgressOptions {
  /** Targets, where that is known. */
  readonly total: number | null;
  readonly quiet: boolean;
  /** Reports appear on a terminal as they come: they are the progress, and a bar would get between them. */
  readonly reportsShown: boolean;
}

/** A progress bar for many targets on a terminal; nothing off a terminal, with `--quiet`, or for one target. */
export async function createProgress({ total, quiet, reportsShown }: ProgressOptions): Promise<ProgressView> {
  if (quiet || reportsShown || !process.stderr.isTTY || total === 1) return { update: () => {}, stop: () => {} };
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    format: `${total === null ? '{value} checked' : '{bar} {value}/{total}'}, {duration_formatted}`,
  });
  bar.start(total ?? 0, 0);
  return {
    update: ({ finished }) => bar.update(finished),
    stop: () => bar.stop(),
  };
}
