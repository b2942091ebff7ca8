import type { FastifyRequest } from 'fastify';
import { type AccessRole, roleAllows } from '../../model/access-role.js';
import { Refusal } from '../../server/refusal.js';

/** Who looks at a page, or asks the API. */
export interface Viewer {
  /** As records name them. */
  readonly name: string;
  readonly role: AccessRole;
  /** How they were recognised: by being on this machine, by a session, or by a token in the request. */
  readonly by: 'machine' | 'session' | 'token';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if they are not known, as on the page where they sign in. */
    viewer: Viewer | null;
  }
  interface FastifyContextConfig {
    /** The least role that a route needs: viewer where it does not say; null for everyone. */
    needs?: AccessRole | null;
  }
}

/**
 * Who asks, of a route that needs a role.
 * @throws Refusal if they are not known
 */
export function readViewer({ viewer }: FastifyRequest): Viewer {
  if (!viewer) throw new Refusal(401, 'token', 'sign in first, or send a valid token');
  return viewer;
}

/**
 * Lets only those pass whose role is enough.
 * @throws Refusal
 */
export function requireRole(request: FastifyRequest, needed: AccessRole): void {
  const { role, name } = readViewer(request);
  if (roleAllows(role, needed)) return;
  throw new Refusal(403, 'role', `${name} signed in as ${role}: this needs the role ${needed}`);
}
