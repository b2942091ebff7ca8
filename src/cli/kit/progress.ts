import type { DeliveryResult } from '../../fleet/alerts/deliver.js';
import { tell } from './ending.js';

/** How far something is. */
interface Progress {
  readonly finished: number;
  /** What else is under way, if anything. */
  readonly note?: string;
}

/** Shows progress on standard error. */
export interface ProgressView {
  update(progress: Progress): void;
  stop(): void;
}

/** What decides whether there is anything to show. */
export interface ProgressOptions {
  /** Targets or clients, if that is known. */
  readonly total: number | null;
  readonly quiet: boolean;
  /** Reports appear on a terminal as they come: they are the progress, and a bar would get between them. */
  readonly reportsShown: boolean;
  /** Only what takes more than a second is shown. */
  readonly late?: boolean;
}

/** A wait that is shorter needs no word, ms. */
const SHORT_MS = 1_000;

/** Off a terminal, a line so often, ms: what is shorter needs none. */
const LINE_EVERY_MS = 30_000;

/** A progress bar on a terminal, a line now and then off it; nothing with `--quiet`. */
export async function createProgress(options: ProgressOptions): Promise<ProgressView> {
  const { total, quiet, reportsShown, late = false } = options;
  if (quiet) return { update: () => {}, stop: () => {} };
  const startedAt = performance.now();
  const describe = (finished: number): string => {
    const elapsedS = (performance.now() - startedAt) / 1_000;
    const rate = finished / Math.max(elapsedS, 0.001);
    const left = total === null || rate === 0 ? '' : `, ${renderSeconds((total - finished) / rate)} left`;
    return `${rate.toFixed(rate < 10 ? 1 : 0)}/s, ${renderSeconds(elapsedS)}${left}`;
  };
  if (!process.stderr.isTTY) return tellLines(total, describe);
  if (reportsShown) return tellWaits();
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    format: `${total === null ? '{value} checked' : '{bar} {value}/{total}'}, {pace}{note}`,
  });
  let latest: Progress = { finished: 0 };
  const show = () => {
    const { finished, note } = latest;
    bar.update(finished, { pace: describe(finished), note: note ? `, ${note}` : '' });
  };
  let started = false;
  const start = () => {
    started = true;
    bar.start(total ?? 0, 0, { pace: '', note: '' });
    show();
  };
  const timer = late ? setTimeout(start, SHORT_MS) : undefined;
  if (!late) start();
  return {
    update: (progress) => {
      latest = progress;
      if (started) show();
    },
    stop: () => {
      clearTimeout(timer);
      if (started) bar.stop();
    },
  };
}

/** Between rows on a terminal, a line says what is waited for where no row came for a while; once for each thing. */
function tellWaits(): ProgressView {
  let note: string | undefined;
  let told: string | undefined;
  let updatedAt = performance.now();
  const timer = setInterval(() => {
    if (note === undefined || note === told || performance.now() - updatedAt < SHORT_MS) return;
    told = note;
    tell(`${note} …`);
  }, SHORT_MS / 4).unref();
  return {
    update: (progress) => {
      if (progress.note !== note) updatedAt = performance.now();
      note = progress.note === '' ? undefined : progress.note;
    },
    stop: () => clearInterval(timer),
  };
}

function tellLines(total: number | null, describe: (finished: number) => string): ProgressView {
  let latest: Progress = { finished: 0 };
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
