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

/** Between two messages to an endpoint, ms, at least; what is still on its way arrives meanwhile. */
const APART_MS = 1_100;
/** So many that are asked first: a refusal of theirs at the first try came before anyone could shut us out. */
const EARLY = 2;
/** Arrivals that are asked for again at the end: one may be lost. */
const MAX_ARRIVED = 3;

/** What to have proved, and by whom. */
export interface ProveEndpointsOptions {
  readonly client: VantageClient;
  /** The stand-in's key, by which the vantage signs. */
  readonly key: Buffer;
  readonly standIn: OpenStandIn;
  readonly services: readonly EndpointId[];
  readonly canaries: readonly EndpointId[];
  /** Forwarded to us for the time of the run, to show that we are not shut out; of which nothing else is told. */
  readonly testPort?: EndpointId | null | undefined;
  /** Told why the vantage did not come to the end, where something was learned all the same. */
  readonly onProblem?: ((message: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Has the vantage send a proof to every endpoint on which the stand-in listens, in this order, and once more to those
 * that did not arrive; tells which came. At the end what arrived, or was refused at the very first, is asked again:
 * where it answers as before, we were not shut out meanwhile, and it vouches for what did not arrive. An endpoint of
 * which the vantage told nothing before it failed has the state `error`: whether it is forwarded is known only if its
 * proof came.
 * @throws VantageError if the vantage failed before anything was learned
 */
export async function proveEndpoints(options: ProveEndpointsOptions): Promise<Proof[]> {
  const { standIn, services, canaries, testPort, signal } = options;
  const named = new Set(services);
  const wanted = new Set([...(testPort && !named.has(testPort) ? [testPort] : []), ...services, ...canaries]);
  const asked = [...wanted].filter((endpoint) => standIn.bound.includes(endpoint));
  const [first, second, last] = [new Map(), new Map(), new Map()] as [Events, Events, Events];
  const countOf = (endpoint: EndpointId): number => standIn.arrivals.get(endpoint)?.count ?? 0;
  const haveArrived = (): boolean => asked.every((endpoint) => countOf(endpoint) > 0);
  const ask = async (endpoints: readonly EndpointId[], events: Events): Promise<void> => {
    if (endpoints.length === 0) return;
    for (let from = 0; from < endpoints.length; from += MAX_PROOFS) {
      await askProofs(options, endpoints.slice(from, from + MAX_PROOFS), events);
    }
    await limitWork(signal, APART_MS, (limit) => standIn.bell.until(haveArrived, limit));
  };
  let before = new Map<EndpointId, number>();
  try {
    await ask(asked, first);
    const again = asked.filter((endpoint) => countOf(endpoint) === 0 && wasSent(first.get(endpoint)));
    if (again.length > 0) {
      await ask(again, second);
      const witnesses = chooseWitnesses(asked, first, countOf);
      before = new Map(witnesses.map((endpoint) => [endpoint, countOf(endpoint)]));
      await ask(witnesses, last);
    }
  } catch (error) {
    if (!(error instanceof VantageError) || first.size + standIn.arrivals.size === 0) throw error;
    options.onProblem?.(error.message);
  }
  const witness = [...before].find(([endpoint, count]) =>
    count > 0 ? countOf(endpoint) > count : isSameAnswer(first.get(endpoint), last.get(endpoint)),
  )?.[0];
  if (testPort && countOf(testPort) === 0) {
    options.onProblem?.(`nothing arrived at the test port ${testPort}: is it forwarded to ${standIn.address}?`);
  }
  return asked
    .filter((endpoint) => endpoint !== testPort || named.has(endpoint))
    .map((endpoint) => ({
      endpoint,
      kind: named.has(endpoint) ? 'service' : 'canary',
      ...describeArrival(standIn.arrivals.get(endpoint)),
      ...describeEvents(first.get(endpoint), second.get(endpoint)),
      vouchedBy: (wasSent(second.get(endpoint)) && witness) || null,
    }));
}

type Events = Map<EndpointId, ProofEvent>;

function wasSent(event: ProofEvent | undefined): boolean {
  return event !== undefined && event.state !== 'error' && event.tries > 0;
}

/** What shows at the end that we are not shut out: what arrived, and what was refused before anyone could do that. */
function chooseWitnesses(
  asked: readonly EndpointId[],
  first: ReadonlyMap<EndpointId, ProofEvent>,
  countOf: (endpoint: EndpointId) => number,
): EndpointId[] {
  const arrived = asked.filter((endpoint) => countOf(endpoint) > 0).slice(0, MAX_ARRIVED);
  const refused = asked.slice(0, EARLY).filter((endpoint) => isPromptRefusal(first.get(endpoint)));
  return [...new Set([...arrived, ...refused])];
}

function isPromptRefusal(event: ProofEvent | undefined): boolean {
  const isRefusal = event?.state === 'closed' || (event?.state === 'filtered' && event.reason !== 'no-response');
  return isRefusal && event.tries === 1;
}

function isSameAnswer(one: ProofEvent | undefined, other: ProofEvent | undefined): boolean {
  return one?.state === other?.state && one?.reason === other?.reason;
}

/** Asks for proofs and collects what the vantage says of each: the first word, of those that were asked for. */
async function askProofs(
  { client, key, signal }: ProveEndpointsOptions,
  endpoints: readonly EndpointId[],
  events: Events,
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

/** Open once is open; else the first word counts, which came before anyone could shut us out. */
function describeEvents(
  first: ProofEvent | undefined,
  second: ProofEvent | undefined,
): Pick<Proof, 'state' | 'reason' | 'tries' | 'receipt'> {
  if (!first) return { state: 'error', reason: 'cut-off', tries: 0, receipt: false };
  const { state, reason, receipt } = second?.state === 'open' ? second : first;
  return { state, reason, tries: first.tries + (second?.tries ?? 0), receipt };
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
