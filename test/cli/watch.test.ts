import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFiles, runHere } from './run.js';

const files = createFiles();
const store = join(files.directory, 'watch.sqlite');
const watch = (...args: string[]) => runHere(['watch', '--store', store, ...args]);

test.each([
  ['clients.csv', 'id,address\na,192.0.2.1\n', 'add a column "schedule" with 30 3 * * * (daily at 3:30) or @daily'],
  [
    'clients.yaml',
    'clients:\n  - { id: a, address: 192.0.2.1 }\n',
    'write schedule: "30 3 * * *" (daily at 3:30) under "defaults", a group or a client',
  ],
])('without any schedule it ends with exit code 2 and says what to write: %s', async (name, text, advice) => {
  const file = files.write(name, text);
  const { code, stderr } = await watch('--inventory', file);
  expect(code).toBe(2);
  expect(stderr).toContain(`sallyport: ${file}: no client has a schedule, so nothing would ever be due: ${advice}\n`);
});

test('a choice of clients without a schedule is no better', async () => {
  const file = files.write('some.csv', 'id,address,schedule\na,192.0.2.1,@daily\nb,192.0.2.2,\n');
  const { code, stderr } = await watch('--inventory', file, '--client', 'b');
  expect(code).toBe(2);
  expect(stderr).toContain('no client has a schedule');
});

test('an unquoted schedule in YAML is told to be quoted', async () => {
  const file = files.write('unquoted.yaml', 'defaults:\n  schedule: @daily\nclients: []\n');
  const { code, stderr } = await watch('--inventory', file);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file}:2:13: a value that begins with "@" needs quotes: write "@daily"\n`);
});
