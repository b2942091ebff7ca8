/** What someone may do who signs in with a token: each role may do what those before it may. */
export const ACCESS_ROLES = ['viewer', 'operator', 'admin'] as const;

/**
 * viewer: read. operator: check, accept findings, answer checklists, invite and hand over. admin: change the inventory
 * and what the installation does.
 */
export type AccessRole = (typeof ACCESS_ROLES)[number];

/** Whether a role may do what `needed` may. */
export function roleAllows(role: AccessRole, needed: AccessRole): boolean {
  return ACCESS_ROLES.indexOf(role) >= ACCESS_ROLES.indexOf(needed);
}
