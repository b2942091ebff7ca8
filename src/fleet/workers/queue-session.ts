import { type ServerPlace, showServer } from '../../model/store-place.js';
import { Session } from '../store/postgres/session.js';
import { StoreError } from '../store/store-error.js';

/** What is asked here is small. Where the way to the server is cut, that shows no sooner, ms. */
const STATEMENT_MS = 30_000;

/** A row as the server gives it; JSON is text. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs a statement. */
export type Execute = (text: string, values: unknown[]) => Promise<{ rows: Row[] }>;

/**
 * A session with the server of a store for what coordinators and workers share. That lies in a schema of its own beside
 * the store's: nothing of it is history, and what is done is deleted.
 */
export class QueueSession {
  readonly path: string;
  readonly schema: string;
  readonly #session: Session;
  /** The last error, for a library that keeps errors to itself. */
  failure: unknown = null;

  /** Connects where something is first asked for. A StoreError where the store's schema has no plain name. */
  constructor(place: ServerPlace) {
    this.path = showServer(place);
    this.schema = nameSchema(place);
    this.#session = new Session(place, STATEMENT_MS);
  }

  readonly execute: Execute = async (text, values = []) => {
    const client = await this.#session.connect();
    try {
      return (await client.query(text, values)) as unknown as { rows: Row[] };
    } catch (error) {
      // Several statements in one may have begun a transaction.
      await client.query('rollback', []).catch(() => undefined);
      throw (this.failure = error);
    } finally {
      client.release();
    }
  };

  /** Has work to do alone: who comes meanwhile, from any machine, waits until it is done. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.query('select pg_advisory_lock(hashtext($1))', [this.schema]);
    try {
      return await work();
    } finally {
      await this.query('select pg_advisory_unlock(hashtext($1))', [this.schema]);
    }
  }

  async query(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.execute(text, [...values])).rows;
  }

  /** The work uses what it is given only: all else would wait for the end of the transaction. */
  async inTransaction<T>(work: (execute: Execute) => Promise<T>): Promise<T> {
    const client = await this.#session.connect();
    const execute: Execute = async (text, values) => (await client.query(text, values)) as unknown as { rows: Row[] };
    try {
      await execute('begin', []);
      const result = await work(execute);
      await execute('commit', []);
      return result;
    } catch (error) {
      await execute('rollback', []).catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.#session.end();
  }
}

/** The schema beside that of the store. */
function nameSchema({ schema }: ServerPlace): string {
  if (/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) return `${schema}_work`;
  throw new StoreError(
    `workers need a store whose schema has a plain name: at most 40 small letters, digits and underscores, not "${schema}"`,
  );
}
