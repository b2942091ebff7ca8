import { isCanary } from '../../model/canary.js';
import { parseEndpointId, type Transport } from '../../model/endpoint.js';
import { isMovedPlace } from '../../model/moved-place.js';
import { type AnswerKind, isTurned, kindOfAnswer, wasHeard } from '../../model/answer-kind.js';
import type { Liveness, Observation, Recheck } from '../../model/report.js';
import type { Host } from '../../net/scan/host.js';
import type { PlannedProbe } from '../probes/plan.js';
import { asHandshake, type AskAgainOptions, BRISK_GAP_MS, SecondLook, SLOW_GAP_MS } from './second-look.js';

/** Between the services of a site that answers nothing but ping, ms: a limit of some SYNs a second lets them pass. */
const QUIET_GAP_MS = 250;
/** Short enough for one SYN an endpoint: the system repeats it after a second. */
const ONE_SYN_MS = 950;
/** Endpoints of a further round: the services of a profile, not all ports of a scan. */
const MAX_ROUND = 16;
/** One lost try is the weather, that of what was asked first as well. */
const MANY_LOST = 2;
/** So many prompt refusals after late ones show that these were not swallowed by a limit: it lets the first pass. */
const PROMPT_AFTER = 3;

/** What was seen after all rounds, and what was asked twice. */
export interface AskedAgain extends Pick<Liveness, 'echo' | 'unasked' | 'stoodStillMs'> {
  readonly observations: readonly Observation[];
  readonly recheck: readonly Recheck[];
}

/**
 * Asks again what could have been hidden from us. Where nothing answered, a ping before and after the services are asked
 * once more tells whether the line works. Else a witness of each kind of answer is asked once more: if its answer is of
 * another kind now, somebody shut us out in the middle. Where tries were lost or refusals are of two kinds, as behind
 * limits of new connections, the services that are not open are asked one by one, slowly.
 */
export async function askAgain(seen: readonly Observation[], options: AskAgainOptions): Promise<AskedAgain> {
  const { engine, host, plan, services, look, signal } = options;
  const second = new SecondLook(seen, options);
  let stoodStillMs = 0;
  const result = (more: Pick<AskedAgain, 'echo' | 'unasked'> = {}): AskedAgain => ({
    observations: second.observations,
    // What has turned comes first: a report may not keep all.
    recheck: [...second.recheck].sort((a, b) => Number(isTurned(b)) - Number(isTurned(a))),
    ...(stoodStillMs > 0 && { stoodStillMs }),
    ...more,
  });
  const noteBegun = (found: BegunRefusal | null): void => {
    if (!found) return;
    stoodStillMs = Math.max(stoodStillMs, Math.round(found.stoodStillMs));
    second.recheck.push(found.recheck);
  };
  if (signal.aborted || seen.every(({ state }) => state === 'open' || state === 'error')) return result();
  if (!wasHeard({ observations: seen })) {
    const echo = await askQuietly(second);
    return result(echo ? { echo } : {});
  }
  noteBegun(findLateRefusal(second));
  const patienceMs = Math.max(ONE_SYN_MS, 3 * (host.rtt.smoothedMs ?? 0));
  const { answered, unreachable, silent, mayBeRefused } = chooseWitnesses(second);
  // What is open, if anything is: it comes first. What refuses shows a limit as well.
  const overTcp = answered.find(({ probe }) => probe.transport === 'tcp');
  const mayBeLimited = !host.limitsTcpRefusals && [...services].some((one) => second.kindOf(one) === 'silence');
  const [seenNow, , , losesSome] = await Promise.all([
    Promise.all(answered.map((witness) => look(witness, host))),
    second.askSlowly(silent.tcp, BRISK_GAP_MS, patienceMs, !mayBeRefused.tcp),
    second.askSlowly(silent.udp, BRISK_GAP_MS, patienceMs, !mayBeRefused.udp),
    // Right after the silent ones, when a limit has let pass what it lets pass.
    overTcp !== undefined && mayBeLimited
      ? engine.sleep(silent.tcp.length * BRISK_GAP_MS).then(() => second.losesQuickOnes(overTcp, patienceMs))
      : false,
    unreachable ? second.askOnce(unreachable, patienceMs) : 0,
  ]);
  await second.askFallenAgain(patienceMs);
  for (const now of seenNow) second.note(now);
  // What was silent for so long answers now: something holds back a share of what we ask, or of the answers.
  const answers = ({ endpoint }: PlannedProbe) => ['open', 'refused'].includes(second.kindOf(endpoint));
  const limited = losesSome || silent.tcp.some(answers);
  for (const transport of host.suddenlyRefused) noteBegun(findSuddenRefusal(second, transport, seenNow));
  const suspicion = second.recheck.some(isTurned) ? null : findSuspicion(seen, host, limited);
  if (!suspicion || signal.aborted) return result();
  const doubtful = plan.filter(({ endpoint, probe }) => {
    const kind = second.kindOf(endpoint);
    if (kind === 'open' || kind === 'ours' || isCanary({ probe: probe.id })) return false;
    // These are many, and would take the turns of the services.
    if (isMovedPlace({ probe: probe.id })) return false;
    return kind === 'silence' || (services.has(endpoint) && probe.transport === 'tcp' && suspicion === 'refusals');
  });
  if (doubtful.length === 0) return result();
  if (suspicion === 'lost' && !limited && (await second.lostByChance(patienceMs))) return result();
  await second.askSlowly(doubtful.slice(0, MAX_ROUND), SLOW_GAP_MS, patienceMs);
  await second.askFallenAgain(patienceMs);
  await second.askVolleyedAgain();
  return result(doubtful.length > MAX_ROUND ? { unasked: doubtful.length - MAX_ROUND } : {});
}

/** Asks a target that was never heard for an echo, for its services once more, in the other order, and for another echo. */
async function askQuietly(second: SecondLook): Promise<Liveness['echo']> {
  const { host, ping, signal } = second.options;
  if (!ping || second.seen.every(({ state }) => state === 'error')) return undefined;
  const before = await ping(host.address, host.timing.patienceMs);
  if (before !== 'answered' || signal.aborted) return { before, after: null };
  // Somebody may have counted new connections.
  const again = (transport: Transport) => {
    const silent = silentOver(second, transport, 'silence', 'unreachable');
    return second.askSlowly(silent, QUIET_GAP_MS, ONE_SYN_MS);
  };
  await Promise.all([again('tcp'), again('udp')]);
  await second.askFallenAgain(ONE_SYN_MS);
  return { before, after: signal.aborted ? null : await ping(host.address, host.timing.patienceMs) };
}

/** What stands for all that answers alike. */
interface Witnesses {
  readonly answered: readonly PlannedProbe[];
  /** One for both transports, since a limit of ICMP errors, if there is one, makes each of them take a second. */
  readonly unreachable: PlannedProbe | undefined;
  readonly silent: Readonly<Record<Transport, readonly PlannedProbe[]>>;
  /** Whether a limit of refusals may have swallowed those of what was silent: to be refused now is no turn then. */
  readonly mayBeRefused: Readonly<Record<Transport, boolean>>;
}

/** The services that gave no answer, in the opposite order: a limit of new connections had let the first ones pass. */
function silentOver(second: SecondLook, transport: Transport, ...kinds: AnswerKind[]): PlannedProbe[] {
  const { plan, services } = second.options;
  const silent = plan.filter(({ endpoint, probe }) => {
    return probe.transport === transport && services.has(endpoint) && kinds.includes(second.kindOf(endpoint));
  });
  return silent.slice(0, MAX_ROUND).reverse();
}

/**
 * The first that was asked of each kind of answer over each transport, and preferably at its first try; what is open
 * over UDP only where nothing answered over TCP, since it takes long. And all silent services.
 */
function chooseWitnesses(second: SecondLook): Witnesses {
  const { host, plan } = second.options;
  const byKind = { tcp: new Map<AnswerKind, PlannedProbe>(), udp: new Map<AnswerKind, PlannedProbe>() };
  const refused = [...second.latest.values()].filter(({ reason }) => kindOfAnswer(reason) === 'refused');
  const late = refused.filter((one) => second.isLate(one)).length;
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
    if (kind === 'open') kinds.set(kind, kinds === byKind.tcp ? asHandshake(planned) : planned);
    if (kind === 'refused') kinds.set(kind, planned);
    if (kind === 'unreachable' && !first) kinds.set(kind, planned);
  }
  const pick = (kinds: typeof byKind.tcp, ...wanted: AnswerKind[]) => wanted.flatMap((kind) => kinds.get(kind) ?? []);
  const overTcp = pick(byKind.tcp, 'open', 'refused');
  const [unreachable] = [...pick(byKind.tcp, 'unreachable'), ...pick(byKind.udp, 'unreachable')];
  return {
    answered: [...overTcp, ...pick(byKind.udp, 'refused', ...(overTcp.length > 0 ? [] : (['open'] as const)))],
    unreachable,
    // Where refusals are known to be limited, each has had its turn.
    silent: {
      tcp: host.limitsTcpRefusals ? [] : silentOver(second, 'tcp', 'silence'),
      udp: host.refusals > 0 ? [] : silentOver(second, 'udp', 'silence'),
    },
    mayBeRefused: { tcp: limitsTcp || unreachable !== undefined, udp: mayLimit || unreachable !== undefined },
  };
}

/** Refusals that began where something had been silent. */
interface BegunRefusal {
  /** One of what was silent first, as a witness. */
  readonly recheck: Recheck;
  /** How long this process stood still before it read some of them, ms: they may have come at once, all the same. */
  readonly stoodStillMs: number;
}

function describeBegun(second: SecondLook, [first]: readonly Observation[], all: readonly Observation[]): BegunRefusal {
  return {
    recheck: { endpoint: first!.endpoint, before: 'no-response', after: first!.reason, witness: true },
    stoodStillMs: Math.max(0, ...all.map(({ endpoint }) => second.standstillAt(endpoint))),
  };
}

/**
 * Refusals over TCP that came to later tries of those that were asked first, while the next ones were refused at once:
 * somebody let the first tries pass, or dropped them, and then began to refuse. A limit of refusals swallows later ones,
 * and may do so here as well. What came when this process stood still may be of either kind.
 */
function findLateRefusal(second: SecondLook): BegunRefusal | null {
  const refused = second.options.plan.flatMap(({ endpoint, probe }) => {
    const seen = second.latest.get(endpoint);
    return probe.transport === 'tcp' && seen && kindOfAnswer(seen.reason) === 'refused' ? [seen] : [];
  });
  const prompt = refused.findIndex(({ tries }) => tries === 1);
  const first = refused.slice(0, prompt === -1 ? -1 : prompt);
  if (refused.slice(first.length, first.length + PROMPT_AFTER).some((one) => second.isLate(one))) return null;
  const lost = first.reduce((sum, { tries }) => sum + tries - 1, 0);
  return lost < MANY_LOST ? null : describeBegun(second, first, refused);
}

/**
 * Refusals that began at one moment on endpoints that had been silent, most of all that were asked until then, where a
 * refusal now comes at the first try: neither chance, nor a limit of refusals, nor a long way looks like this.
 */
function findSuddenRefusal(
  second: SecondLook,
  transport: Transport,
  seenNow: readonly Observation[],
): BegunRefusal | null {
  const isRefused = ({ endpoint, reason }: Observation) =>
    kindOfAnswer(reason) === 'refused' && parseEndpointId(endpoint)?.transport === transport;
  if (!seenNow.some((now) => isRefused(now) && !second.isLate(now))) return null;
  const refused = second.options.plan.flatMap(({ endpoint }) => second.latest.get(endpoint) ?? []).filter(isRefused);
  const until = refused.findLastIndex(({ tries }) => tries > 1);
  const late = refused.slice(0, until + 1).filter(({ tries }) => tries > 1);
  return late.length === 0 || late.length * 2 <= until ? null : describeBegun(second, late, late);
}

/** Signs of a limit: tries were lost, or refusals over TCP are of two kinds. */
function findSuspicion(seen: readonly Observation[], host: Host, limited: boolean): 'lost' | 'refusals' | null {
  const kinds = new Set(
    seen.filter(({ endpoint }) => endpoint.startsWith('tcp/')).map(({ reason }) => kindOfAnswer(reason)),
  );
  if (kinds.has('refused') && kinds.has('unreachable')) return 'refusals';
  return limited || host.lost >= MANY_LOST ? 'lost' : null;
}
