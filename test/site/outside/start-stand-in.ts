import { randomBytes } from 'node:crypto';
import { drawCanaries } from '../../../src/site/outside/prove-endpoints.js';
import { openStandIn } from '../../../src/site/outside/stand-in.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { keep } from '../../lab-sites/running.js';

export const LOCAL = '127.0.0.1';

/** Three TCP and three UDP endpoints of this machine that nobody has. */
export function findFreeEndpoints(): Promise<EndpointId[]> {
  return drawCanaries({ address: LOCAL, services: [] });
}

/** A stand-in on these endpoints, which ends with the test. */
export async function startStandIn(endpoints: readonly EndpointId[], key = randomBytes(32)) {
  const standIn = await openStandIn({ address: LOCAL, endpoints, key });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= standIn.close());
  keep({ stop: close });
  return { standIn: { ...standIn, close }, key };
}
