import { closeSync, openSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { availableSockets } from '../../../src/net/scan/descriptors.js';

test('availableSockets counts what is open already', () => {
  const before = availableSockets();
  const opened = Array.from({ length: 40 }, () => openSync('/dev/null', 'r'));
  const after = availableSockets();
  for (const descriptor of opened) closeSync(descriptor);
  expect(before).toBeGreaterThanOrEqual(8);
  expect(Number.isSafeInteger(before)).toBe(true);
  // Other parts of the process may open or close a few meanwhile.
  if (before > 100) expect(before - after).toBeGreaterThan(20);
  if (before > 100) expect(availableSockets()).toBeGreaterThan(after);
});
