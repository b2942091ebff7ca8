import { isIP } from 'node:net';
import { parseAuthorization, guardSpecs, requireAuthorization } from './inputs/guard.js';
import { createExclusion, countTargets, resolveExclusions } from './inputs/exclusion.js';
import { expandTargets } from './inputs/expand-targets.js';
import { parseHostPort } from './inputs/host-port.js';
import { InputError } from './inputs/input-error.js';
import { parsePorts } from './inputs/ports.js';
import { loadProfile } from './inputs/profile.js';
import { parseTargetSpec, type TargetSpec } from './inputs/targets.js';
import { type Endpoint } from './model/endpoint.js';
import { mapConcurrently } from './map-concurrently.js';
import { OUTSIDER, type Profile } from './model/profile.js';
import type { Report, Target } from './model/report.js';
import { SEVERITIES, type Severity } from './model/severity.js';
import { type Control, ControlEndpoint } from './net/control.js';
import { availableSockets } from './net/descriptors.js';
import { Engine } from './net/engine.js';
import { listOwnAddresses } from './net/local-address.js';
import { resolveName } from './net/resolve.js';
import { type Timing, type TimingName, TIMINGS } from './net/timing.js';
import { listServiceEndpoints, createPlanner, type PlanOptions } from './probes/plan.js';
import { createReport, digestProfile } from './report.js';
import { surveyTarget } from './survey.js';

/** What to check and how. Everything but the targets has a default. */
export interface CheckOptions {
  /** Addresses, networks, ranges or host names, or specs that `parseTargetSpec` made of them. */
  readonly targets: Iterable<string | TargetSpec> | AsyncIterable<string | TargetSpec>;
  /** How many addresses `targets` will give, where it is a stream and that is known. */
  readonly total?: number | undefined;
  readonly exclude?: Iterable<string | TargetSpec> | undefined;
  /** Name of a shipped profile, a file, or a loaded profile; `closed` if not given. */
  readonly profile?: string | Profile | undefined;
  /** Services that were moved to other ports. */
  readonly services?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Which of the profile's sources we are; `outsider` if not given. */
  readonly source?: string | undefined;
  /** Endpoints to look at instead of the profile's, for example `80,U:5060`. */
  readonly ports?: string | readonly Endpoint[] | undefined;
  /** All TCP ports of a single target. */
  readonly allPorts?: boolean | undefined;
  readonly findMoved?: boolean | undefined;
  /** False leaves the canaries out: fewer packets, but a tarpit or a DMZ can no longer be told. */
  readonly canaries?: boolean | undefined;
  readonly timing?: TimingName | undefined;
  /** Packets a second in all. */
  readonly rate?: number | undefined;
  /** Patience with a silent endpoint, ms. */
  readonly timeoutMs?: number | undefined;
  /** Further tries for an endpoint that stays silent. */
  readonly retries?: number | undefined;
  readonly maxSockets?: number | undefined;
  /** HOST:PORT (TCP) of something known to answer. */
  readonly control?: string | undefined;
  readonly allowSpecial?: boolean | undefined;
  /** Who allowed the check, and a reference; needed beyond 16 addresses. */
  readonly authorizedBy?: string | undefined;
  /** Findings from this severity on are violations; `low` if not given. */
  readonly failOn?: Severity | undefined;
  /** Ends the check at once; what is under way is reported as interrupted. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined;
}

/** How far a check is. */
export interface CheckProgress {
  readonly finished: number;
  /** All targets, where that is known beforehand. */
  readonly total: number | null;
}

/** A check whose input is all valid, before the first packet. */
export interface PreparedCheck {
  readonly profile: Profile;
  readonly source: string;
  readonly timing: Timing;
  readonly plan: PlanOptions;
  /** Number of addresses, names counting as one; null where they stream in. */
  readonly total: number | null;
  readonly authorization: string | null;
  readonly failOn: Severity;
  readonly control: Control | null;
  readonly targets: AsyncIterable<Target>;
}

/**
 * Checks targets from outside and yields their reports as they finish. Nothing accumulates: a consumer that does
 * not take reports stops new targets from being started.
 *
 * @throws InputError for bad input; one that comes late in a stream is thrown after the reports of what was begun
 */
export async function* check(options: CheckOptions): AsyncGenerator<Report> {
  yield* runCheck(await prepareCheck(options), options);
}

/** How a prepared check is run. */
export type RunOptions = Pick<CheckOptions, 'signal' | 'onProgress'>;

/** Runs a prepared check, once; see {@link check}. */
export async function* runCheck(prepared: PreparedCheck, options: RunOptions = {}): AsyncGenerator<Report> {
  const { profile, source, authorization, plan, total, failOn } = prepared;
  const engine = new Engine(prepared.timing);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const cutOff = (): void => engine.cutOff();
  signal.addEventListener('abort', cutOff, { once: true });
  if (signal.aborted) cutOff();
  const control = prepared.control && new ControlEndpoint(engine, prepared.control);
  const listed = new Set(
    profile.services.flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints]),
  );
  const planTarget = createPlanner(plan);
  const profileDigest = digestProfile(profile);
  const ownAddresses = listOwnAddresses();
  const shared = { engine, listed, source, control, ownAddresses, signal };
  let finished = 0;
  try {
    yield* mapConcurrently(prepared.targets, prepared.timing.targets, signal, async (target) => {
      const survey = await surveyTarget(target, {
        ...shared,
        plan: planTarget(),
      });
      options.onProgress?.({ finished: ++finished, total });
      return createReport(survey, { profile, profileDigest, authorization, failOn });
    });
  } finally {
    stop.abort();
    await engine.close();
  }
}

/**
 * Reads and validates all of a check's input; sends nothing, except that the names to exclude
 * and that of the control endpoint are resolved.
 * @throws InputError
 */
export async function prepareCheck(options: CheckOptions): Promise<PreparedCheck> {
  requireSoundFigures(options);
  const profile =
    typeof options.profile === 'object'
      ? options.profile
      : await loadProfile(options.profile ?? 'closed', { services: options.services });
  const source = options.source ?? OUTSIDER;
  if (source !== OUTSIDER && !Object.hasOwn(profile.sources, source)) {
    const known = [OUTSIDER, ...Object.keys(profile.sources)].join(', ');
    throw new InputError(`profile ${profile.name} has no source "${source}"; its sources are ${known}`);
  }
  const authorization = options.authorizedBy === undefined ? null : parseAuthorization(options.authorizedBy);
  const excluded = await resolveExclusions([...(options.exclude ?? [])].map(toSpec), resolveName);
  const exclude = createExclusion(excluded);
  const known = Symbol.iterator in options.targets ? [...options.targets].map(toSpec) : null;
  let total: bigint | number | null = options.total ?? null;
  if (known) {
    guardSpecs(known, options.allowSpecial ?? false, exclude);
    total = countTargets(known, exclude);
    requireAuthorization(total, authorization);
  }
  if (options.allPorts && Number(total) !== 1) throw new InputError('--all-ports takes exactly one target address');
  const plan = choosePlan(options, profile);
  return {
    profile,
    source,
    timing: chooseTiming(options, createPlanner(plan)().length),
    plan,
    total: total === null ? null : Number(total),
    authorization,
    failOn: options.failOn ?? 'low',
    control: await findControl(options.control),
    targets: expandTargets({
      specs: known ?? mapSpecs(options.targets as AsyncIterable<string | TargetSpec>),
      exclude,
      allowSpecial: options.allowSpecial,
      authorizedBy: authorization,
      resolve: resolveName,
    }),
  };
}

/** Least and greatest value of each figure that a caller may set. */
const FIGURES = {
  rate: [0.1, 1_000_000],
  timeoutMs: [50, 3_600_000],
  retries: [0, 10],
  maxSockets: [1, 1_000_000],
} as const;

function requireSoundFigures(options: CheckOptions): void {
  for (const [name, [least, greatest]] of Object.entries(FIGURES)) {
    const value = options[name as keyof typeof FIGURES];
    if (value !== undefined && !(value >= least && value <= greatest)) {
      throw new InputError(`${name} must be from ${least} to ${greatest}, not ${value}`);
    }
  }
  if (options.retries !== undefined && !Number.isInteger(options.retries))
    throw new InputError('retries must be whole');
  const { timing = 'normal', failOn = 'low' } = options;
  if (!Object.hasOwn(TIMINGS, timing)) throw new InputError(`unknown timing "${String(timing)}"`);
  if (!SEVERITIES.includes(failOn)) throw new InputError(`unknown severity "${String(failOn)}"`);
}

function toSpec(target: string | TargetSpec): TargetSpec {
  return typeof target === 'string' ? parseTargetSpec(target) : target;
}

async function* mapSpecs(targets: AsyncIterable<string | TargetSpec>): AsyncGenerator<TargetSpec> {
  for await (const target of targets) yield toSpec(target);
}

/** The timing template with the user's figures, and no more targets at once than its sockets can serve. */
function chooseTiming(options: CheckOptions, endpoints: number): Timing {
  const template = TIMINGS[options.timing ?? 'normal'];
  const maxSockets = Math.min(options.maxSockets ?? template.maxSockets, availableSockets());
  return {
    ...template,
    rate: options.rate ?? template.rate,
    patienceMs: options.timeoutMs ?? template.patienceMs,
    answerMs: options.timeoutMs ?? template.answerMs,
    tries: options.retries === undefined ? template.tries : options.retries + 1,
    maxSockets,
    targets: Math.min(template.targets, Math.ceil((1.25 * maxSockets) / endpoints)),
  };
}

function choosePlan(options: CheckOptions, profile: Profile): PlanOptions {
  const given = typeof options.ports === 'string' ? parsePorts(options.ports) : options.ports;
  const udp = listServiceEndpoints(profile).filter(({ transport }) => transport === 'udp');
  const all = options.allPorts
    ? [...Array.from({ length: 65_535 }, (_, index): Endpoint => ({ transport: 'tcp', port: index + 1 })), ...udp]
    : undefined;
  const ports = all ?? given;
  return {
    profile,
    findMoved: options.findMoved ?? false,
    canaries: options.canaries ?? true,
    ...(ports ? { ports } : {}),
  };
}

async function findControl(control: string | undefined): Promise<Control | null> {
  if (control === undefined) return null;
  const { host, port } = parseHostPort(control);
  if (isIP(host)) return { address: host, port, label: control };
  const resolved = await resolveName(host);
  if ('problem' in resolved) throw new InputError(`--control ${control}: ${resolved.problem}`);
  return { address: resolved.addresses[0]!, port, label: control };
}
