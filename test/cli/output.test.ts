import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openOutput, openReport } from '../../src/cli/kit/output.js';
import { createFiles } from './run.js';

const files = createFiles();
const OURS = '{"schema":"sallyport/report@1","target":"203.0.113.7"}\n';

test('what was in a file stays until something is written, and nothing of it after that', async () => {
  const file = files.write('report.json', OURS);
  const output = await openReport(file);
  await output.write('');
  expect(readFileSync(file, 'utf8')).toBe(OURS);
  await output.write('one\n');
  await output.write('two\n');
  await output.close();
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
});

test('a run that writes nothing loses nothing, and leaves no file of its own', async () => {
  const file = files.write('inventory.csv', 'id,address\n');
  await (await openOutput(file, true)).close();
  expect(readFileSync(file, 'utf8')).toBe('id,address\n');
  const made = join(files.directory, 'made.txt');
  await (await openOutput(made)).close();
  expect(existsSync(made)).toBe(false);
});

test.each([
  ['something else', 'mine\n', false],
  ['a report of ours', OURS, true],
  ['nothing', '', true],
])('a report replaces a file that has %s without being told: %#', async (_what, text, replaces) => {
  const file = files.write('there.json', text);
  const opened = openReport(file);
  if (!replaces) return expect(opened).rejects.toThrow(`exists already; --force replaces it`);
  await (await opened).close();
  // Only a report makes way for a report.
  if (text !== '') await expect(openOutput(file)).rejects.toThrow('exists already');
});

test('a pipe is written to as it is', async () => {
  const pipe = join(files.directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const read = readFile(pipe, 'utf8');
  const output = await openReport(pipe);
  await output.write('one\n');
  await output.close();
  expect(await read).toBe('one\n');
});

test.each([
  ['no such directory', 'nowhere/report.json'],
  ['is a directory', '.'],
])('"%s" is said in words', async (problem, name) => {
  await expect(openReport(join(files.directory, name))).rejects.toThrow(`cannot be written: ${problem}`);
});
