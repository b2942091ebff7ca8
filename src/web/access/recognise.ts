import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TokenEntry } from '../../files/server/token-file.js';
import type { AddressRange } from '../../model/address-ranges.js';
import { isLocal, isProtected } from '../../server/caller.js';
import { findToken, holdsAt } from '../../server/find-token.js';
import { Refusal } from '../../server/refusal.js';
import { requireLocalName, requireSameOrigin } from './same-origin.js';
import type { Sessions } from './sessions.js';
import type { Viewer } from './viewer.js';

/** What decides who someone is. */
export interface Access {
  /** The tokens of the installation; null where nobody signs in, since only this machine is served. */
  readonly listTokens: (() => readonly TokenEntry[]) | null;
  readonly sessions: Sessions;
  readonly proxies: readonly AddressRange[];
  readonly now: () => Date;
}

/**
 * Recognises who asks. A request with a token of its own is a program's; any other that changes something must come
 * from our own pages.
 * @throws Refusal for requests that could be overheard, or that another site sends
 */
export function recognise(request: FastifyRequest, access: Access): Viewer | null {
  const { listTokens, sessions, proxies } = access;
  if (listTokens === null) {
    if (!isLocal(request)) throw new Refusal(403, 'address', 'these pages are for this machine only');
    requireLocalName(request);
    requireSameOrigin(request);
    return findViewer(request, access, () => null);
  }
  if (!isProtected(request, proxies))
    throw new Refusal(403, 'proxy', 'plain HTTP is only for the proxies of this server: use its public URL');
  if (request.headers.authorization === undefined) requireSameOrigin(request);
  return findViewer(request, access, (id, tokens) => sessions.find(id, tokens));
}

/** Whether someone who was recognised would be so now: for streams, which last. */
export function isStillKnown(request: FastifyRequest, access: Access): boolean {
  return findViewer(request, access, (id, tokens) => access.sessions.look(id, tokens)) !== null;
}

function findViewer(
  request: FastifyRequest,
  { listTokens, now }: Access,
  findSession: Sessions['find'],
): Viewer | null {
  if (listTokens === null) return { name: 'this machine', role: 'admin', by: 'machine' };
  const { authorization } = request.headers;
  if (authorization !== undefined) return toViewer(findToken(listTokens(), authorization, now()), 'token');
  const id = readSessionId(request);
  const token = id === null ? null : findSession(id, listTokens());
  return toViewer(token && holdsAt(token, now()) ? token : null, 'session');
}

function toViewer(token: TokenEntry | null, by: Viewer['by']): Viewer | null {
  // A token without a role is for a vantage alone.
  return token && token.role !== null ? { name: token.name, role: token.role, by } : null;
}

/** Under TLS no other host, and nothing on the way, can set this one (RFC 6265bis, prefix `__Host-`). */
const nameOf = (request: FastifyRequest): string => (request.protocol === 'https' ? '__Host-sallyport' : 'sallyport');

/** The id of the session that the browser is in; null if in none. */
export function readSessionId(request: FastifyRequest): string | null {
  return parseCookie(request.headers.cookie ?? '')[nameOf(request)] ?? null;
}

/** Has the browser keep the id of a session, or forget it. */
export function setSessionId(request: FastifyRequest, reply: FastifyReply, id: string | null): void {
  const secure = request.protocol === 'https';
  const kept = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
  const cookie = { name: nameOf(request), value: id ?? '', ...kept, ...(id === null && { maxAge: 0 }) };
  reply.header('set-cookie', stringifySetCookie(cookie));
}
