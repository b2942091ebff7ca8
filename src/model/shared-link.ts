/** A link by which anyone who has it reads the report of one client, and nothing else. */
export interface SharedLink {
  readonly id: number;
  readonly clientId: string;
  /** Who made it. */
  readonly by: string;
  /** For whom, in words. */
  readonly note: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
}
