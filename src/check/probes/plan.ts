import { drawCanaryPort, HELPER_CANARY, isCanary } from '../../model/canary.js';
import { type Endpoint, type EndpointId, endpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Profile } from '../../model/profile.js';
import { SERVICES } from '../../model/service.js';
import type { Probe } from './probe.js';
import { chooseProbe, PROBES } from './registry.js';

/** One endpoint and the probe that looks at it. */
export interface PlannedProbe {
  readonly endpoint: EndpointId;
  readonly port: number;
  readonly probe: Probe;
  /** The user asked for this very endpoint. */
  readonly wanted?: true;
}

/** What to look at. */
export interface PlanOptions {
  readonly profile: Profile;
  /** Endpoints to look at instead of the profile's services. */
  readonly ports?: readonly Endpoint[];
  /** Endpoints to look at besides, where something was seen before. */
  readonly also?: readonly EndpointId[] | undefined;
  /** Where to look for WebPro and PCPro besides: nowhere, if not given. */
  readonly findMoved?: MovedSearch;
  /** Leave the canaries out. */
  readonly canaries?: boolean;
}

/**
 * Ports to which WebPro or PCPro are likely moved: the usual alternatives to 80 and 8000.
 */
export const LIKELY_MOVED_PORTS: readonly number[] = [
  ...range(81, 90),
  ...[591, 1080, 2080, 3080, 4080, 5000, 5080, 7080],
  ...range(8001, 8010),
  ...range(8080, 8119),
  ...[8180, 8280, 8800, 8880, 8888, 9000, 9080, 9090, 10080, 18000, 18080, 28000, 38000, 48000, 58000],
];

/** The likeliest of them: what the user types first where port 80 is taken. */
export const LIKELIEST_MOVED_PORTS: readonly number[] = [8080, 8081, 81, 8888];

const MOVED_PORTS = { likely: LIKELY_MOVED_PORTS, likeliest: LIKELIEST_MOVED_PORTS, none: [] } as const;
/** On which other ports administration is looked for. */
export type MovedSearch = keyof typeof MOVED_PORTS;

/**
 * Where to look for moved administration: as the user said; else in all likely places of a single target, in the
 * likeliest of many targets, and in none if ports were given.
 */
export function chooseMovedSearch(
  given: boolean | undefined,
  { single, ports = false }: { readonly single: boolean; readonly ports?: boolean },
): MovedSearch {
  if (given !== undefined) return given ? 'likely' : 'none';
  if (ports) return 'none';
  return single ? 'likely' : 'likeliest';
}

const CANARIES = { tcp: 3, udp: 2 } as const;
/** Draws for a canary: a port that is not looked at otherwise at first, then any that belongs to no service. */
const DRAWS = { free: 32, any: 1_000 } as const;

/**
 * Plans one target. What matters leaves first, since somebody may shut us out before the end: the sign of life, which
 * shows the way to be open, then administration, SIP, other services, places to which something was moved, and canaries;
 * in random order within each. Each target gets canaries and an order of its own.
 */
export type Planner = (random?: () => number) => PlannedProbe[];

/** Creates the planner of a run: what is the same for all targets is worked out once. */
export function createPlanner(options: PlanOptions): Planner {
  const { profile, ports, also = [], findMoved = 'none', canaries = true } = options;
  const common = new Map<EndpointId, PlannedProbe>();
  const add = (endpoint: Endpoint, probe: Probe, wanted = false): void => {
    const id = endpointId(endpoint);
    if (!common.has(id)) common.set(id, { endpoint: id, port: endpoint.port, probe, ...(wanted && { wanted }) });
  };
  for (const endpoint of ports ?? listServiceEndpoints(profile)) {
    const probe = chooseProbe(endpoint.transport, findServiceId(profile, endpointId(endpoint)));
    add(endpoint, probe, ports !== undefined);
  }
  const sign = profile.alive && parseEndpointId(profile.alive);
  if (sign) add(sign, chooseProbe(sign.transport, findServiceId(profile, endpointId(sign))));
  for (const port of MOVED_PORTS[findMoved]) add({ transport: 'tcp', port }, PROBES['moved-admin']);
  for (const id of also) {
    const endpoint = parseEndpointId(id);
    if (endpoint) add(endpoint, chooseProbe(endpoint.transport, findServiceId(profile, id)));
  }
  const ranks = new Map([...common.values()].map((one) => [one, rankOf(one, profile)]));
  // What is not in common to all targets is a canary.
  const rank = (one: PlannedProbe): number => ranks.get(one) ?? RANKS.canary;
  const arrange = (planned: PlannedProbe[], random: () => number): PlannedProbe[] =>
    shuffle(planned, random).sort((a, b) => rank(a) - rank(b));
  if (!canaries) return (random = Math.random) => arrange([...common.values()], random);
  if (findServiceId(profile, HELPER_CANARY) === null) add(parseEndpointId(HELPER_CANARY)!, PROBES['canary-tcp']);
  return (random = Math.random) => {
    const drawn = drawCanaries(profile, common, random);
    const others = [...common.values()].filter(({ endpoint }) => !drawn.has(endpoint));
    return arrange([...others, ...drawn.values()], random);
  };
}

function drawCanaries(
  profile: Profile,
  common: ReadonlyMap<EndpointId, PlannedProbe>,
  random: () => number,
): Map<EndpointId, PlannedProbe> {
  const drawn = new Map<EndpointId, PlannedProbe>();
  for (const probe of [PROBES['canary-tcp'], PROBES['canary-udp']]) {
    for (let count = 0; count < CANARIES[probe.transport]; count++) {
      for (let draw = 0; draw < DRAWS.any; draw++) {
        const port = drawCanaryPort(random);
        const id = endpointId({ transport: probe.transport, port });
        const taken = drawn.has(id) || common.get(id)?.probe === probe || (draw < DRAWS.free && common.has(id));
        if (taken || findServiceId(profile, id) !== null) continue;
        drawn.set(id, { endpoint: id, port, probe });
        break;
      }
    }
  }
  return drawn;
}

/** The profile's probed services at their places, and the default places of services that were moved. */
export function listServiceEndpoints(profile: Profile): Endpoint[] {
  return profile.services
    .filter(({ probed }) => probed)
    .flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints])
    .flatMap((id) => parseEndpointId(id) ?? []);
}

function findServiceId(profile: Profile, endpoint: EndpointId): string | null {
  const owner =
    profile.services.find(({ endpoints }) => endpoints.includes(endpoint)) ??
    SERVICES.find(({ endpoints }) => (endpoints as readonly EndpointId[]).includes(endpoint));
  return owner?.id ?? null;
}

const RANKS = { sign: 0, admin: 1, sip: 2, service: 3, other: 4, canary: 5 } as const;

/** The place of an endpoint in the order: what an attacker would use first is asked first, but for the sign of life. */
function rankOf({ endpoint, probe }: PlannedProbe, profile: Profile): number {
  if (endpoint === profile.alive) return RANKS.sign;
  if (isCanary({ probe: probe.id })) return RANKS.canary;
  const id = findServiceId(profile, endpoint);
  const kind = profile.services.find((service) => service.id === id)?.kind;
  if (kind === 'admin' || kind === 'sip') return RANKS[kind];
  return kind ? RANKS.service : RANKS.other;
}

/** Fisher–Yates shuffle, in place. */
function shuffle<T>(items: T[], random: () => number): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [items[index], items[other]] = [items[other]!, items[index]!];
  }
  return items;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
