import type { SharedLink } from '../../model/shared-link.js';
import type { StoreConnection } from './connection.js';

/** A link that is new: the hash of its secret is kept, and the secret nowhere. */
export interface NewLink extends Omit<SharedLink, 'id'> {
  /** SHA-256. */
  readonly hash: Uint8Array;
}

/** Links by which anyone who has one reads the report of one client, until they expire or are taken back. */
export class SharedLinks {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /** Stores a link; the client need not be known. */
  add({ clientId, hash, by, note, createdAt, expiresAt }: NewLink): Promise<void> {
    const row = { client_id: clientId, hash, by, note };
    return this.#connection.transact(async (db) => {
      await db
        .insertInto('shared_links')
        .values({ ...row, created_at: Date.parse(createdAt), expires_at: Date.parse(expiresAt) })
        .execute();
    });
  }

  /** The links of a client, oldest first; expired ones too. */
  async list(clientId: string): Promise<SharedLink[]> {
    const rows = await this.#connection.tables
      .selectFrom('shared_links')
      .where('client_id', '=', clientId)
      .orderBy('id')
      .selectAll()
      .execute();
    return rows.map(({ id, client_id, by, note, created_at, expires_at }) => ({
      ...{ id, clientId: client_id, by, note },
      createdAt: new Date(created_at).toISOString(),
      expiresAt: new Date(expires_at).toISOString(),
    }));
  }

  /** The client that a link is of; null if there is no such link, or it has expired. */
  async findClient(hash: Uint8Array, now: Date): Promise<string | null> {
    const row = await this.#connection.tables
      .selectFrom('shared_links')
      .where('hash', '=', hash)
      .where('expires_at', '>', now.getTime())
      .select('client_id')
      .executeTakeFirst();
    return row?.client_id ?? null;
  }

  /** Takes a link of a client back; false if there is none of that number. */
  revoke(clientId: string, id: number): Promise<boolean> {
    return this.#connection.transact(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('shared_links')
        .where('client_id', '=', clientId)
        .where('id', '=', id)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }
}
