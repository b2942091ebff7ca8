import { InputError, type OptionNames } from '../../files/text/input-error.js';
import { StoreError } from '../../fleet/store/store-error.js';
import type { Verdict } from '../../model/report.js';
import { VantageError } from '../../site/outside/vantage-error.js';
import { forTerminal } from '../../words/escape.js';

/** The exit codes of every command. */
export const EXIT = {
  compliant: 0,
  violation: 1,
  /** Bad usage or input, or an error of our own. */
  failure: 2,
  inconclusive: 3,
} as const satisfies Record<Verdict | 'failure', number>;

/** The exit code after all is written: that of the format where it has its own. */
export function chooseExit({ exitCode }: { readonly exitCode?: () => number }, verdict: Verdict): number {
  return exitCode?.() ?? EXIT[verdict];
}

/** Writes a note to standard error, in one line. */
export function tell(note: string): void {
  process.stderr.write(`sallyport: ${forTerminal(note)}\n`);
}

/** The flags that give the library's options. */
const FLAGS: OptionNames = {
  allowSpecial: '--allow-special',
  allPorts: '--all-ports',
  silenceAcceptedBy: '--accept-silence',
  authorizedBy: '--authorized-by',
  browser: '--pdf-browser',
  by: '--by NAME',
  control: '--control',
  listen: '--listen',
  sipPort: '--sip-port',
  stunPorts: '--stun-ports',
  proxies: '--behind-proxy',
  role: '--role ROLE',
  tls: '--tls-cert and --tls-key',
};

/** What is wrong: a line for each problem of the input or the store, or our own error with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof InputError) return error.say(FLAGS);
  if (error instanceof StoreError || error instanceof VantageError) return error.message;
  return `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Writes an error to standard error, line by line. */
export function tellError(error: unknown): void {
  for (const line of describeError(error).split('\n')) tell(line);
}

/** What Ctrl-C and a service manager end. */
export interface Ending {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Leaves signals to the system again. */
  release(): void;
}

/** The first SIGINT or SIGTERM ends the work in good order, a second one the process. */
export function catchSignals(onFirst: () => void = () => {}): Ending {
  const abort = new AbortController();
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    onFirst();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: abort.signal,
    release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
