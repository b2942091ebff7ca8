import { chooseMovedSearch, listServiceEndpoints, type PlanOptions } from '../probes/plan.js';
import {
  choosePing,
  chooseSource,
  chooseTiming,
  findControl,
  requireSoundFigures,
  type SharedOptions,
} from './run-options.js';
import { sayReport } from '../judge/say-report.js';
import { createTerms, runTargets, type Terms } from './run-targets.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { applyAlive, applyServiceOverrides } from '../../files/profiles/profile-overrides.js';
import { expandTargets } from '../../files/targets/expand-targets.js';
import {
  countTargets,
  createExclusion,
  type Exclusion,
  guardSpecs,
  parseAuthorization,
  resolveExclusions,
} from '../../files/targets/guard.js';
import { parseHostPort, parseTargetSpec, type TargetSpec } from '../../files/targets/targets.js';
import { InputError } from '../../files/text/input-error.js';
import { parsePorts } from '../../files/text/ports.js';
import type { AcceptedSilence } from '../../model/client.js';
import type { Endpoint, EndpointId } from '../../model/endpoint.js';
import type { Profile } from '../../model/profile.js';
import type { Report, Target } from '../../model/report.js';
import type { SeeEndpoint } from '../survey/run-probes.js';
import type { Timing } from '../../net/scan/timing.js';
import { resolveName } from '../../net/sockets/addresses.js';

/** What to check and how. Everything but the targets has a default. */
export interface CheckOptions extends SharedOptions {
  /** Addresses, networks, ranges or host names, or specs that `parseTargetSpec` made of them. */
  readonly targets: Iterable<string | TargetSpec> | AsyncIterable<string | TargetSpec>;
  /** How many addresses `targets` will give, where it is a stream and that is known. */
  readonly total?: number | undefined;
  readonly exclude?: Iterable<string | TargetSpec> | Exclusion | undefined;
  /** Report of a name of which only some addresses are excluded that those are not checked; otherwise they are left out. */
  readonly tellExcluded?: boolean | undefined;
  /** Name of a shipped profile, a file, or a loaded profile; `closed` if not given. */
  readonly profile?: string | Profile | undefined;
  /** Services that were moved to other ports. */
  readonly services?: Readonly<Record<string, readonly number[]>> | undefined;
  /** A TCP endpoint that always answers, where not the profile's: while it does not, silence proves nothing. */
  readonly alive?: EndpointId | undefined;
  /** Who knows that the targets answer nothing although their lines work: their silence is then no doubt. */
  readonly silenceAcceptedBy?: string | undefined;
  /** Which of the profile's sources we are; `outsider` if not given. */
  readonly source?: string | undefined;
  /** Endpoints to look at instead of the profile's, for example `80,U:5060`. */
  readonly ports?: string | readonly Endpoint[] | undefined;
  /** All TCP ports of a single target. */
  readonly allPorts?: boolean | undefined;
  /** Look for WebPro and PCPro on all likely other ports, or on none; see `chooseMovedSearch` where not given. */
  readonly findMoved?: boolean | undefined;
  /** False leaves the canaries out: fewer packets, but a tarpit or a DMZ can no longer be told. */
  readonly canaries?: boolean | undefined;
  readonly allowSpecial?: boolean | undefined;
  /** Who authorised the check, and a reference; needed beyond 16 addresses. */
  readonly authorizedBy?: string | undefined;
  /** Ends the check at once; what is under way is reported as interrupted. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined;
  /** Called whenever an endpoint is settled, of any target: progress where one target has very many. */
  readonly onEndpoint?: SeeEndpoint | undefined;
}

/** How far a check is. */
export interface CheckProgress {
  readonly finished: number;
  /** All targets, if that is known beforehand. */
  readonly total: number | null;
}

/** A check whose input is all valid, before the first packet. */
export interface PreparedCheck {
  readonly terms: Terms;
  readonly timing: Timing;
  /** Over what time the endpoints of each target are spread, ms. */
  readonly spreadMs: number | undefined;
  /** Number of addresses, names counting as one; null if they stream in. */
  readonly total: number | null;
  /** HOST:PORT, not resolved yet. */
  readonly control: string | null;
  /** Whether targets that answer nothing are pinged. */
  readonly ping: boolean;
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
export type RunOptions = Pick<CheckOptions, 'signal' | 'onProgress' | 'onEndpoint'>;

/** Runs a prepared check, once; see {@link check}. */
export async function* runCheck(prepared: PreparedCheck, options: RunOptions = {}): AsyncGenerator<Report> {
  const { timing, total, terms, ping } = prepared;
  const control = await findControl(prepared.control);
  const signal = options.signal ?? new AbortController().signal;
  let finished = 0;
  const jobs = mapStream(prepared.targets, (target) => ({ target, terms }));
  const { onEndpoint } = options;
  const { spreadMs } = prepared;
  for await (const { report } of runTargets(jobs, { timing, control, ping, signal, spreadMs, onEndpoint })) {
    options.onProgress?.({ finished: ++finished, total });
    yield sayReport(report);
  }
}

/**
 * Reads and validates all of a check's input; sends nothing, except that names to exclude are resolved.
 * @throws InputError
 */
export async function prepareCheck(options: CheckOptions): Promise<PreparedCheck> {
  requireSoundFigures(options);
  if (options.control !== undefined) parseHostPort(options.control);
  const { services, alive } = options;
  const profile =
    typeof options.profile === 'object'
      ? applyAlive(applyServiceOverrides(options.profile, services ?? {}), alive)
      : await loadProfile(options.profile ?? 'closed', { services, alive });
  const source = chooseSource(profile, options.source);
  const authorization = options.authorizedBy === undefined ? null : parseAuthorization(options.authorizedBy);
  const silence = options.silenceAcceptedBy === undefined ? null : acceptOnce(options.silenceAcceptedBy);
  const exclude = await chooseExclusion(options.exclude);
  const known = Symbol.iterator in options.targets ? [...options.targets].map(toSpec) : null;
  let total: bigint | number | null = options.total ?? null;
  if (known) {
    guardSpecs(known, options.allowSpecial ?? false, exclude);
    total = countTargets(known, exclude);
  }
  const targets = expandTargets({
    specs: known ?? mapStream(options.targets as AsyncIterable<string | TargetSpec>, toSpec),
    total,
    exclude,
    tellExcluded: options.tellExcluded,
    allowSpecial: options.allowSpecial,
    authorizedBy: authorization,
    resolve: resolveName,
  });
  if (options.allPorts && Number(total) !== 1) {
    throw new InputError(({ allPorts }) => `${allPorts} takes exactly one target address`);
  }
  const terms = createTerms({
    profile,
    plan: choosePlan(options, profile, Number(total) === 1),
    source,
    authorization,
    failOn: options.failOn ?? 'low',
    ...(silence && { silence }),
  });
  return {
    terms,
    timing: chooseTiming(options, terms.planTarget().length),
    spreadMs: options.spreadMs,
    total: total === null ? null : Number(total),
    control: options.control ?? null,
    ping: choosePing(options, total === null ? null : Number(total)),
    targets,
  };
}

async function chooseExclusion(given: CheckOptions['exclude'] = []): Promise<Exclusion> {
  if (!(Symbol.iterator in given)) return given;
  return createExclusion(await resolveExclusions([...given].map(toSpec), resolveName));
}

/** A person's word for this check alone. */
function acceptOnce(by: string): AcceptedSilence {
  if (by.trim() === '' || by.length > 128)
    throw new InputError(
      ({ silenceAcceptedBy }) => `${silenceAcceptedBy}: expected the name of a person, at most 128 characters`,
    );
  return { by, until: null };
}

function toSpec(target: string | TargetSpec): TargetSpec {
  return typeof target === 'string' ? parseTargetSpec(target) : target;
}

async function* mapStream<T, R>(items: AsyncIterable<T>, map: (item: T) => R): AsyncGenerator<R> {
  for await (const item of items) yield map(item);
}

function choosePlan(options: CheckOptions, profile: Profile, single: boolean): PlanOptions {
  const given = typeof options.ports === 'string' ? parsePorts(options.ports) : options.ports;
  const udp = listServiceEndpoints(profile).filter(({ transport }) => transport === 'udp');
  const all = options.allPorts
    ? [...Array.from({ length: 65_535 }, (_, index): Endpoint => ({ transport: 'tcp', port: index + 1 })), ...udp]
    : undefined;
  const ports = all ?? given;
  return {
    profile,
    findMoved: chooseMovedSearch(options.findMoved, { single, ports: ports !== undefined }),
    canaries: options.canaries ?? true,
    ...(ports ? { ports } : {}),
  };
}
