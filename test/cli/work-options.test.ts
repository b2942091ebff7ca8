import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createFiles, runHere, words } from './run.js';

const files = createFiles();
const token = files.write('token', 'spt_token\n');
const inventory = files.write('clients.yaml', 'clients: []\n');
const store = 'postgres:///none?host=/nonexistent&user=nobody';
const server = '--server https://coordinator.example.com';
const coordinator = `coordinator --inventory ${inventory} --vantage berlin --store ${store}`;

describe('what is wrong is told:', () => {
  test.each<[string, RegExp]>([
    ['worker --vantage berlin', /^either --store \(or SALLYPORT_STORE\).* or --server/],
    [`worker --vantage berlin --store ${store} ${server}`, /^either --store .* or --server/],
    [`worker --vantage berlin ${server}`, /^no token is given for --server: name its file with --token-file FILE/],
    [
      `worker --vantage berlin --store ${store} --token-file ${token}`,
      /^--token-file and --server-ca are for --server/,
    ],
    [`worker --vantage berlin --server coordinator.example.com --token-file ${token}`, /it is not a URL such as/],
    [
      `worker --vantage berlin --server http://coordinator.example.com --token-file ${token}`,
      /would show the token to everyone on the way/,
    ],
    [`${coordinator} --listen 127.0.0.1:0`, /^no token file is given for --listen/],
    [`${coordinator} --token-file ${token}`, /^--listen HOST:PORT is missing/],
    [`${coordinator} --listen 127.0.0.1:0 --token-file ${token} --tls-cert x`, /^--tls-cert and --tls-key go together/],
    [`coordinator token Berlin --token-file ${token}`, /^bad name "Berlin": it begins with that of a vantage/],
    [`coordinator token berlin --token-file ${token} --role admin`, /^unknown option --role/],
    ['workers --store clients.sqlite', /need a store on a server/],
    [
      `check 203.0.113.7 --allow-special --profile sip-trunk --vantages berlin,office=provder --store ${store}`,
      /^profile sip-trunk has no source "provder"; its sources are outsider, provider/,
    ],
    [
      `check 203.0.113.7 --allow-special --vantages berlin,office=provider --store ${store}`,
      /^profile closed has no source "provider"; its sources are outsider\n/,
    ],
    [
      `check 203.0.113.7 --allow-special --profile sip-trunk --vantages office=provider --store ${store}`,
      /cannot be reached/,
    ],
  ])('%s', async (line, problem) => {
    const { code, stdout, stderr } = await runHere(words(line));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.replace(/^sallyport: /, '')).toMatch(problem);
  });
});

test('a token of a worker has the name of its vantage, and no role', async () => {
  const file = join(files.directory, 'tokens');
  const made = await runHere(words(`coordinator token berlin.2 --token-file ${file}`));
  expect(made.stdout).toMatch(/^spt_[A-Za-z0-9_-]{43}\n$/);
  expect(made.stderr).toMatch(/berlin\.2 is shown only now.*\n.*looks from that vantage.*--server and --token-file/);
  expect(readFileSync(file, 'utf8')).toMatch(/^berlin\.2 sha256:[0-9a-f]{64}\n$/);
});
