import type { EndpointId } from '../../../src/model/endpoint.js';
import type { AskedState } from '../../../src/model/report.js';
import type { VirtualClock } from './virtual-clock.js';
import type { FarSide, Packet, Reply } from './simulated-net.js';

/** What an endpoint really does. */
export type Nature =
  | { readonly kind: 'open'; readonly lost: number; readonly slowMs: number; readonly speaks: boolean }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silent' };

/** A site as it really is. */
export interface TrueSite {
  readonly rttMs: number;
  readonly pings: boolean;
  readonly endpoints: Readonly<Record<EndpointId, Nature>>;
  /** What all other endpoints do. */
  readonly others: 'refused' | 'silent';
  /** How TCP is refused; UDP is by "port unreachable", or prohibited as well. */
  readonly refusal: 'reset' | 'port-unreach' | 'admin-prohibited';
  /** It sends no more refusals by ICMP than one a second. */
  readonly limitsIcmp: boolean;
  /** How many packets are lost on the line, either way, as a share. */
  readonly loss: number;
}

/** Somebody on the way, who shuts us out. */
export interface Adversary {
  /** When it begins: with a new flow after so many, after a time, or with all flows beyond a rate. */
  readonly trigger:
    | { readonly by: 'flows'; readonly after: number }
    | { readonly by: 'time'; readonly afterMs: number }
    | { readonly by: 'rate'; readonly perSecond: number; readonly burst: number };
  readonly tcp: 'drop' | Exclude<Reply, 'answer'>;
  readonly udp: 'pass' | 'drop' | Exclude<Reply, 'answer' | 'reset'>;
  readonly sparesPing: boolean;
  /** How long its refusals take, as a share of the site's round trip. */
  readonly near: number;
}

/** So many endpoints that were silent and are refused at one moment cannot be chance. */
const MANY = 3;

/** What a system's sockets make of each refusal: those of a kind cannot be told apart. */
const ALIKE = {
  drop: 'silence',
  reset: 'refused',
  'port-unreach': 'refused',
  'host-unreach': 'unreachable',
  'admin-prohibited': 'unreachable',
} as const;

/** A site and who stands before it: what of our packets came through is noted. */
export class SimulatedSite implements FarSide {
  /** Endpoints of which a packet came through. */
  readonly reached = new Set<EndpointId>();
  /** What was refused or left unanswered by the site itself before anybody shut us out. */
  readonly #shown = { tcp: new Map<number, 'refused' | 'silent'>(), udp: new Map<number, 'refused' | 'silent'>() };
  readonly #flows = new Set<string>();
  readonly #answered = new Map<EndpointId, number>();
  #since: number | null = null;
  #tokens = 0;
  #refilledAt = 0;
  readonly #begunAt: number;
  #nextIcmpAt = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly site: TrueSite,
    private readonly adversary: Adversary | null,
    private readonly random: () => number,
  ) {
    this.#begunAt = clock.now;
    if (adversary?.trigger.by === 'rate') this.#tokens = adversary.trigger.burst;
  }

  send(packet: Packet, reply: (kind: Reply, bytes?: string) => void): void {
    const { rttMs, loss, limitsIcmp } = this.site;
    const done = this.#meet(packet);
    if (done === 'drop' || this.random() < 1 - (1 - loss) ** 2) return;
    if (done !== 'pass') return void this.clock.in(rttMs * this.adversary!.near, () => reply(done));
    const endpoint: EndpointId = `${packet.transport as 'tcp' | 'udp'}/${packet.port}`;
    this.reached.add(endpoint);
    const nature: Nature = this.site.endpoints[endpoint] ?? { kind: this.site.others };
    const shown = this.#shown[packet.transport as 'tcp' | 'udp'];
    const show = (kind: 'refused' | 'silent') => {
      if (this.#since === null && !shown.has(packet.port)) shown.set(packet.port, kind);
    };
    if (nature.kind === 'refused') {
      const kind = this.#refusalOver(packet.transport as 'tcp' | 'udp');
      if (kind !== 'reset' && limitsIcmp) {
        if (this.clock.now < this.#nextIcmpAt) return show('silent');
        this.#nextIcmpAt = this.clock.now + 1_000;
      }
      show('refused');
      return void this.clock.in(rttMs, () => reply(kind));
    }
    if (nature.kind === 'silent') return show('silent');
    if (!packet.opens) {
      if (nature.speaks) this.clock.in(rttMs, () => reply('answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      return;
    }
    const count = (this.#answered.get(endpoint) ?? 0) + 1;
    this.#answered.set(endpoint, count);
    if (count > nature.lost) this.clock.in(rttMs + nature.slowMs, () => reply('answer', 'hello'));
  }

  /**
   * Whether the site had shown, before somebody shut us out, what it does and he does not: something was refused that he
   * does not refuse, or several endpoints were silent that he refuses. Without that no one can tell him from the site.
   */
  get hasShown(): boolean {
    const { adversary } = this;
    if (!adversary) return true;
    return (['tcp', 'udp'] as const).some((transport) => {
      const kinds = [...this.#shown[transport].values()];
      const refused = kinds.filter((kind) => kind === 'refused').length;
      const does = adversary[transport];
      if (does === 'pass') return false;
      const [was, is] = [ALIKE[this.#refusalOver(transport)], ALIKE[does]];
      // That something is prohibited ends one try; what refuses the next one is heard instead.
      if (was === 'unreachable' && is !== 'silence') return false;
      if (is !== 'refused') return refused > 0;
      const silent = kinds.length - refused;
      return silent >= MANY && silent > refused;
    });
  }

  #refusalOver(transport: 'tcp' | 'udp'): TrueSite['refusal'] {
    const { refusal } = this.site;
    return transport === 'udp' && refusal === 'reset' ? 'port-unreach' : refusal;
  }

  /** The system's ping: two echoes, half a second apart. */
  async ping(): Promise<AskedState> {
    const { rttMs, pings } = this.site;
    for (let echo = 0; echo < 2; echo++) {
      const passes =
        this.adversary?.sparesPing || this.#meet({ transport: 'icmp', port: 0, from: 0, opens: false }) === 'pass';
      if (passes && pings) {
        await this.#sleep(rttMs);
        return 'answered';
      }
      await this.#sleep(echo === 0 ? 500 : 2_000);
    }
    return 'silent';
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.in(ms, resolve));
  }

  /** What becomes of a packet on its way. */
  #meet(packet: Packet): 'pass' | 'drop' | Exclude<Reply, 'answer'> {
    const { adversary } = this;
    if (!adversary || !this.#shutsOut(packet, adversary)) return 'pass';
    if (packet.transport === 'icmp') return 'drop';
    // An open connection that is no longer let through ends in silence.
    if (!packet.opens) return 'drop';
    return adversary[packet.transport];
  }

  #shutsOut({ transport, port, from, opens }: Packet, { trigger }: Adversary): boolean {
    const { now } = this.clock;
    const flow = `${transport} ${from} ${port}`;
    const isNew = opens && !this.#flows.has(flow);
    if (opens) this.#flows.add(flow);
    if (trigger.by === 'rate') {
      if (transport !== 'tcp' || !opens) return false;
      this.#tokens = Math.min(trigger.burst, this.#tokens + ((now - this.#refilledAt) / 1_000) * trigger.perSecond);
      this.#refilledAt = now;
      if (this.#tokens < 1) return true;
      this.#tokens--;
      return false;
    }
    if (trigger.by === 'flows' && isNew && this.#flows.size > trigger.after) this.#since ??= now;
    if (trigger.by === 'time' && now >= this.#begunAt + trigger.afterMs) this.#since ??= now;
    return this.#since !== null;
  }
}
