import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadProfile } from '../../src/files/profiles/profile.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { parseListen } from '../../src/files/server/listen.js';
import { compareSip } from '../../src/site/outside/compare-sip.js';
import { proveEndpoints } from '../../src/site/outside/prove-endpoints.js';
import { surveyNat } from '../../src/site/outside/survey-nat.js';
import { VantageClient } from '../../src/site/outside/vantage-client.js';
import { startVantage, type Vantage } from '../../src/vantage/start-vantage.js';
import { findFreeEndpoints, startStandIn } from '../site/outside/start-stand-in.js';
import { stopAfterEach } from '../lab-sites/running.js';
import { createKey, TOKEN } from './run-app.js';

/*
 * A vantage and those who ask it, without anything in between.
 */

stopAfterEach();

const signal = new AbortController().signal;
const troubles: unknown[] = [];
let folder: string;
let vantage: Vantage;
let client: VantageClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vantage-'));
  const tokenFile = join(folder, 'tokens');
  await writeFile(tokenFile, `ann sha256:${hashToken(TOKEN).toString('hex')}\n`, { mode: 0o600 });
  vantage = await startVantage({
    ...{ listen: parseListen('127.0.0.1:0'), tokenFile, sipPort: 0, stunPorts: [0, 0], allowSpecial: true },
    onTrouble: (error) => void troubles.push(error),
  });
  client = new VantageClient({ url: new URL(vantage.url), token: TOKEN });
});
afterAll(async () => {
  await vantage.close();
  await rm(folder, { recursive: true });
  expect(troubles).toEqual([]);
});

test('we are told where we come from, and are checked there', async () => {
  expect(await client.whoami(signal)).toMatchObject({ address: '127.0.0.1', scope: 'loopback' });
  const profile = await loadProfile('closed');
  const report = await client.check({ profile, timing: 'fast' }, signal);
  expect(report.target.address).toBe('127.0.0.1');
});

test('one order may follow the other at once', async () => {
  const body = { key: createKey(), endpoints: ['tcp/1'] };
  for (let count = 0; count < 20; count++) {
    const events: string[] = [];
    for await (const { event } of client.stream('/v1/proofs', body, signal)) events.push(event);
    expect(events).toEqual(['started', 'proof']);
  }
});

test('all that a stand-in listens on is proved', async () => {
  const [canary, ...services] = await findFreeEndpoints();
  const { standIn, key } = await startStandIn([canary!, ...services]);
  const proofs = await proveEndpoints({ client, key, standIn, services, canaries: [canary!], signal });
  expect(proofs).toHaveLength(services.length + 1);
  for (const proof of proofs) expect(proof).toMatchObject({ arrived: true, receipt: true, state: 'open' });
});

test('SIP arrives as it was sent, both ways', async () => {
  const comparisons = await compareSip({ client, localAddress: '127.0.0.1', signal });
  expect(comparisons.length).toBeGreaterThan(4);
  for (const comparison of comparisons) expect(comparison).toMatchObject({ state: 'same', differences: [] });
});

test('there is no NAT', async () => {
  const survey = await surveyNat({ client, localAddress: '127.0.0.1', bindingSeconds: null, signal });
  expect(survey).toMatchObject({ mapping: 'none', problem: null });
});
