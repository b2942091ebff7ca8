import { isIP } from 'node:net';
import { parseHostPort } from '../../files/targets/targets.js';
import { InputError } from '../../files/text/input-error.js';
import { OUTSIDER, type Profile } from '../../model/profile.js';
import { SEVERITIES, type Severity } from '../../model/severity.js';
import type { Control } from '../../net/scan/control.js';
import { availableSockets } from '../../net/scan/descriptors.js';
import { resolveName } from '../../net/sockets/addresses.js';
import { type Timing, type TimingName, TIMINGS } from '../../net/scan/timing.js';

/** What every run over targets takes, whether given one by one or by an inventory. Everything has a default. */
export interface SharedOptions {
  readonly timing?: TimingName | undefined;
  /** Packets a second in total. */
  readonly rate?: number | undefined;
  /** Patience with a silent endpoint, ms. */
  readonly timeoutMs?: number | undefined;
  /** Further tries for an endpoint that stays silent. */
  readonly retries?: number | undefined;
  readonly maxSockets?: number | undefined;
  /** Over what time the endpoints of each target are spread, ms; at once if not given. */
  readonly spreadMs?: number | undefined;
  /** HOST:PORT (TCP) of something known to answer. */
  readonly control?: string | undefined;
  /** Whether a target that answers nothing is pinged by the system's own ping; up to 256 targets if not given. */
  readonly ping?: boolean | undefined;
  /** Findings from this severity on are violations; `low` if not given. */
  readonly failOn?: Severity | undefined;
}

/** What the figures that a caller may set can be. */
export const LIMITS = {
  rate: { least: 0.1, most: 1_000_000, whole: false },
  timeoutMs: { least: 100, most: 3_600_000, whole: false },
  retries: { least: 0, most: 10, whole: true },
  maxSockets: { least: 1, most: 1_000_000, whole: true },
  spreadMs: { least: 1, most: 7 * 86_400_000, whole: false },
} as const;

/**
 * Refuses figures that a caller may not set.
 * @throws InputError
 */
export function requireSoundFigures(options: SharedOptions): void {
  for (const name of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const { least, most, whole } = LIMITS[name];
    const value = options[name];
    if (value === undefined || (value >= least && value <= most && (!whole || Number.isInteger(value)))) continue;
    throw new InputError(`${name} must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not ${value}`);
  }
  const { timing = 'normal', failOn = 'low' } = options;
  if (!Object.hasOwn(TIMINGS, timing)) throw new InputError(`unknown timing "${String(timing)}"`);
  if (!SEVERITIES.includes(failOn)) throw new InputError(`unknown severity "${String(failOn)}"`);
}

/** The timing template with the user's figures, and no more targets at once than its sockets can serve. */
export function chooseTiming(options: SharedOptions, endpoints: number): Timing {
  const template = TIMINGS[options.timing ?? 'normal'];
  const maxSockets = Math.min(options.maxSockets ?? template.maxSockets, availableSockets());
  return {
    ...template,
    rate: options.rate ?? template.rate,
    patienceMs: options.timeoutMs ?? template.patienceMs,
    answerMs: options.timeoutMs ?? template.answerMs,
    tries: options.retries === undefined ? template.tries : options.retries + 1,
    maxSockets,
    targets: Math.min(template.targets, Math.ceil((1.05 * maxSockets) / endpoints)),
  };
}

/** Each ping is a process: so many targets may have one where no one asked for it. */
const PINGED = 256;

/** Whether targets that answer nothing are pinged; `targets` is how many there are, null if no one knows. */
export function choosePing({ ping }: SharedOptions, targets: number | null): boolean {
  return ping ?? (targets !== null && targets <= PINGED);
}

/**
 * Which of the profile's sources we are; an outsider if none is given.
 * @throws InputError for one that the profile does not have
 */
export function chooseSource(profile: Profile, given: string | null | undefined): string {
  const source = given ?? OUTSIDER;
  if (source === OUTSIDER || Object.hasOwn(profile.sources, source)) return source;
  const known = [OUTSIDER, ...Object.keys(profile.sources)].join(', ');
  throw new InputError(`profile ${profile.name} has no source "${source}"; its sources are ${known}`);
}

/**
 * Finds the control endpoint; a name is resolved once.
 * @throws InputError
 */
export async function findControl(control: string | null | undefined): Promise<Control | null> {
  if (control === undefined || control === null) return null;
  const { host, port } = parseHostPort(control);
  if (isIP(host)) return { address: host, port, label: control };
  const resolved = await resolveName(host);
  if ('problem' in resolved) throw new InputError((names) => `${names.control} ${control}: ${resolved.problem}`);
  return { address: resolved.addresses[0]!, port, label: control };
}
