import { randomBytes } from 'node:crypto';
import { drawCanaryPort } from '../../model/canary.js';
import { endpointId, type EndpointId, parseEndpointId, type Transport } from '../../model/endpoint.js';
import { SERVICES } from '../../model/service.js';
import { openStandIn } from './stand-in.js';

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
 * Draws three TCP and three UDP ports of which nobody forwards a single one: a proof that arrives there has come
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
