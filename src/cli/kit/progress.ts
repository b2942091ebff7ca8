import type { DeliveryResult } from '../../fleet/alerts/deliver.js';
import { tell } from './ending.js';

/** Shows progress on standard error. */
export interface ProgressView {
  /** `note` says what else is under way, if anything. */
  update(progress: { readonly finished: number; readonly note?: string }): void;
  stop(): void;
}

/** What decides whether there is anything to show. */
export interface ProgressOptions {
  /** Targets or clients, if that is known. */
  readonly total: number | null;
  readonly quiet: boolean;
  /** Reports appear on a terminal as they come: they are the progress, and a bar would get between them. */
  readonly reportsShown: boolean;
}

/** Off a terminal, a line so often, ms: what is shorter needs none. */
const LINE_EVERY_MS = 30_000;

/** A progress bar on a terminal, a line now and then off it; nothing with `--quiet`, or for one target. */
export async function createProgress({ total, quiet, reportsShown }: ProgressOptions): Promise<ProgressView> {
  if (quiet || total === 1) return { update: () => {}, stop: () => {} };
  const startedAt = performance.now();
  const describe = (finished: number): string => {
    const elapsedS = (performance.now() - startedAt) / 1_000;
    const rate = finished / Math.max(elapsedS, 0.001);
    const left = total === null || rate === 0 ? '' : `, ${renderSeconds((total - finished) / rate)} left`;
    return `${rate.toFixed(rate < 10 ? 1 : 0)}/s, ${renderSeconds(elapsedS)}${left}`;
  };
  if (!process.stderr.isTTY) return tellLines(total, describe);
  if (reportsShown) return { update: () => {}, stop: () => {} };
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    format: `${total === null ? '{value} checked' : '{bar} {value}/{total}'}, {pace}{note}`,
  });
  bar.start(total ?? 0, 0, { pace: '', note: '' });
  return {
    update: ({ finished, note }) => bar.update(finished, { pace: describe(finished), note: note ? `, ${note}` : '' }),
    stop: () => bar.stop(),
  };
}

function tellLines(total: number | null, describe: (finished: number) => string): ProgressView {
  let latest: { readonly finished: number; readonly note?: string } = { finished: 0 };
  const timer = setInterval(() => {
    const { finished, note } = latest;
    const all = total === null ? '' : ` of ${total}`;
    tell(`${finished}${all} checked, ${describe(finished)}${note ? `, ${note}` : ''}`);
  }, LINE_EVERY_MS).unref();
  return {
    update: (progress) => (latest = progress),
    stop: () => clearInterval(timer),
  };
}

function renderSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  return [h > 0 ? `${h}h` : '', h + m > 0 ? `${m}m` : '', `${s}s`].join('');
}

/** Makes a function that shows on standard error what is done next; none off a terminal, or where quiet is wanted. */
export function createStepTeller(quiet = false): ((step: string) => void) | undefined {
  if (quiet || !process.stderr.isTTY) return undefined;
  return (step) => tell(`${step} …`);
}

/** Reports a message that could not be delivered. */
export function tellDelivery({ message, delivery, retryAt }: DeliveryResult): void {
  if (delivery.outcome === 'delivered') return;
  const next = retryAt ? `is tried again after ${retryAt.toISOString()}` : 'is given up';
  tell(`alert to ${message.channel} ${next}: ${delivery.reason}`);
}
