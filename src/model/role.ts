/** Who can attest an item of a checklist. */
export const ROLES = ['installer', 'dealer', 'customer', 'provider'] as const;
export type Role = (typeof ROLES)[number];
