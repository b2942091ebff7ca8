import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/files/config.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'config-'))));
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string): Promise<Record<string, unknown>> {
  const file = join(folder, 'c.yaml');
  await writeFile(file, text);
  return loadConfig(file, ['timing', 'rate', 'exclude', 'quiet']).catch((error: Error) => {
    throw new Error(error.message.replaceAll(folder + '/', ''));
  });
}

test('gives options', async () => {
  expect(await load('timing: polite\nrate: 50\nquiet: true\nexclude: [192.0.2.1, 192.0.2.9]\n')).toEqual({
    timing: 'polite',
    rate: 50,
    quiet: true,
    exclude: ['192.0.2.1', '192.0.2.9'],
  });
  expect(await load('')).toEqual({});
  expect(await load('# nothing\n')).toEqual({});
});

test('tells all problems with their places', async () => {
  await expect(load('timng: fast\nrate: { pps: 50 }\n__proto__: 1\nexclude:\nquiet: [[1]]\n')).rejects.toThrow(
    [
      'c.yaml:1:1: timng: unknown option (did you mean "timing"?)',
      'c.yaml:2:1: rate: expected text, a number, true, false or a list',
      'c.yaml:3:1: __proto__: unknown option',
      'c.yaml:4:1: exclude: expected text, a number, true, false or a list',
      'c.yaml:5:1: quiet: expected text, a number, true, false or a list',
    ].join('\n'),
  );
  await expect(load('- a\n')).rejects.toThrow('c.yaml:1:1: expected options such as');
  await expect(load('fast\n')).rejects.toThrow('c.yaml:1:1: expected options such as');
});
