import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Spool } from '../../../src/files/work/spool.js';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'sallyport-spool-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const ORDER = 'e9a5ad5e-2f24-4f0c-9d0b-0d1f3f1c6a11';
const OTHER = 'e9a5ad5e-2f24-4f0c-9d0b-0d1f3f1c6a12';
const key = { batch: 'sweep-1', client: 'acme', slot: '192.0.2.1', round: 0 };
const spooled = (order: string) => ({
  vantage: 'north',
  order,
  results: [{ key, survey: null, trouble: 'of a test' }],
});

test('what is put is there for the next process, for the owner alone, until it is removed', async () => {
  const place = join(directory, 'made');
  await new Spool(place).put(spooled(ORDER));
  await new Spool(place).put(spooled(OTHER));
  await new Spool(place).put(spooled(ORDER));
  const next = new Spool(place);
  expect((await next.list()).map(({ order }) => order).sort()).toEqual([ORDER, OTHER]);
  expect(await next.list()).toContainEqual(spooled(ORDER));
  for (const name of readdirSync(place)) expect(statSync(join(place, name)).mode & 0o077).toBe(0);
  await next.remove(ORDER);
  expect((await next.list()).map(({ order }) => order)).toEqual([OTHER]);
});

test('what is not whole or no one’s is left alone, and a folder that is missing holds nothing', async () => {
  writeFileSync(join(directory, 'half.json'), '{"vantage": "north", "ord');
  writeFileSync(join(directory, 'other.json'), '{"vantage": "north"}');
  const spool = new Spool(directory);
  expect(await spool.list()).toEqual([]);
  expect(readdirSync(directory)).toHaveLength(2);
  expect(await new Spool(join(directory, 'none')).list()).toEqual([]);
});
