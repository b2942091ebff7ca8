import type { FastifyRequest } from 'fastify';
import { type AddressRange, rangesContain } from '../model/address-ranges.js';
import { addressScope, formatAddress, parseAddress, unmapAddress } from '../model/address.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address that the request comes from; null if that is not known. */
    callerAddress: string | null;
    /** Name of the token that it was made with; null if none that holds was given. */
    tokenName: string | null;
  }
}

/**
 * The address that a request comes from. Of X-Forwarded-For only that is believed which a trusted proxy added: fastify
 * goes through it from the right, and stops at the first address that is not a trusted proxy's.
 * @returns null if a proxy did not tell for whom it asks
 */
export function readCaller(request: FastifyRequest, proxies: readonly AddressRange[]): string | null {
  const parsed = parseAddress(request.ip);
  if (!parsed || rangesContain(proxies, request.ip)) return null;
  return formatAddress(unmapAddress(parsed));
}

/** Whether a request comes from this machine itself, and not through a proxy on it. */
export function isLocal({ socket, headers }: FastifyRequest): boolean {
  const forwarded = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
  return !forwarded && isLoopback(socket.remoteAddress);
}

/** Whether what a request says cannot be overheard: under TLS, within this machine, or from a proxy that is trusted. */
export function isProtected({ socket }: FastifyRequest, proxies: readonly AddressRange[]): boolean {
  const { remoteAddress = '' } = socket;
  return 'encrypted' in socket || isLoopback(remoteAddress) || rangesContain(proxies, remoteAddress);
}

/** What stands for all addresses of one site: an IPv4 address, or the /64 that a site has of IPv6 at least. */
export function siteOf(address: string): string {
  return cutAddress(address, 64n);
}

/** What stands for all sites of one holder: an IPv4 address, or the /48 that a provider may give away of IPv6. */
export function networkOf(address: string): string {
  return cutAddress(address, 80n);
}

/** An address, of IPv6 without its last bits; empty if it is not one. */
function cutAddress(address: string, bits: bigint): string {
  const parsed = parseAddress(address);
  if (!parsed) return '';
  const { family, value } = unmapAddress(parsed);
  return formatAddress({ family, value: family === 4 ? value : (value >> bits) << bits });
}

function isLoopback(address: string | undefined): boolean {
  const parsed = parseAddress(address ?? '');
  return parsed !== undefined && addressScope(formatAddress(unmapAddress(parsed))) === 'loopback';
}
