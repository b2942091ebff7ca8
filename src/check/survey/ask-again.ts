import { isCanary } from '../../model/canary.js';
import { type EndpointId, parseEndpointId, type Transport } from '../../model/endpoint.js';
import { isMovedPlace } from '../../model/moved-place.js';
import { type AnswerKind, isTurned, kindOfAnswer, wasHeard } from '../../model/answer-kind.js';
import type { AskedState, Liveness, Observation, Recheck } from '../../model/report.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import type { PlannedProbe } from '../probes/plan.js';
import { PROBES } from '../probes/registry.js';

/** The usual limit of ICMP errors and of SYNs is one a second: so far apart are the endpoints of the slow round, ms. */
const SLOW_GAP_MS = 1_100;
/** Between the services of a site that answers nothing but ping, ms: a limit of some SYNs a second lets them pass. */
const QUIET_GAP_MS = 250;
/** Between the services of a site that answers something, ms: it should not take much longer for them. */
const BRISK_GAP_MS = 75;
/** Short enough for one SYN an endpoint: the system repeats it after a second. */
const ONE_SYN_MS = 950;
/** Endpoints of a further round: the services of a profile, not all ports of a scan. */
const MAX_ROUND = 16;
/** One lost try is the weather. */
const MANY_LOST = 2;
/** Connections that show whether quick ones are lost: with none of a few lost they are not. */
const FEW = 3;
/**
 * Connections at once that tell a limit from the weather: a third more than endpoints were asked, since a limit that
 * lets all these pass had nothing to hide. It loses a good share of them then, and the weather does not.
 */
const VOLLEY = { perEndpoint: 4 / 3, least: 10, most: 64, lost: 1 / 4 } as const;
/** One late refusal of what was asked first is the weather too. */
const MANY_LATE = 2;

/** What the second look at a target needs. */
export interface AskAgainOptions {
  readonly engine: Engine;
  readonly host: Host;
  /** In the order in which it was asked. */
  readonly plan: readonly PlannedProbe[];
  /** The services' endpoints. */
  readonly services: ReadonlySet<EndpointId>;
  /** Runs a probe; `host` keeps another pace than the first round where it is not the same. */
  readonly look: (planned: PlannedProbe, host: Host) => Promise<Observation>;
  /** Asks the target for an echo; null where that is not to be tried. */
  readonly ping: ((address: string, withinMs: number) => Promise<AskedState>) | null;
  readonly signal: AbortSignal;
}

/** What was seen after all rounds, and what was asked twice. */
export interface AskedAgain extends Pick<Liveness, 'echo' | 'unasked'> {
  readonly observations: readonly Observation[];
  readonly recheck: readonly Recheck[];
}

/** The endpoints of a target, as they were seen last. */
class Second {
  readonly recheck: Recheck[] = [];
  readonly latest: Map<EndpointId, Observation>;

  constructor(
    readonly seen: readonly Observation[],
    readonly options: AskAgainOptions,
  ) {
    this.latest = new Map(seen.map((observation) => [observation.endpoint, observation]));
  }

  get observations(): readonly Observation[] {
    return this.seen.map(({ endpoint }) => this.latest.get(endpoint)!);
  }

  kindOf(endpoint: EndpointId) {
    return kindOfAnswer(this.latest.get(endpoint)?.reason ?? 'internal');
  }

  triesOf(endpoint: EndpointId): number {
    return this.latest.get(endpoint)?.tries ?? 0;
  }

  /** Notes what was seen now: it is believed over a silence, and that something is open over everything. */
  note(now: Observation, witness = false): void {
    const before = this.latest.get(now.endpoint)!;
    if (now.state === 'error') return;
    const silent = kindOfAnswer(before.reason) === 'silence';
    this.recheck.push({
      endpoint: now.endpoint,
      before: before.reason,
      after: now.reason,
      ...(witness && silent && { witness }),
    });
    if (before.state !== 'open' && (now.state === 'open' || silent)) this.latest.set(now.endpoint, now);
  }

  /** Asks an endpoint with one try; that one stays silent which was silent or refused proves nothing. */
  async askOnce(planned: PlannedProbe, patienceMs: number, witness = false): Promise<void> {
    const now = await this.#tryOnce(planned, patienceMs);
    if (now.reason !== 'no-response') return this.note(now, witness);
    if (this.kindOf(planned.endpoint) !== 'unreachable') return;
    // That it cannot be reached was said of it: it has to be said again, unless a packet was lost.
    await this.options.engine.sleep(SLOW_GAP_MS);
    this.note(await this.#tryOnce(planned, patienceMs));
  }

  /**
   * Whether an open endpoint loses connections that follow others quickly, as behind a limit of new ones. One that is
   * lost may be the weather, so that more are tried then.
   */
  async losesQuickOnes(open: PlannedProbe, patienceMs: number): Promise<boolean> {
    if (!(await this.#countLost(open, FEW, BRISK_GAP_MS, patienceMs))) return false;
    return this.#losesOfVolley(open, patienceMs);
  }

  /**
   * Whether it was chance that tries were lost: where it was, an endpoint that lost one loses hardly any connection,
   * though many are made at once. False where there is no such endpoint over TCP, or more was asked than a volley tries.
   */
  async lostByChance(patienceMs: number): Promise<boolean> {
    const { plan } = this.options;
    if (plan.length * VOLLEY.perEndpoint > VOLLEY.most) return false;
    const lost = plan.findLast(({ endpoint, probe }) => {
      const kind = this.kindOf(endpoint);
      return probe.transport === 'tcp' && this.triesOf(endpoint) > 1 && (kind === 'open' || kind === 'refused');
    });
    return lost !== undefined && !(await this.#losesOfVolley({ ...lost, probe: PROBES['tcp-connect'] }, patienceMs));
  }

  /** Whether of many connections at once a good share is lost. */
  async #losesOfVolley(planned: PlannedProbe, patienceMs: number): Promise<boolean> {
    const wanted = Math.ceil(this.options.plan.length * VOLLEY.perEndpoint);
    const count = Math.min(Math.max(wanted, VOLLEY.least), VOLLEY.most);
    return (await this.#countLost(planned, count, 0, patienceMs)) >= count * VOLLEY.lost;
  }

  async #countLost(planned: PlannedProbe, count: number, gapMs: number, patienceMs: number): Promise<number> {
    const { engine, signal } = this.options;
    const looks: Promise<Observation>[] = [];
    for (let index = 0; index < count && !signal.aborted; index++) {
      if (gapMs > 0) await engine.sleep(gapMs);
      looks.push(this.#tryOnce(planned, patienceMs));
    }
    return (await Promise.all(looks)).filter(({ reason, tries }) => reason === 'no-response' || tries > 1).length;
  }

  #tryOnce(planned: PlannedProbe, patienceMs: number): Promise<Observation> {
    const { engine, host, look } = this.options;
    return look(planned, engine.host(host.address, { ...host.timing, patienceMs, shortGapMs: null, tries: 1 }));
  }

  /** Asks endpoints one after another, `gapMs` apart, each with one try; where the gap is long, none before the last is done. */
  async askSlowly(
    endpoints: readonly PlannedProbe[],
    gapMs: number,
    patienceMs: number,
    witnesses = false,
  ): Promise<void> {
    const { engine, signal } = this.options;
    const looks: Promise<void>[] = [];
    let earlier: Promise<unknown> = Promise.resolve();
    for (const one of endpoints) {
      await Promise.all([engine.sleep(gapMs), earlier]);
      if (signal.aborted) break;
      const asked = this.askOnce(one, patienceMs, witnesses);
      looks.push(asked);
      if (gapMs === SLOW_GAP_MS) earlier = asked;
    }
    await Promise.all(looks);
  }
}

/**
 * Asks again what could have been hidden from us. Where nothing answered, a ping before and after the services are asked
 * once more tells whether the line works. Else a witness of each kind of answer is asked once more: if its answer is of
 * another kind now, somebody shut us out in the middle. Where tries were lost or refusals are of two kinds, as behind
 * limits of new connections, the services that are not open are asked one by one, slowly.
 */
export async function askAgain(seen: readonly Observation[], options: AskAgainOptions): Promise<AskedAgain> {
  const { engine, host, plan, services, look, signal } = options;
  const second = new Second(seen, options);
  const result = (more: Pick<AskedAgain, 'echo' | 'unasked'> = {}): AskedAgain => ({
    observations: second.observations,
    recheck: second.recheck,
    ...more,
  });
  if (signal.aborted || seen.every(({ state }) => state === 'open' || state === 'error')) return result();
  if (!wasHeard({ observations: seen })) {
    const echo = await askQuietly(second);
    return result(echo ? { echo } : {});
  }
  const late = findLateRefusal(second);
  if (late) second.recheck.push(late);
  const patienceMs = Math.max(ONE_SYN_MS, 3 * (host.rtt.smoothedMs ?? 0));
  const { answered, silent } = chooseWitnesses(second);
  const [open] = answered.filter(
    ({ endpoint, probe }) => probe.transport === 'tcp' && second.kindOf(endpoint) === 'open',
  );
  const [seenNow, , limited] = await Promise.all([
    Promise.all(answered.map((witness) => look(witness, host))),
    second.askSlowly(silent, BRISK_GAP_MS, patienceMs, true),
    // Right after the silent ones, when a limit has let pass what it lets pass.
    open !== undefined && silent.length > 0
      ? engine.sleep(silent.length * BRISK_GAP_MS).then(() => second.losesQuickOnes(open, patienceMs))
      : false,
  ]);
  for (const now of seenNow) second.note(now);
  second.recheck.push(
    ...[...host.suddenlyRefused].flatMap((transport) => findSuddenRefusal(second, transport, seenNow)),
  );
  const suspicion = second.recheck.some(isTurned) ? null : findSuspicion(seen, host, limited);
  if (!suspicion || signal.aborted) return result();
  if (suspicion === 'lost' && !limited && (await second.lostByChance(patienceMs))) return result();
  const doubtful = plan.filter(({ endpoint, probe }) => {
    const kind = second.kindOf(endpoint);
    if (kind === 'open' || kind === 'ours' || isCanary({ probe: probe.id })) return false;
    // These are many, and would take the turns of the services.
    if (isMovedPlace({ probe: probe.id })) return false;
    return kind === 'silence' || (services.has(endpoint) && probe.transport === 'tcp' && suspicion === 'refusals');
  });
  await second.askSlowly(doubtful.slice(0, MAX_ROUND), SLOW_GAP_MS, patienceMs);
  return result(doubtful.length > MAX_ROUND ? { unasked: doubtful.length - MAX_ROUND } : {});
}

/** Asks a target that was never heard for an echo, for its services once more, in the other order, and for another echo. */
async function askQuietly(second: Second): Promise<Liveness['echo']> {
  const { host, plan, services, ping, signal } = second.options;
  if (!ping || second.seen.every(({ state }) => state === 'error')) return undefined;
  const before = await ping(host.address, host.timing.patienceMs);
  if (before !== 'answered' || signal.aborted) return { before, after: null };
  // Over TCP, where somebody may have counted new connections; what matters most was asked first, and is asked last.
  const again = plan.filter(({ endpoint, probe }) => {
    return services.has(endpoint) && probe.transport === 'tcp' && second.kindOf(endpoint) !== 'ours';
  });
  await second.askSlowly(again.slice(0, MAX_ROUND).reverse(), QUIET_GAP_MS, ONE_SYN_MS);
  return { before, after: signal.aborted ? null : await ping(host.address, host.timing.patienceMs) };
}

/** What stands for all that answers alike. */
interface Witnesses {
  readonly answered: readonly PlannedProbe[];
  readonly silent: readonly PlannedProbe[];
}

/**
 * The first that was asked of each kind of answer over each transport, and preferably at its first try; what is open
 * over UDP only where nothing answered over TCP, since it takes long. Of silence, one service over UDP, and all over
 * TCP: a limit of new connections always lets the first in the order pass, so the last is asked first now. Not where a
 * limit of refusals may have swallowed theirs.
 */
function chooseWitnesses(second: Second): Witnesses {
  const { host, plan, services } = second.options;
  const byKind = { tcp: new Map<AnswerKind, PlannedProbe>(), udp: new Map<AnswerKind, PlannedProbe>() };
  const refused = [...second.latest.values()].filter(({ reason }) => kindOfAnswer(reason) === 'refused');
  const late = refused.filter(({ tries }) => tries > 1).length;
  const kindsOverTcp = new Set(
    plan.filter(({ probe }) => probe.transport === 'tcp').map(({ endpoint }) => second.kindOf(endpoint)),
  );
  // A refusal over UDP is always by ICMP. Late refusals over TCP, or some among silence, show that ICMP may be limited.
  const mayLimit = host.refusals > 0 || late > 0 || (kindsOverTcp.has('refused') && kindsOverTcp.has('silence'));
  const limitsTcp = host.limitsTcpRefusals || (late > 0 && late * 2 >= refused.length);
  for (const planned of plan) {
    const { endpoint, probe } = planned;
    const kind = second.kindOf(endpoint);
    const kinds = byKind[probe.transport];
    const first = kinds.get(kind);
    const isPrompt = second.triesOf(endpoint) === 1;
    if (first && (kind !== 'refused' || !isPrompt || second.triesOf(first.endpoint) === 1)) continue;
    // What was said on an open connection is known: a handshake is enough.
    if (kind === 'open') kinds.set(kind, kinds === byKind.tcp ? { ...planned, probe: PROBES['tcp-connect'] } : planned);
    if (kind === 'refused') kinds.set(kind, planned);
    if (kind === 'silence' && services.has(endpoint) && !mayLimit) kinds.set(kind, planned);
  }
  const pick = (kinds: typeof byKind.tcp, ...wanted: AnswerKind[]) => wanted.flatMap((kind) => kinds.get(kind) ?? []);
  const overTcp = pick(byKind.tcp, 'open', 'refused');
  const silentTcp = plan.filter(({ endpoint, probe }) => {
    return probe.transport === 'tcp' && services.has(endpoint) && second.kindOf(endpoint) === 'silence';
  });
  return {
    answered: [...overTcp, ...pick(byKind.udp, 'refused', ...(overTcp.length > 0 ? [] : (['open'] as const)))],
    silent: [...pick(byKind.udp, 'silence'), ...(limitsTcp ? [] : silentTcp.slice(0, MAX_ROUND).reverse())],
  };
}

/**
 * Refusals over TCP that came to a later try of just those that were asked first, while all others were refused at once:
 * somebody let the first ones pass, or dropped them, and then began to refuse. One of these as a witness.
 */
function findLateRefusal({ options: { plan }, latest }: Second): Recheck | null {
  const refused = plan.flatMap(({ endpoint, probe }) => {
    const seen = latest.get(endpoint);
    return probe.transport === 'tcp' && seen && kindOfAnswer(seen.reason) === 'refused' ? [seen] : [];
  });
  const prompt = refused.findIndex(({ tries }) => tries === 1);
  const [first] = refused;
  if (!first || prompt < MANY_LATE || refused.slice(prompt).some(({ tries }) => tries > 1)) return null;
  return { endpoint: first.endpoint, before: 'no-response', after: first.reason, witness: true };
}

/**
 * Refusals that began at one moment on endpoints that had been silent, most of all that were asked until then, where a
 * refusal now comes at the first try: neither chance, nor a limit of refusals, nor a long way looks like this. One of
 * these endpoints as a witness.
 */
function findSuddenRefusal(
  { options: { plan }, latest }: Second,
  transport: Transport,
  seenNow: readonly Observation[],
): readonly Recheck[] {
  const isRefused = ({ endpoint, reason }: Observation) =>
    kindOfAnswer(reason) === 'refused' && parseEndpointId(endpoint)?.transport === transport;
  if (!seenNow.some((now) => isRefused(now) && now.tries === 1)) return [];
  const refused = plan.flatMap(({ endpoint }) => latest.get(endpoint) ?? []).filter(isRefused);
  const until = refused.findLastIndex(({ tries }) => tries > 1);
  const late = refused.slice(0, until + 1).filter(({ tries }) => tries > 1);
  const [first] = late;
  if (!first || late.length * 2 <= until) return [];
  return [{ endpoint: first.endpoint, before: 'no-response', after: first.reason, witness: true }];
}

/** Signs of a limit: tries were lost, or refusals over TCP are of two kinds. */
function findSuspicion(seen: readonly Observation[], host: Host, limited: boolean): 'lost' | 'refusals' | null {
  const kinds = new Set(
    seen.filter(({ endpoint }) => endpoint.startsWith('tcp/')).map(({ reason }) => kindOfAnswer(reason)),
  );
  if (kinds.has('refused') && kinds.has('unreachable')) return 'refusals';
  return limited || host.lost >= MANY_LOST ? 'lost' : null;
}
