import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createProgress } from '../../src/cli/kit/progress.js';

const before = Object.getOwnPropertyDescriptor(process, 'stderr')!;
let terminal: PassThrough;

beforeEach(() => {
  terminal = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true });
  Object.defineProperty(process, 'stderr', { value: terminal, configurable: true });
});
afterEach(() => void Object.defineProperty(process, 'stderr', before));

test('between rows, what is waited for is told once where nothing comes for a while', async () => {
  const progress = await createProgress({ total: 3, quiet: false, reportsShown: true });
  progress.update({ finished: 1, note: '' });
  progress.update({ finished: 3, note: '2 to check again' });
  progress.update({ finished: 3, note: '1 to check again' });
  await once(terminal, 'readable');
  expect(terminal.read()).toBe('sallyport: 1 to check again …\n');
  progress.update({ finished: 3, note: '1 to check again' });
  progress.update({ finished: 3, note: 'the last' });
  await once(terminal, 'readable');
  expect(terminal.read()).toBe('sallyport: the last …\n');
  progress.stop();
});

test('quiet is quiet', async () => {
  const progress = await createProgress({ total: 3, quiet: true, reportsShown: false });
  progress.update({ finished: 1, note: 'waiting' });
  progress.stop();
  expect(terminal.read()).toBeNull();
});
