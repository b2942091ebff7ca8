import { expect, test } from '@jest/globals';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { assertOurs, migrate, MIGRATIONS } from '../../../src/fleet/store/migrate.js';
import type { Migration } from '../../../src/fleet/store/migrations/migration.js';
import { APPLICATION_ID, readFileStructure, SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import { StoreError } from '../../../src/fleet/store/store-error.js';
import { createStores } from './store-fixtures.js';

const stores = createStores();

function connect(path: string): SqliteConnection {
  mkdirSync(dirname(path), { recursive: true });
  return new SqliteConnection(path);
}

const versionOf = (connection: SqliteConnection) => connection.readNumber('pragma user_version');
const countTables = (connection: SqliteConnection) => connection.readNumber('select count(*) from sqlite_schema');

const steps: readonly Migration[] = [
  { version: 1, sql: 'create table one (a integer)' },
  { version: 2, sql: 'alter table one add column b integer; insert into one (a, b) values (1, 2)' },
  { version: 3, sql: 'update one set b = b + 1; create table three (c)' },
];

test('versions have no gaps, and each file of a step is registered', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  const files = readdirSync(new URL('../../../src/fleet/store/migrations/', import.meta.url));
  expect(files.filter((file) => file.endsWith('.ts'))).toHaveLength(MIGRATIONS.length + 1);
});

test('only the steps that are missing are applied, each once', async () => {
  const connection = connect(stores.newPath());
  for (const count of [1, 3, 3]) await migrate(connection, steps.slice(0, count));
  expect(versionOf(connection)).toBe(3);
  expect(connection.readNumber('pragma application_id')).toBe(APPLICATION_ID);
  expect(countTables(connection)).toBe(2);
  await expect(migrate(connection, steps.slice(0, 2))).rejects.toThrow(StoreError);
  const structure = await connection.readStructure();
  expect(() => assertOurs(connection, structure, steps.slice(0, 2))).toThrow('newer version');
  await connection.close();
});

test('a step that fails leaves the database as it was', async () => {
  const connection = connect(stores.newPath());
  await migrate(connection, steps.slice(0, 1));
  const bad: Migration = { version: 3, sql: 'create table half (a); this is no SQL' };
  await expect(migrate(connection, [...steps.slice(0, 2), bad])).rejects.toThrow('syntax error');
  expect([versionOf(connection), countTables(connection)]).toEqual([1, 1]);
  await migrate(connection, steps);
  expect(versionOf(connection)).toBe(3);
  await connection.close();
});

test('connections that migrate at once apply each step once', async () => {
  const path = stores.newPath();
  const first = connect(path);
  first.execute('pragma journal_mode = wal');
  const connections = [first, ...Array.from({ length: 3 }, () => connect(path))];
  await Promise.all(connections.map((connection) => migrate(connection, steps)));
  for (const connection of connections) {
    expect(versionOf(connection)).toBe(3);
    await connection.close();
  }
});

test.each([1, 2, 3])('a store that another process creates after %i of our looks is ours', async (looks) => {
  const path = stores.newPath();
  const connection = connect(path);
  const other = new SqliteConnection(path);
  connection.execute('pragma journal_mode = wal');
  // What is done between the looks is done by the other's one transaction.
  let left = looks;
  const structure = readFileStructure((sql) => {
    if (left-- === 0) {
      other.execute(
        `begin; create table one (a); pragma application_id = ${APPLICATION_ID}; pragma user_version = 1; commit`,
      );
    }
    return connection.readNumber(sql);
  });
  expect(structure.owner).not.toBe('other');
  await connection.close();
  await other.close();
});
