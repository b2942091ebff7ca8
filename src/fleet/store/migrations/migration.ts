import type { Kysely } from 'kysely';
import type { Statements } from '../connection.js';

/**
 * One step of the database's structure. Steps are applied in order, each once, and are never changed after a release:
 * what is to be different comes in a step of its own.
 */
export interface Migration {
  /** The version that it leads to: 1 for the first, and no gaps. */
  readonly version: number;
  /** They run in one transaction with all other steps that are due. */
  readonly sql: Statements;
  /** What statements cannot do with data of before, after them and in the same transaction. */
  readonly convert?: (db: Kysely<never>) => Promise<void>;
  /** What follows the conversion. */
  readonly finish?: Statements;
}
