import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createFiles, runHere, sallyport } from './run.js';

const files = createFiles();
const run = (...args: string[]) => runHere(['inventory', ...args], { cwd: files.directory });
const CLIENTS = [
  'id,name,address,group,tags,authorized_by,authorization_reference,authorized_until,paused',
  'a,The A,192.0.2.1,north,gold,Owner,Contract 1,,no',
  'b,The B,192.0.2.2,north,,Owner,Contract 2,2020-01-31,no',
  'c,The C,pbx.example.com,south,gold,,,,yes',
  '',
].join('\n');

describe('inventory validate', () => {
  test('says how many clients there are', async () => {
    files.write('clients.csv', CLIENTS);
    const args = ['inventory', 'validate', 'clients.csv'];
    expect(await sallyport(args, { cwd: files.directory })).toEqual({
      code: 0,
      stdout: [
        'clients.csv: valid, 3 clients (2 without authorisation, 1 paused)',
        'not checked, because there is no valid authorisation:',
        '  b (The B): the authorisation ended on 2020-01-31',
        '  c (The C): no authorisation is given',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  test('tells all mistakes, each at its line and column, with exit code 2', async () => {
    files.write('wrong.csv', 'id,address,paused\na,192.0.2.1,x\na,192.0.2.1,\nb,"\x1b[31m",\n');
    const { code, stdout, stderr } = await run('validate', 'wrong.csv');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      'sallyport: wrong.csv:2:13: paused: "x": expected yes or no',
      'sallyport: wrong.csv:3:1: id: "a" is given twice, first in line 2',
      'sallyport: wrong.csv:3:3: address: 192.0.2.1 is given twice: it already belongs to this client (line 2)',
      'sallyport: wrong.csv:4:3: address: control characters are not allowed',
    ]);
  });

  test('tells on standard error how a file was understood', async () => {
    const file = join(files.directory, 'latin.csv');
    writeFileSync(file, Buffer.from('sep=;\r\nid;IP;name;Platz;;\r\na;192.0.2.1:8000;M\xfcller;7\r\n\x1a', 'latin1'));
    expect((await run('validate', 'latin.csv')).stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^sallyport: latin\.csv:2:12: unknown column "Platz"; call it "x-Platz" or give --ignore "Platz"/,
      ),
      '',
    ]);
    const { code, stdout, stderr } = await run('validate', 'latin.csv', '--ignore', 'platz');
    expect(code).toBe(0);
    expect(stdout).toContain('valid, 1 client');
    expect(stderr.split('\n')).toEqual([
      'sallyport: latin.csv: is not UTF-8: read as Windows-1252; check that "Müller" is right',
      expect.stringMatching(/^sallyport: latin\.csv:3:3: address: "192\.0\.2\.1:8000" is read as 192\.0\.2\.1; /),
      '',
    ]);
  });

  test('a file that is not there, or of another kind', async () => {
    expect((await run('validate', 'none.csv')).stderr).toBe('sallyport: none.csv: no such file\n');
    expect((await run('validate', 'none.yaml')).stderr).toBe('sallyport: none.yaml: no such file\n');
    expect((await run('validate', '.')).stderr).toBe('sallyport: .: an inventory ends in .yaml or .csv\n');
  });
});

describe('inventory list', () => {
  test('has a line for each client, and why it is not probed', async () => {
    const file = files.write('list.csv', CLIENTS);
    const { code, stdout } = await run('list', file);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines[2]).toMatch(/^a +The A +192\.0\.2\.1 +closed +north, no/);
    expect(lines[3]).toMatch(/^b .* closed +the authoris/);
    expect(lines[4]).toMatch(/^c .* closed +paused$/);
  });

  test('chooses by group, tag and id', async () => {
    const file = files.write('chosen.csv', CLIENTS);
    const ids = async (...args: string[]) => {
      const { stdout } = await run('list', file, '--format', 'json', ...args);
      return (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
    };
    expect(await ids('--group', 'north', '--tag', 'gold')).toEqual(['a']);
    expect(await ids('--client', 'c', '--client', 'a')).toEqual(['a', 'c']);
    const { code, stderr } = await run('list', file, '--group', 'nort');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'sallyport: the inventory has no group "nort" (did you mean "north"?)\n',
    });
  });

  test('shows nothing that acts on a terminal', async () => {
    const file = files.write('hostile.csv', 'id,address,name\na,192.0.2.1,x\u202ey\u200bz\n');
    for (const format of ['table', 'json']) {
      const { stdout } = await run('list', file, '--format', format);
      expect(stdout).not.toMatch(/[\u202e\u200b]/);
    }
  });
});

describe('inventory import and export', () => {
  test('there and back is the same', async () => {
    const csv = files.write('from.csv', CLIENTS);
    expect(await run('import', csv, '-o', 'to.yaml')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await run('export', 'to.yaml', '--output', 'back.csv')).toEqual({ code: 0, stdout: '', stderr: '' });
    const there = await run('list', csv, '--format', 'csv');
    const back = await run('list', 'back.csv', '--format', 'csv');
    expect(back).toEqual(there);
    expect(there.stdout).toBe(readFileSync(join(files.directory, 'back.csv'), 'utf8'));
  });

  test('no file is replaced unless that is said', async () => {
    const csv = files.write('keep.csv', CLIENTS);
    const taken = files.write('taken.yaml', 'mine');
    const { code, stderr } = await run('import', csv, '-o', taken);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `sallyport: ${taken}: exists already; --force replaces it\n`,
    });
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect((await run('import', csv, '-o', taken, '--force')).code).toBe(0);
    expect((await run('validate', taken)).stdout).toContain('valid, 3 clients');
    expect((await run('import', csv, '-o', 'no/such/file.yaml')).stderr).toContain('no such directory');
  });

  test('nothing is written of an inventory with mistakes', async () => {
    const csv = files.write('bad.csv', 'id,address\n-,192.0.2.1\n');
    expect((await run('import', csv, '-o', 'bad.yaml')).code).toBe(2);
    expect(existsSync(join(files.directory, 'bad.yaml'))).toBe(false);
  });
});

test.each(['csv', 'yaml'])('inventory template --format %s is a valid inventory', async (format) => {
  const { code, stdout } = await run('template', '--format', format);
  expect(code).toBe(0);
  const file = files.write(`template.${format}`, stdout);
  expect((await run('validate', file)).stdout).toContain('valid, 3 clients (0 without authorisation, 3 paused)');
  expect((await run('template', '--format', format, '-o', `new.${format}`)).code).toBe(0);
  expect(readFileSync(join(files.directory, `new.${format}`), 'utf8')).toBe(stdout);
});

test('inventory alone says what there is', async () => {
  expect((await run()).stderr).toContain('sallyport inventory validate, list, import, export or template');
  expect((await run('lst')).stderr).toContain('did you mean "list"');
});
