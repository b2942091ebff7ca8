import * as z from 'zod';
import { endpointSchema, type EndpointId } from '../../model/endpoint.js';
import { listNames, renderCount } from '../../words/sentence.js';
import type { Facts } from './facts.js';

const KEPT = 24;
const SHOWN = 12;

/** Endpoints that a sentence lists. Those chosen at random are counted, for another look has others. */
export const endpointListSchema = z.object({
  endpoints: z.array(endpointSchema).max(KEPT),
  others: z.int().nonnegative().describe('how many more there are'),
  random: z.int().nonnegative().describe('how many ports chosen at random are among them'),
});
export type EndpointList = z.infer<typeof endpointListSchema>;

/** Endpoints as data; `counted` is how many more there are that the survey only counts. */
export function keepEndpoints(
  { tcpCanaries, udpCanaries }: Pick<Facts, 'tcpCanaries' | 'udpCanaries'>,
  endpoints: readonly EndpointId[],
  counted = 0,
): EndpointList {
  const random = new Set([...tcpCanaries, ...udpCanaries].map(({ endpoint }) => endpoint));
  const all = [...new Set(endpoints)];
  const named = all.filter((endpoint) => !random.has(endpoint));
  return {
    endpoints: named.slice(0, KEPT),
    others: Math.max(0, named.length - KEPT) + counted,
    random: all.length - named.length,
  };
}

/** `tcp/80, tcp/443, 2 ports chosen at random and 5 more`. */
export function sayEndpoints({ endpoints, others, random }: EndpointList, most = SHOWN): string {
  const shown = endpoints.slice(0, endpoints.length > most ? most - 1 : most);
  const chosen = random > 0 ? [`${renderCount(random, 'port')} chosen at random`] : [];
  return listWithOthers([...shown, ...chosen], endpoints.length - shown.length + others, 'endpoint');
}

/** Lists names, and how many more there are: `a, b and 7 more`; `7 endpoints` where none is named. */
export function listWithOthers(names: readonly string[], others: number, noun: string): string {
  if (others === 0) return listNames(names, names.length);
  return listNames([...names, names.length > 0 ? `${others} more` : renderCount(others, noun)], names.length + 1);
}
