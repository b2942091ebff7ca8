import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseServerUrl } from '../../src/files/stores/server-url.js';
import { openStore } from '../../src/fleet/store/open-store.js';
import type { Store } from '../../src/fleet/store/store.js';
import { StoreError } from '../../src/fleet/store/store-error.js';
import { beginSweep, NOW, reportAt, storeLook } from '../fleet/store/store-fixtures.js';
import { makeCertificate } from '../vantage/make-certificate.js';
import { createPostgres, type PostgresServer, runProcess } from './postgres-server.js';

const SECRET = 'g%eh:eim\\';
const directory = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'));
const authority = join(directory, 'ca.pem');

let server: PostgresServer;

beforeAll(async () => {
  const access = [
    'hostssl tls all 127.0.0.1/32 trust',
    'hostnossl tls all 127.0.0.1/32 reject',
    'host secret all 127.0.0.1/32 scram-sha-256',
  ];
  server = await createPostgres([...access, 'host all postgres,ann 127.0.0.1/32 trust'].join('\n'));
  const { cert, key } = makeCertificate('DNS:localhost');
  const data = join(server.directory, 'data');
  const { uid } = statSync(data);
  for (const [name, text] of [
    ['server.crt', cert],
    ['server.key', key],
  ] as const) {
    writeFileSync(join(data, name), text);
    chownSync(join(data, name), uid, uid);
    chmodSync(join(data, name), 0o600);
  }
  writeFileSync(authority, cert);
  server.query('alter system set ssl = on');
  server.stop();
  server.start();
  server.query(`create role ann login password '${SECRET}'`);
  for (const name of [
    'tls',
    'secret owner ann',
    'fleet',
    'others',
    `latin encoding 'LATIN1' locale 'C' template template0`,
  ])
    server.query(`create database ${name}`);
});
afterAll(() => {
  server.remove();
  rmSync(directory, { recursive: true });
});

const NONE = join(directory, 'none');

function open(url: string, env: Record<string, string> = {}): Promise<Store> {
  return openStore(
    parseServerUrl(url.replace('SERVER', `127.0.0.1:${server.port}`), 'environment', {
      ...{ env, user: 'postgres', passwordFile: NONE },
    }),
  );
}

/** What opening a store is refused with. */
async function refusal(url: string, env: Record<string, string> = {}): Promise<string> {
  const error: unknown = await open(url, env).then(
    (store) => store.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  expect((error as StoreError).message).not.toContain(SECRET);
  return (error as StoreError).message;
}

async function worksAt(url: string, env: Record<string, string> = {}): Promise<void> {
  const store = await open(url, env);
  await store.noteRun('g', NOW);
  expect(await store.lastRun('g')).toEqual(NOW);
  await store.close();
}

test('a password comes from the environment or a file, and is told nowhere', async () => {
  const url = 'postgres://ann@SERVER/secret';
  const file = join(directory, 'passwords');
  const quoted = SECRET.replace(/[\\:]/g, '\\$&');
  writeFileSync(file, `# ours\nelsewhere:*:*:ann:no\n127.0.0.1:*:secret:ann:${quoted}\n*:*:*:*:later\n`, {
    mode: 0o600,
  });
  expect(await refusal(url)).toMatch(/^postgres:.*secret asks for a password: set PGPASSWORD/);
  expect(await refusal(url, { PGPASSWORD: 'wrong' })).toMatch(/does not accept the password$/);
  await worksAt(url, { PGPASSWORD: SECRET });
  await worksAt(`${url}?passfile=${file}`);
  await worksAt(url, { PGPASSFILE: file });
  await worksAt(url.replace('ann@', `ann:${encodeURIComponent(SECRET)}@`));
  chmodSync(file, 0o644);
  await expect(open(url, { PGPASSFILE: file })).rejects.toThrow('others may read it: chmod 600');
});

test('over TLS the certificate is verified, with its name', async () => {
  const url = 'postgres://postgres@localhost:PORT/tls?sslmode=verify-full'.replace('PORT', String(server.port));
  expect(await refusal(url)).toMatch(
    /has a certificate of an issuer that is not known here: name it with \?sslrootcert/,
  );
  await worksAt(`${url}&sslrootcert=${authority}`);
  const address = url.replace('localhost', '127.0.0.1');
  expect(await refusal(`${address}&sslrootcert=${authority}`)).toMatch(/has a certificate for another name$/);
  expect(await refusal('postgres://postgres@SERVER/tls')).toMatch(/does not let this user in: see its pg_hba.conf$/);
});

test('what a server cannot do is told in one sentence', async () => {
  expect(await refusal('postgres://SERVER/none')).toMatch(/none has no database of that name: make it with createdb$/);
  expect(await refusal('postgres://SERVER/latin')).toMatch(/has the encoding LATIN1: make a database with UTF8/);
  expect(await refusal('postgres://ann@SERVER/fleet')).toMatch(/does not permit this user what the store needs/);
  expect(await refusal('postgres://bob@SERVER/fleet')).toMatch(/does not let this user in/);
  expect(await refusal('postgres://127.0.0.1:1/fleet')).toMatch(/cannot be reached: nothing answers there$/);
  expect(await refusal(`postgres:///fleet?host=${directory}`)).toMatch(/cannot be reached: there is no such socket$/);
  await worksAt(`postgres:///fleet?host=${server.directory}&port=${server.port}`);
});

test("another program's tables, and a store of a newer version, are left as they are", async () => {
  server.query('create schema sallyport create table notes (text text)', 'others');
  expect(await refusal('postgres://SERVER/others')).toMatch(/is a database of another program: name another database$/);
  await worksAt('postgres://SERVER/others?schema=ours');
  server.query('update ours.structure set version = 99', 'others');
  expect(await refusal('postgres://SERVER/others?schema=ours')).toMatch(/was written by a newer version of sallyport/);
  expect(server.query('select count(*) from sallyport.notes', 'others')).toBe('0\n');
});

test('a server that starts again is waited for, and a transaction that it cut off is undone', async () => {
  const store = await open('postgres://SERVER/fleet?schema=again');
  await store.noteRun('before', NOW);
  server.stop();
  const late = store.lastRun('before');
  server.start();
  expect(await late).toEqual(NOW);
  await store.noteRun('after', NOW);
  const cut = store.write(async (writer) => {
    await writer.noteRun('cut', NOW);
    server.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sallyport'`);
    await writer.noteRun('cut too', NOW);
  });
  await expect(cut).rejects.toMatchObject({ name: 'StoreError', mayPass: true });
  for (const key of ['cut', 'cut too']) expect(await store.lastRun(key)).toBeNull();
  expect(await store.lastRun('after')).toEqual(NOW);
  await store.close();
});

test('a process that stands still in a write is cut off before others fail, and goes on when it wakes', async () => {
  const [asleep, other] = [
    await open('postgres://SERVER/fleet?schema=asleep'),
    await open('postgres://SERVER/fleet?schema=asleep'),
  ];
  let wake = () => {};
  const standstill = new Promise<void>((resolve) => (wake = resolve));
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const write = asleep.write(async (writer) => {
    await writer.noteRun('asleep', NOW);
    begin();
    await standstill;
    await writer.noteRun('awake', NOW);
  });
  await begun;
  await other.noteRun('other', NOW);
  wake();
  await expect(write).rejects.toMatchObject({ name: 'StoreError', mayPass: true });
  for (const key of ['asleep', 'awake']) expect(await other.lastRun(key)).toBeNull();
  await asleep.noteRun('later', NOW);
  expect(await other.lastRun('later')).toEqual(NOW);
  await asleep.close();
  await other.close();
});

test('the commands work on a server as on a file', async () => {
  const file = join(directory, 'store.sqlite');
  const filled = await openStore(file);
  const { id } = await beginSweep(filled, ['a', 'b']);
  for (const client of ['a', 'b']) await storeLook(filled, id, client, reportAt('203.0.113.9'));
  await filled.finishSweep(id, 'finished', NOW);
  await filled.close();
  const url = `postgres://postgres@127.0.0.1:${server.port}/fleet?schema=moved`;
  const run = (...args: string[]) => runProcess(process.execPath, ['bin/sallyport.js', ...args], process.env);
  const moved = await run('store', 'copy', file, url);
  expect(moved).toMatchObject({ code: 0, stderr: '' });
  expect(moved.stdout).toMatch(/: \d+ rows of \d+ tables copied, and equal \([0-9a-f]{64}\)\n$/);
  for (const args of [['clients'], ['show', 'a', '--format', 'json']]) {
    const [there, here] = await Promise.all([url, file].map((place) => run(...args, '--store', place)));
    expect(there).toEqual(here);
  }
  expect(await run('store', 'check', '--store', url)).toMatchObject({ code: 0, stderr: '' });
  expect(await run('store', 'backup', join(directory, 'x'), '--store', url)).toMatchObject({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringContaining('pg_dump') as unknown as string,
  });
  expect(await run('store', 'copy', file, url)).toMatchObject({ code: 2, stdout: '' });
  const back = await run('store', 'copy', url, join(directory, 'back.sqlite'));
  expect(back.stdout.split(': ')[1]).toBe(moved.stdout.split(': ')[1]);
}, 120_000);
