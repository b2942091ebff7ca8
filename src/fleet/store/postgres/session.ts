import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type ServerPlace, showServer } from '../../../model/store-place.js';
import { endsSession, tellServerTrouble } from './trouble.js';
import { StoreError } from '../store-error.js';
import { encodeValue, TYPES } from './values.js';

/** How long an answer to a connection attempt is waited for. */
const CONNECT_MS = 10_000;
/** How long a server that was there is waited for, such as while it starts again, and how often it is tried. */
const AWAY_MS = 10_000;
const RETRY_MS = 200;
/** How long a statement may take, and a transaction stand still; the server ends what takes longer. */
const STATEMENT_MS = 600_000;
export const STANDSTILL_MS = 600_000;
/** How much longer than that the server's answer is waited for. */
const ANSWER_MS = 15_000;
/** How long another process' write is waited for. */
const PATIENCE_MS = 30_000;
/** Statements kept prepared: more than the store has, and a bound for those that vary in length. */
const MAX_STATEMENTS = 250;
/** Older servers are not tried by anyone. */
const OLDEST_SERVER = 15;

/** What the types of pg leave out: whether an open session keeps the process from its end. */
type Client = pg.Client & { ref(): void; unref(): void };

/**
 * The one session of a process with a server: who uses it has it alone, and the others wait in turn, as with a file. So
 * temporary tables are seen by all that follows. One that was cut off is made again for whoever is next.
 */
export class Session implements PostgresPool {
  readonly #place: ServerPlace;
  readonly #path: string;
  readonly #statementMs: number;
  #client: Client | null = null;
  /** Names of prepared statements of this client. */
  #statements = new Map<string, string>();
  #turn: Promise<void> = Promise.resolve();
  #wasOpen = false;

  /** @param statementMs how long a statement may take */
  constructor(place: ServerPlace, statementMs = STATEMENT_MS) {
    this.#statementMs = statementMs;
    this.#place = place;
    this.#path = showServer(place);
  }

  async connect(): Promise<PostgresPoolClient> {
    const before = this.#turn;
    let release = (): void => undefined;
    this.#turn = new Promise((resolve) => (release = resolve));
    await before;
    let client: Client;
    try {
      client = await this.#use();
    } catch (error) {
      release();
      throw error;
    }
    let isFirst = true;
    const query = async (sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> => {
      const mayBeCutOff = isFirst;
      isFirst = false;
      try {
        return await this.#query(client, sql, parameters);
      } catch (error) {
        // That the server was started again shows only now. Nothing is written by a first statement: it reads, or begins.
        if (!mayBeCutOff || this.#client === client) throw error;
        client = await this.#use();
        return this.#query(client, sql, parameters);
      }
    };
    return {
      // There are no cursors.
      query: query as unknown as PostgresPoolClient['query'],
      release: () => {
        client.unref();
        release();
      },
    };
  }

  /** The open session, which keeps the process from its end. */
  async #use(): Promise<Client> {
    this.#client ??= await this.#openPatiently();
    this.#client.ref();
    return this.#client;
  }

  async end(): Promise<void> {
    await this.#turn;
    const client = this.#client;
    this.#client = null;
    client?.ref();
    await client?.end().catch(() => undefined);
  }

  async #query(client: Client, text: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      const values = parameters.map(encodeValue);
      return await client.query({ text, values, name: values.length > 0 ? this.#nameStatement(text) : undefined });
    } catch (error) {
      if (endsSession(error)) this.#drop(client);
      throw tellServerTrouble(this.#path, error);
    }
  }

  #nameStatement(text: string): string | undefined {
    const known = this.#statements.get(text);
    if (known !== undefined || this.#statements.size >= MAX_STATEMENTS) return known;
    const name = `s${this.#statements.size}`;
    this.#statements.set(text, name);
    return name;
  }

  #drop(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end().catch(() => undefined);
  }

  /** A server that was there may be starting again, and is waited for. */
  async #openPatiently(): Promise<Client> {
    const giveUpAt = performance.now() + (this.#wasOpen ? AWAY_MS : 0);
    for (;;) {
      try {
        return await this.#open();
      } catch (error) {
        if (!(error instanceof StoreError && error.mayPass) || performance.now() > giveUpAt) throw error;
      }
      await sleep(RETRY_MS);
    }
  }

  async #open(): Promise<Client> {
    const { host, port, user, database, readTls, findPassword } = this.#place;
    const tls = await readTls?.();
    const password = async () => (await findPassword()) ?? '';
    const client = new pg.Client({
      ...{ host, port, user, database, password, types: TYPES, keepAlive: true, application_name: 'sallyport' },
      ssl: tls ? { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined } : false,
      ...{ connectionTimeoutMillis: CONNECT_MS, query_timeout: this.#statementMs + ANSWER_MS },
    }) as Client;
    // Between statements, the next one tells; the session is no more.
    client.on('error', () => this.#drop(client));
    client.on('end', () => this.#drop(client));
    try {
      await client.connect();
      await this.#prepare(client);
    } catch (error) {
      client.end().catch(() => undefined);
      throw tellServerTrouble(this.#path, error);
    }
    this.#statements = new Map();
    this.#wasOpen = true;
    return client;
  }

  async #prepare(client: Client): Promise<void> {
    // The schema is first, and temporary tables are before it.
    await client.query(`
      set client_encoding to 'UTF8';
      set search_path to ${client.escapeIdentifier(this.#place.schema)};
      set statement_timeout to ${this.#statementMs};
      set idle_in_transaction_session_timeout to ${STANDSTILL_MS};
      set lock_timeout to ${PATIENCE_MS};
      set extra_float_digits to 1;
      set bytea_output to hex;
      set standard_conforming_strings to on;
      set work_mem to '64MB';
      set jit to off;
    `);
    const { rows } = await client.query<{ encoding: string; version: number }>(
      `select current_setting('server_encoding') as encoding, current_setting('server_version_num')::int as version`,
    );
    const { encoding, version } = rows[0]!;
    if (encoding !== 'UTF8')
      throw new StoreError(
        `${this.#path} has the encoding ${encoding}: make a database with UTF8 (createdb --encoding=UTF8 ` +
          '--template=template0)',
      );
    if (version < OLDEST_SERVER * 10_000)
      throw new StoreError(`${this.#path} is PostgreSQL ${Math.floor(version / 10_000)}: 15 or later is needed`);
  }
}
