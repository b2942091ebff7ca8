import type { FastifyRequest } from 'fastify';
import { addressScope, parseAddress } from '../../model/address.js';
import { Refusal } from '../../server/refusal.js';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what another site has a browser send in our visitor's name: the browser says from where it is (Fetch Metadata,
 * and Origin, RFC 6454), and whatever says neither is no form of ours.
 * @throws Refusal
 */
export function requireSameOrigin(request: FastifyRequest): void {
  if (SAFE.includes(request.method)) return;
  const { 'sec-fetch-site': site, origin } = request.headers;
  const isOurs = site === undefined ? origin !== undefined && hostOf(origin) === request.host : site === 'same-origin';
  if (!isOurs)
    throw new Refusal(403, 'origin', 'this form was sent from another site: open the page here and try again');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/**
 * Refuses names that lead to this machine by way of a name server: a page of another site could read ours by its own
 * name (DNS rebinding). Needed where nobody signs in.
 * @throws Refusal
 */
export function requireLocalName({ hostname }: FastifyRequest): void {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const isLocal = name === 'localhost' || (parseAddress(name) !== undefined && addressScope(name) === 'loopback');
  if (!isLocal)
    throw new Refusal(403, 'origin', 'open this page as http://localhost or by the address of this machine');
}
