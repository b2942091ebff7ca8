import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findInPasswordFile } from '../../../src/files/stores/password-file.js';
import { isServerUrl, parseServerUrl } from '../../../src/files/stores/server-url.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { nameDatabase, showServer } from '../../../src/model/store-place.js';

const directory = mkdtempSync(join(tmpdir(), 'sallyport-urls-'));
afterAll(() => rmSync(directory, { recursive: true }));

const NONE = join(directory, 'none');

function parse(url: string, env: Record<string, string> = {}, givenBy: 'argument' | 'environment' = 'argument') {
  return parseServerUrl(url, givenBy, { env, user: 'ann', passwordFile: NONE });
}

test.each([
  ['postgres://h/d', true],
  ['PostgreSQL://h/d', true],
  ['store.sqlite', false],
  ['/postgres/x', false],
  ['postgres', false],
])('%s: a server is %s', (text, expected) => {
  expect(isServerUrl(text)).toBe(expected);
});

test.each([
  ['postgres://127.0.0.1/d', {}, { host: '127.0.0.1', port: 5432, user: 'ann', database: 'd', schema: 'sallyport' }],
  [
    'postgres://b%40c@db.example:5433/d%20e?schema=x_1',
    {},
    { host: 'db.example', port: 5433, user: 'b@c', database: 'd e', schema: 'x_1' },
  ],
  ['postgres://[::1]/d', {}, { host: '::1' }],
  ['postgres:///d?host=/run/postgresql&port=7&user=c', {}, { host: '/run/postgresql', port: 7, user: 'c' }],
  ['postgres:///d', { PGHOST: '/run/pg', PGPORT: '6', PGUSER: 'eve' }, { host: '/run/pg', port: 6, user: 'eve' }],
] as const)('%s is read', (url, env, expected) => {
  expect(parse(url, env)).toMatchObject(expected);
});

test.each([
  'postgres://u@h/d',
  'postgres://b%40c@[::1]:5433/d%20e?schema=x_1',
  'postgres:///d?host=/run/pg&user=u',
  'postgres:///d?host=/run/pg&port=7&user=b%40c&schema=x',
])('%s is shown as it was given', (url) => {
  expect(showServer(parse(url))).toBe(url);
});

test.each([
  ['postgres://ann@db.example/fleet', 'fleet on db.example'],
  ['postgres://ann@[::1]:5433/d%20e?schema=x', 'd e on [::1], port 5433, schema x'],
  ['postgres:///fleet?host=/tmp/pg&port=54999&user=c', 'fleet on this machine, port 54999'],
  ['postgres:///fleet?host=/tmp/p%26q%2B%23/%3F%25&user=c', 'fleet on this machine'],
])('%s is called %s on pages', (url, name) => {
  expect(nameDatabase(showServer(parse(url)))).toBe(name);
  expect(parse(showServer(parse(url))).host).toBe(parse(url).host);
});

test('a file has no name of a database', () => {
  expect(nameDatabase('/srv/postgres://h/d')).toBeNull();
});

test.each([
  ['postgres://h/', 'names no database'],
  ['postgres://', 'names no database'],
  ['postgres://h:99999/d', 'cannot be read'],
  ['postgres:///d?port=0', 'port: expected 1 to 65535'],
  ['postgres://h/d?schema=A', 'schema: expected'],
  ['postgres://h/d?sslmod=x', 'unknown parameter, "sslmod" (did you mean "sslmode"?)'],
  ['postgres://h/%zz', 'a % that is no escape'],
])('%s is refused: %s', (url, problem) => {
  expect(() => parse(url)).toThrow(InputError);
  expect(() => parse(url)).toThrow(problem);
});

describe('a password', () => {
  test.each(['postgres://u:sesame@h/d', 'postgres://h/d?password=sesame'])('in an argument is refused: %s', (url) => {
    expect(() => parse(url)).toThrow(/^a password in an argument is seen by everyone/);
    expect(() => parse(url)).toThrow(expect.not.stringContaining('sesame'));
  });

  test('comes from an address in the environment, from PGPASSWORD, from a file, in this order; none is shown', async () => {
    const file = join(directory, 'passwords');
    writeFileSync(file, 'h:5432:d:u:from file\n', { mode: 0o600 });
    const env = { PGPASSWORD: 'from variable', PGPASSFILE: file };
    const url = parse('postgres://u:from%20url@h/d', env, 'environment');
    expect(await url.findPassword()).toBe('from url');
    expect(showServer(url)).toBe('postgres://u@h/d');
    expect(JSON.stringify(url)).not.toContain('from');
    expect(await parse('postgres://u@h/d', env).findPassword()).toBe('from variable');
    expect(await parse('postgres://u@h/d', { PGPASSFILE: file }).findPassword()).toBe('from file');
    expect(await parse(`postgres://u@h/d?passfile=${file}`).findPassword()).toBe('from file');
    expect(await parse('postgres://u@h/d').findPassword()).toBeNull();
    await expect(parse(`postgres://u@h/d?passfile=${NONE}`).findPassword()).rejects.toThrow(InputError);
  });
});

describe('TLS', () => {
  test.each(['127.0.0.1', '127.9.9.9', 'localhost', '[::1]', ''])('is not needed to %s', (host) => {
    expect(parse(`postgres://${host}/d${host === '' ? '?host=/run' : ''}`).readTls).toBeNull();
  });

  test('is verified to any other host, with the issuer that is named', async () => {
    const file = join(directory, 'ca.pem');
    writeFileSync(file, 'PEM');
    const none = { ca: null, cert: null, key: null };
    expect(await parse('postgres://db.example/d').readTls!()).toEqual(none);
    expect(await parse('postgres://127.0.0.1.example/d?sslrootcert=system').readTls!()).toEqual(none);
    expect(await parse(`postgres://db.example/d?sslrootcert=${file}`).readTls!()).toEqual({ ...none, ca: 'PEM' });
    expect(await parse(`postgres://localhost/d?sslmode=verify-full`).readTls!()).toEqual(none);
  });

  test.each([
    ['disable', 'would send the history of your clients over a network unencrypted'],
    ...['allow', 'prefer', 'require', 'verify-ca', 'x'].map((mode) => [mode, 'does not prove that "db.example" is']),
  ])('sslmode=%s to another host is refused', (mode, why) => {
    expect(() => parse(`postgres://db.example/d?sslmode=${mode}`)).toThrow(`sslmode=${mode} ${why}`);
  });
});

test.each([
  ['db.example:5432:d:u:p', 'p'],
  ['*:*:*:*:p:q', 'p:q'],
  ['*:*:*:*:p\\:q\\\\r', 'p:q\\r'],
  ['# *:*:*:*:p', null],
  ['db.example:5433:d:u:p', null],
  ['db.example:5432:d:u', null],
  ['other:*:*:*:no\r\n*:5432:d:u:second\r\n*:*:*:*:third', 'second'],
])('of the lines %j the password is %j', async (lines, expected) => {
  const file = join(directory, 'lines');
  writeFileSync(file, lines, { mode: 0o600 });
  const wanted = { host: 'db.example', port: 5432, user: 'u', database: 'd' };
  expect(await findInPasswordFile(file, wanted, true)).toBe(expected);
});
