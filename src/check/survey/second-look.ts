import type { EndpointId, Transport } from '../../model/endpoint.js';
import { type AnswerKind, kindOfAnswer } from '../../model/answer-kind.js';
import type { AskedState, Observation, Recheck } from '../../model/report.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import type { PlannedProbe } from '../probes/plan.js';
import { PROBES } from '../probes/registry.js';

/** The usual limit of ICMP errors and of SYNs is one a second: so far apart are the endpoints of the slow round, ms. */
export const SLOW_GAP_MS = 1_100;
/** Between the services of a site that answers something, ms: it should not take much longer for them. */
export const BRISK_GAP_MS = 75;
/** How long what fell silent is awaited when it is asked alone, ms, at least, where the round trip is known. */
const FALLEN_WAIT_MS = 300;
/** Connections that show whether quick ones are lost: with none of a few lost they are not. */
const FEW = 3;
/**
 * Connections, or questions over UDP, at once that tell a limit from the weather: a third more than endpoints were
 * asked, since a limit that lets all these pass had nothing to hide. It loses a good share of them then, and the weather
 * does not.
 */
const VOLLEY = { perEndpoint: 4 / 3, least: 10, most: 64, lost: 1 / 4 } as const;

/** The same endpoint, asked for no more than a handshake: what is said on a connection is known. */
export const asHandshake = (planned: PlannedProbe): PlannedProbe => ({ ...planned, probe: PROBES['tcp-connect'] });

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

/** The endpoints of a target, as they were seen last, and what is asked of them once more. */
export class SecondLook {
  readonly recheck: Recheck[] = [];
  readonly latest: Map<EndpointId, Observation>;
  /** What lost a try when it was asked once more. */
  readonly #lossyAgain = new Set<EndpointId>();
  /** What could not be reached and gave no answer when it was asked once more, the last over each transport. */
  readonly #fallen = new Map<Transport, PlannedProbe>();
  /** What got a volley last. */
  #volleyed: PlannedProbe | null = null;

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

  /** Whether it was answered to a later try than the first, for sure: this process did not stand still meanwhile. */
  isLate({ endpoint, tries }: Observation): boolean {
    return tries > 1 && this.standstillAt(endpoint) === 0;
  }

  /** How long this process stood still before it read an answer that may have come at the first try, ms; else 0. */
  standstillAt(endpoint: EndpointId): number {
    return this.options.host.standstillAt(endpoint);
  }

  /** Notes what was seen now: it is believed over a silence, and that something is open over everything. */
  note(now: Observation, witness = false): void {
    const before = this.latest.get(now.endpoint)!;
    if (now.state === 'error') return;
    if (now.tries > 1) this.#lossyAgain.add(now.endpoint);
    const silent = kindOfAnswer(before.reason) === 'silence';
    this.recheck.push({
      endpoint: now.endpoint,
      before: before.reason,
      after: now.reason,
      ...(witness && silent && { witness }),
    });
    if (before.state !== 'open' && (now.state === 'open' || silent)) this.latest.set(now.endpoint, now);
  }

  /**
   * Asks an endpoint with one try; that one stays silent which was silent or refused proves nothing. Resolves to the
   * number of packets that were sent: SIP over UDP takes one more.
   */
  async askOnce(planned: PlannedProbe, patienceMs: number, witness = false): Promise<number> {
    const now = await this.#tryOnce(planned, patienceMs);
    if (now.reason !== 'no-response') this.note(now, witness);
    else if (this.kindOf(planned.endpoint) === 'unreachable') this.#fallen.set(planned.probe.transport, planned);
    return now.tries;
  }

  /**
   * Asks alone what could not be reached and has fallen silent since, one over each transport: if a limit of ICMP errors
   * swallowed what was said of it, it is said again now; somebody who shuts us out leaves it silent. `patienceMs` is
   * that of all that was asked just before; nothing else may be under way.
   */
  async askFallenAgain(patienceMs: number): Promise<void> {
    const { engine, host, signal } = this.options;
    const { smoothedMs } = host.rtt;
    const waitMs = smoothedMs === null ? patienceMs : Math.max(FALLEN_WAIT_MS, 3 * smoothedMs);
    // The last packet over UDP left at two thirds of the patience, the last one over TCP at once.
    let gap = engine.sleep(Math.max(0, SLOW_GAP_MS - patienceMs / 3));
    for (const planned of [this.#fallen.get('tcp'), this.#fallen.get('udp')]) {
      if (!planned) continue;
      await gap;
      if (signal.aborted) return;
      gap = engine.sleep(SLOW_GAP_MS);
      const now = await this.#tryOnce(planned, waitMs);
      this.note(now);
      if (now.reason === 'no-response') return;
    }
  }

  /**
   * Whether a TCP endpoint that answers loses connections that follow others quickly, as behind a limit of new ones. One
   * that is lost may be the weather, so that more are tried then.
   */
  async losesQuickOnes(answers: PlannedProbe, patienceMs: number): Promise<boolean> {
    const planned = asHandshake(answers);
    if (!(await this.#countLost(planned, FEW, BRISK_GAP_MS, patienceMs))) return false;
    return this.#losesOfVolley(planned, patienceMs);
  }

  /**
   * Whether it was chance that tries were lost: where it was, an endpoint that lost one loses hardly any of many
   * connections or questions that leave at once. False where there is no such endpoint, or more was asked than a volley
   * tries.
   */
  async lostByChance(patienceMs: number): Promise<boolean> {
    if (this.options.plan.length * VOLLEY.perEndpoint > VOLLEY.most) return false;
    const lossy = this.#findLossy();
    return lossy !== null && !(await this.#losesOfVolley(lossy, patienceMs));
  }

  /**
   * An endpoint that lost a try: the last over TCP, or the one that lost a further connection; over UDP only where TCP
   * lost nothing. A search over UDP is answered by many, and late: there is no volley of it.
   */
  #findLossy(): PlannedProbe | null {
    const { plan, host } = this.options;
    const answers = (transport: Transport, ...kinds: AnswerKind[]) =>
      plan.filter(({ endpoint, probe }) => probe.transport === transport && kinds.includes(this.kindOf(endpoint)));
    const overTcp = answers('tcp', 'open', 'refused');
    const lost = ({ endpoint }: PlannedProbe) => this.triesOf(endpoint) > 1 || this.#lossyAgain.has(endpoint);
    const tcp = overTcp.findLast(lost) ?? overTcp.find(({ port }) => port === host.lossyTcpPort);
    if (tcp) return asHandshake(tcp);
    return answers('udp', 'open').findLast((one) => lost(one) && one.probe !== PROBES['ssdp-search']) ?? null;
  }

  /** Whether of many connections at once a good share is lost. */
  async #losesOfVolley(planned: PlannedProbe, patienceMs: number): Promise<boolean> {
    this.#volleyed = planned;
    const wanted = Math.ceil(this.options.plan.length * VOLLEY.perEndpoint);
    const count = Math.min(Math.max(wanted, VOLLEY.least), VOLLEY.most);
    return (await this.#countLost(planned, count, 0, patienceMs)) >= count * VOLLEY.lost;
  }

  /** Asks once more what got a volley: so much at once may have made somebody shut us out. */
  async askVolleyedAgain(): Promise<void> {
    const { host, look, signal } = this.options;
    if (this.#volleyed && !signal.aborted) this.note(await look(this.#volleyed, host));
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

  /**
   * Asks endpoints one after another, `gapMs` apart, each with one try. Where the gap is long, none is asked before the
   * last is done, and there is a gap for each packet of that: a limit of one a second has let all pass then.
   */
  async askSlowly(
    endpoints: readonly PlannedProbe[],
    gapMs: number,
    patienceMs: number,
    witnesses = false,
  ): Promise<void> {
    const { engine, signal } = this.options;
    const looks: Promise<number>[] = [];
    let earlier: Promise<number> = Promise.resolve(1);
    for (const one of endpoints) {
      const [packets] = await Promise.all([earlier, engine.sleep(gapMs)]);
      if (packets > 1) await engine.sleep((packets - 1) * gapMs);
      if (signal.aborted) break;
      const asked = this.askOnce(one, patienceMs, witnesses);
      looks.push(asked);
      if (gapMs === SLOW_GAP_MS) earlier = asked;
    }
    await Promise.all(looks);
  }
}
