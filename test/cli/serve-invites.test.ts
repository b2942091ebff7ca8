import { expect, test } from '@jest/globals';
import { createFiles, runHere } from './run.js';

const files = createFiles();
const inventory = files.write('clients.yaml', 'clients: []\n');
const token = files.write('token', 'spt_token-of-a-vantage\n');

test.each([
  [['--invites', 'x', '--vantage', 'https://vantage.example'], /--invites and --vantage are two ways/],
  [['--invite-page', 'https://vantage.example'], /--invite-page has no effect without --invites or --vantage/],
  [['--vantage-token', token], /no effect without --vantage/],
  [['--vantage-ca', token], /no effect without --vantage/],
  [['--vantage', 'https://vantage.example'], /--vantage needs a token/],
  [['--vantage', 'http://vantage.example', '--vantage-token', token], /it must be https:\/\//],
  [['--vantage', 'vantage', '--vantage-token', token], /it is not a URL/],
  [['--vantage', 'https://vantage.example', '--vantage-token', '/nowhere/token'], /\/nowhere\/token/],
])('serve %j is refused', async (args, problem) => {
  const { code, stderr } = await runHere(['serve', '--inventory', inventory, '--listen', '127.0.0.1:0', ...args]);
  expect(stderr).toMatch(problem);
  expect(code).toBe(2);
});
