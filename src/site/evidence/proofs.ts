import { type EndpointId, parseEndpointId, type Transport } from '../../model/endpoint.js';
import type { Outside, Proof, StandIn } from '../../model/site.js';

/** What the signed messages prove, and what they do not. */
export interface Ledger {
  /** What reached the stand-in, random ports among it. */
  readonly arrived: ReadonlyMap<EndpointId, Proof>;
  /** Sent while the stand-in listened, and did not arrive there. */
  readonly missed: ReadonlySet<EndpointId>;
  /** Of the missed ones: someone else answered the vantage in our place. */
  readonly intercepted: ReadonlySet<EndpointId>;
  /**
   * Of the missed ones: nothing stood in the way, and something vouches that we were not shut out meanwhile, so it is
   * proved that they are not forwarded here.
   */
  readonly shut: ReadonlySet<EndpointId>;
  /** Of the missed ones: nothing stood in the way here, but nothing vouches either, so they were not seen to arrive. */
  readonly unvouched: ReadonlySet<EndpointId>;
  /** Random ports that were sent to, arrived or not. */
  readonly canaries: readonly Proof[];
  /** Transports on which our own firewall may have stopped what did not arrive: it may admit single ports only. */
  readonly doubted: readonly Transport[];
}

export const TRANSPORTS: readonly Transport[] = ['tcp', 'udp'];

/** Sums up what became of the messages. Without a stand-in nothing is proved. */
export function sumProofs(standIn: StandIn | null, outside: Outside | null): Ledger {
  const proofs = standIn === null ? [] : (outside?.proofs ?? []).filter(({ endpoint }) => parseEndpointId(endpoint));
  const arrived = new Map(proofs.filter((proof) => proof.arrived).map((proof) => [proof.endpoint, proof]));
  const bound = new Set(standIn?.bound);
  const isSent = ({ state, tries, endpoint }: Proof) => state !== 'error' && tries > 0 && bound.has(endpoint);
  const missed = proofs.filter((proof) => isSent(proof) && !arrived.has(proof.endpoint));
  const hidden = standIn !== null && (standIn.firewall.state === 'on' || standIn.firewall.state === 'unknown');
  const doubted = TRANSPORTS.filter((transport) => hidden && missed.some((proof) => isOf(transport, proof)));
  const intercepted = missed.filter(({ state }) => state === 'open');
  const silent = missed.filter(
    (proof) => proof.state !== 'open' && !doubted.some((transport) => isOf(transport, proof)),
  );
  const endpointsOf = (some: readonly Proof[]) => new Set(some.map(({ endpoint }) => endpoint));
  return {
    arrived,
    missed: endpointsOf(missed),
    intercepted: endpointsOf(intercepted),
    shut: endpointsOf(silent.filter(({ vouchedBy }) => vouchedBy)),
    unvouched: endpointsOf(silent.filter(({ vouchedBy }) => !vouchedBy)),
    canaries: proofs.filter((proof) => proof.kind === 'canary' && (proof.arrived || isSent(proof))),
    doubted,
  };
}

/** Whether an endpoint is of a transport. */
export function ofTransport(transport: Transport): (endpoint: EndpointId) => boolean {
  return (endpoint) => endpoint.startsWith(`${transport}/`);
}

function isOf(transport: Transport, { endpoint }: Proof): boolean {
  return ofTransport(transport)(endpoint);
}
