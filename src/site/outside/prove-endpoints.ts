import { randomBytes } from 'node:crypto';
import { limitWork } from '../../async/time-limit.js';
import { drawCanaryPort } from '../../model/canary.js';
import { type EndpointId, endpointId, parseEndpointId, type Transport } from '../../model/endpoint.js';
import { SERVICES } from '../../model/service.js';
import type { Proof } from '../../model/site.js';
import { MAX_PROOFS, type ProofEvent, proofEventSchema } from '../../model/vantage-api.js';
import { type Arrival, type OpenStandIn, openStandIn } from './stand-in.js';
import type { VantageClient } from './vantage-client.js';
import { VantageError } from './vantage-error.js';

/** How long what is still on its way is waited for after the vantage is done, ms. */
const LATE_MS = 1_000;

/** What to have proved, and by whom. */
export interface ProveEndpointsOptions {
  readonly client: VantageClient;
  /** The stand-in's key, by which the vantage signs. */
  readonly key: Buffer;
  readonly standIn: OpenStandIn;
  readonly services: readonly EndpointId[];
  readonly canaries: readonly EndpointId[];
  /** Told why the vantage did not come to the end, where something was learned all the same. */
  readonly onProblem?: ((message: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Has the vantage send a proof to every endpoint on which the stand-in listens, and tells which came. An endpoint of
 * which the vantage told nothing before it failed has the state `error`: whether it is forwarded is known only if its
 * proof came.
 * @throws VantageError if the vantage failed before anything was learned
 */
export async function proveEndpoints(options: ProveEndpointsOptions): Promise<Proof[]> {
  const { standIn, services, canaries, signal } = options;
  const asked = [...new Set([...services, ...canaries])].filter((endpoint) => standIn.bound.includes(endpoint));
  const events = new Map<EndpointId, ProofEvent>();
  try {
    for (let from = 0; from < asked.length; from += MAX_PROOFS) {
      await askProofs(options, asked.slice(from, from + MAX_PROOFS), events);
    }
  } catch (error) {
    if (!(error instanceof VantageError) || events.size + standIn.arrivals.size === 0) throw error;
    options.onProblem?.(error.message);
  }
  const haveArrived = (): boolean => asked.every((endpoint) => standIn.arrivals.has(endpoint));
  await limitWork(signal, LATE_MS, (limit) => standIn.bell.until(haveArrived, limit));
  const named = new Set(services);
  return asked.map((endpoint) => ({
    endpoint,
    kind: named.has(endpoint) ? 'service' : 'canary',
    ...describeArrival(standIn.arrivals.get(endpoint)),
    ...describeEvent(events.get(endpoint)),
  }));
}

/** Asks for proofs and collects what the vantage says of each: the first word, of those that were asked for. */
async function askProofs(
  { client, key, signal }: ProveEndpointsOptions,
  endpoints: readonly EndpointId[],
  events: Map<EndpointId, ProofEvent>,
): Promise<void> {
  const body = { key: key.toString('base64url'), endpoints };
  for await (const { event, data } of client.stream('/v1/proofs', body, signal)) {
    if (event !== 'proof') continue;
    const proof = proofEventSchema.safeParse(data).data;
    if (!proof) throw new VantageError('protocol', 'the vantage reported a proof in an unknown form');
    const { endpoint } = proof;
    if (endpoints.includes(endpoint) && !events.has(endpoint)) events.set(endpoint, proof);
  }
}

function describeArrival(arrival: Arrival | undefined): Pick<Proof, 'arrived' | 'arrivedAt' | 'from'> {
  return { arrived: arrival !== undefined, arrivedAt: arrival?.at ?? null, from: arrival?.from ?? null };
}

function describeEvent(event: ProofEvent | undefined): Pick<Proof, 'state' | 'reason' | 'tries' | 'receipt'> {
  if (!event) return { state: 'error', reason: 'cut-off', tries: 0, receipt: false };
  const { state, reason, tries, receipt } = event;
  return { state, reason, tries, receipt };
}

/** Canaries of each transport. */
const EACH = 3;
/** Trials of what was drawn: most ports can be bound, so more would not help. */
const ROUNDS = 5;
const MAX_DRAWS = 1_000;

/** Where canaries are to be. */
export interface DrawCanariesOptions {
  /** An address of this machine, as a literal. */
  readonly address: string;
  /** The profile's services: no canary has the number of one of their ports, nor of one of the maker's. */
  readonly services: readonly EndpointId[];
}

/**
 * Draws three TCP and three UDP ports of which no one forwards a single one: a proof that arrives there has come
 * through a DMZ or 1:1 NAT. All can be bound now; there are fewer, or none, where too few can.
 */
export async function drawCanaries({ address, services }: DrawCanariesOptions): Promise<EndpointId[]> {
  const taken = new Set<number | undefined>(
    [...services, ...SERVICES.flatMap(({ endpoints }) => endpoints)].map((id) => parseEndpointId(id)?.port),
  );
  const found: EndpointId[] = [];
  for (let round = 0; round < ROUNDS && found.length < 2 * EACH; round++) {
    const missing = (transport: Transport): number => EACH - found.filter((id) => id.startsWith(transport)).length;
    const endpoints = (['tcp', 'udp'] as const).flatMap((transport) =>
      drawPorts(missing(transport), taken).map((port) => endpointId({ transport, port })),
    );
    const trial = await openStandIn({ address, endpoints, key: randomBytes(32) });
    await trial.close();
    found.push(...trial.bound);
  }
  return found;
}

/** Draws ports that were not drawn yet; fewer where nearly all are taken. */
function drawPorts(count: number, taken: Set<number | undefined>): number[] {
  const ports: number[] = [];
  for (let draw = 0; draw < MAX_DRAWS && ports.length < count; draw++) {
    const port = drawCanaryPort();
    if (taken.has(port)) continue;
    taken.add(port);
    ports.push(port);
  }
  return ports;
}
