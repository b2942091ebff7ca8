import type { EndpointId } from '../../model/endpoint.js';
import { isTurned, kindOfAnswer } from '../../model/answer-kind.js';
import type { Observation, Recheck } from '../../model/report.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import type { PlannedProbe } from '../probes/plan.js';
import { PROBES } from '../probes/registry.js';

/** The usual limit of ICMP errors and of SYNs is one a second: so far apart are the endpoints of the second round, ms. */
const GAP_MS = 1_100;
/** Short enough for one SYN an endpoint: the system repeats it after a second. */
const ONE_SYN_MS = 950;
/** Endpoints of the second round: the services of a profile, not all ports of a scan. */
const MAX_ROUND = 16;
/** One lost try is the weather. */
const MANY_LOST = 2;

/** What the second look at a target needs. */
export interface AskAgainOptions {
  readonly engine: Engine;
  readonly host: Host;
  readonly plan: readonly PlannedProbe[];
  /** The services' endpoints. */
  readonly services: ReadonlySet<EndpointId>;
  /** Runs a probe; `host` keeps another pace than the first round where it is not the same. */
  readonly look: (planned: PlannedProbe, host: Host) => Promise<Observation>;
  readonly signal: AbortSignal;
}

/** What was seen after both rounds, and what was asked twice. */
export interface AskedAgain {
  readonly observations: readonly Observation[];
  readonly recheck: readonly Recheck[];
}

/**
 * Asks again what could have been hidden from us. At the end a witness of each kind of answer is asked once more: if
 * its answer is of another kind now, somebody shut us out in the middle. Where tries were lost or refusals are of two
 * kinds, as behind limits of new connections, the services that are not open are asked one by one, slowly. An answer
 * of this round is believed over a silence of the first, and an open endpoint over everything.
 */
export async function askAgain(seen: readonly Observation[], options: AskAgainOptions): Promise<AskedAgain> {
  const { engine, host, plan, services, look, signal } = options;
  const latest = new Map(seen.map((observation) => [observation.endpoint, observation]));
  const recheck: Recheck[] = [];
  const note = (now: Observation): void => {
    const before = latest.get(now.endpoint)!;
    if (now.state === 'error') return;
    recheck.push({ endpoint: now.endpoint, before: before.reason, after: now.reason });
    const better = now.state === 'open' || kindOfAnswer(before.reason) === 'silence';
    if (before.state !== 'open' && better) latest.set(now.endpoint, now);
  };
  if (signal.aborted || seen.every(({ state }) => state === 'open' || state === 'error')) return result();
  for (const now of await Promise.all(chooseWitnesses(plan, latest).map((witness) => look(witness, host)))) note(now);
  const suspicion = recheck.some(isTurned) ? null : findSuspicion(seen, host);
  if (!suspicion) return result();
  const patienceMs = Math.max(ONE_SYN_MS, 3 * (host.rtt.smoothedMs ?? 0));
  const slow = engine.host(host.address, { ...host.timing, patienceMs, shortGapMs: null, tries: 1 });
  const doubtful = plan.filter(({ endpoint, probe }) => {
    const kind = kindOfAnswer(latest.get(endpoint)?.reason ?? 'internal');
    if (!services.has(endpoint) || kind === 'open' || kind === 'ours') return false;
    return kind === 'silence' || (probe.transport === 'tcp' && suspicion === 'refusals');
  });
  for (const one of doubtful.slice(0, MAX_ROUND)) {
    await engine.sleep(GAP_MS);
    if (signal.aborted) break;
    const now = await look(one, slow);
    // One try that stays silent proves nothing.
    if (now.reason !== 'no-response') note(now);
  }
  return result();

  function result(): AskedAgain {
    return { observations: seen.map(({ endpoint }) => latest.get(endpoint)!), recheck };
  }
}

/** The first that was asked of each kind of answer: over TCP, or over UDP where nothing answered over TCP. */
function chooseWitnesses(
  plan: readonly PlannedProbe[],
  latest: ReadonlyMap<EndpointId, Observation>,
): readonly PlannedProbe[] {
  const byKind = { tcp: new Map<string, PlannedProbe>(), udp: new Map<string, PlannedProbe>() };
  for (const planned of plan) {
    const kind = kindOfAnswer(latest.get(planned.endpoint)?.reason ?? 'internal');
    const kinds = byKind[planned.probe.transport];
    if (kinds.has(kind)) continue;
    // What was said on an open connection is known: a handshake is enough.
    if (kind === 'open') kinds.set(kind, kinds === byKind.tcp ? { ...planned, probe: PROBES['canary-tcp'] } : planned);
    if (kind === 'refused') kinds.set(kind, planned);
  }
  return [...(byKind.tcp.size > 0 ? byKind.tcp : byKind.udp).values()];
}

/** Signs of a limit: tries were lost, or refusals over TCP are of two kinds. */
function findSuspicion(seen: readonly Observation[], host: Host): 'lost' | 'refusals' | null {
  const kinds = new Set(
    seen.filter(({ endpoint }) => endpoint.startsWith('tcp/')).map(({ reason }) => kindOfAnswer(reason)),
  );
  if (kinds.has('refused') && kinds.has('unreachable')) return 'refusals';
  return host.lost >= MANY_LOST ? 'lost' : null;
}
