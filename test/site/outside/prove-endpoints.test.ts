import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Bell } from '../../../src/async/bell.js';
import { proveEndpoints, type ProveEndpointsOptions } from '../../../src/site/outside/prove-endpoints.js';
import type { OpenStandIn } from '../../../src/site/outside/stand-in.js';
import { VantageClient } from '../../../src/site/outside/vantage-client.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { proofSchema } from '../../../src/model/site.js';
import type { ProofEvent } from '../../../src/model/vantage-api.js';
import { sendProofs } from '../../../src/vantage/exchanges/send-proofs.js';
import { stopAfterEach } from '../../lab-sites/running.js';
import { runApp, TOKEN } from '../../vantage/run-app.js';
import { type Answerer, failureOf, sendEvents, sendJson, startFake } from './fake-vantage.js';
import { findFreeEndpoints, LOCAL, startStandIn } from './start-stand-in.js';

stopAfterEach();

const STARTED = ['started', { address: LOCAL, ports: [] }] as const;
const END = ['end', {}] as const;
const ARRIVAL = { at: 'tcp/8080' as EndpointId, from: '203.0.113.9:40000' };

const eventOf = (endpoint: EndpointId, change: Partial<ProofEvent> = {}) =>
  ['proof', { endpoint, state: 'open', reason: 'syn-ack', tries: 1, receipt: true, ...change }] as const;

/** A stand-in that never listened, to which this has come. */
function pretend(bound: readonly EndpointId[], arrived: readonly EndpointId[]): OpenStandIn {
  const arrivals = new Map(arrived.map((endpoint) => [endpoint, ARRIVAL]));
  return { address: LOCAL, bound, unbound: [], arrivals, bell: new Bell(), close: () => Promise.resolve() };
}

async function prove(
  answer: Answerer,
  change: Partial<ProveEndpointsOptions> & Pick<ProveEndpointsOptions, 'standIn'>,
) {
  const { client, asked } = await startFake(answer);
  const problems: string[] = [];
  const proofs = await proveEndpoints({
    ...{ client, key: randomBytes(32), services: ['tcp/80', 'udp/5060'], canaries: ['tcp/40000'] },
    ...{ signal: new AbortController().signal, onProblem: (message: string) => void problems.push(message), ...change },
  });
  for (const proof of proofs) proofSchema.parse(proof);
  return { proofs, problems, asked: asked.map(({ body }) => JSON.parse(body) as { key: string; endpoints: string[] }) };
}

describe('proveEndpoints', () => {
  test('joins what a vantage saw with what arrived, on loopback from end to end', async () => {
    const bound = await findFreeEndpoints();
    const { standIn, key } = await startStandIn(bound);
    const services = [...bound.slice(0, 4), 'tcp/1'] as const;
    const app = await runApp({ exchanges: { sendProofs } });
    const client = new VantageClient({ url: new URL(`http://${LOCAL}:${app.port}`), token: TOKEN });
    const { signal } = new AbortController();
    const proofs = await proveEndpoints({ client, key, standIn, services, canaries: bound.slice(4), signal });
    expect(proofs.map(({ endpoint }) => endpoint).sort()).toEqual([...bound].sort());
    for (const proof of proofs) {
      expect(proofSchema.parse(proof)).toMatchObject({ arrived: true, arrivedAt: proof.endpoint, receipt: true });
      expect(proof).toMatchObject({
        state: 'open',
        tries: 1,
        kind: services.includes(proof.endpoint) ? 'service' : 'canary',
      });
    }
    // One that is not forwarded: nothing comes, though the stand-in listens.
    const other = await startStandIn(await findFreeEndpoints(), key);
    const asked = other.standIn.bound;
    await other.standIn.close();
    const missed = await proveEndpoints({ client, key, standIn: other.standIn, services: asked, canaries: [], signal });
    expect(missed.map(({ arrived, state, receipt }) => [arrived, state, receipt])).toEqual(
      asked.map(() => [false, 'closed', false]),
    );
  });

  test('asks for what is bound alone, and for nothing where nothing is', async () => {
    const answer: Answerer = (response) => sendEvents(response, STARTED, eventOf('udp/5060'), END);
    const key = Buffer.alloc(32, 1);
    const { proofs, asked } = await prove(answer, { standIn: pretend(['udp/5060', 'udp/9'], ['udp/5060']), key });
    expect(asked).toMatchObject([{ key: key.toString('base64url'), endpoints: ['udp/5060'] }]);
    expect(proofs).toEqual([
      {
        ...{ endpoint: 'udp/5060', kind: 'service', arrived: true, arrivedAt: 'tcp/8080', from: '203.0.113.9:40000' },
        ...{ state: 'open', reason: 'syn-ack', tries: 1, receipt: true },
      },
    ]);
    const none = await prove(answer, { standIn: pretend([], []) });
    expect(none).toMatchObject({ proofs: [], asked: [] });
  });

  test('takes the first word on each endpoint, and none on what was not asked', async () => {
    const { proofs } = await prove(
      (response) =>
        sendEvents(
          ...([response, STARTED, ['hello', 1], eventOf('tcp/22')] as const),
          ...[eventOf('tcp/80', { state: 'filtered', reason: 'no-response', receipt: false }), eventOf('tcp/80'), END],
        ),
      { standIn: pretend(['tcp/80'], []) },
    );
    expect(proofs).toMatchObject([{ endpoint: 'tcp/80', arrived: false, state: 'filtered', receipt: false }]);
  });

  test('asks in several requests where there are too many for one', async () => {
    const services = Array.from({ length: 700 }, (_, index): EndpointId => `udp/${index + 1}`);
    const { asked } = await prove((response) => sendEvents(response, STARTED, END), {
      ...{ services, canaries: [], standIn: pretend(services, services) },
    });
    expect(asked.map(({ endpoints }) => endpoints.length)).toEqual([512, 188]);
  });

  test('waits a moment for what comes late', async () => {
    const standIn = pretend(['tcp/80'], []);
    setTimeout(() => {
      (standIn.arrivals as Map<EndpointId, typeof ARRIVAL>).set('tcp/80', ARRIVAL);
      standIn.bell.ring();
    }, 300);
    const { proofs } = await prove((response) => sendEvents(response, STARTED, END), { standIn });
    expect(proofs).toMatchObject([{ arrived: true }]);
  });

  test('keeps what came where the vantage fails in the middle, and calls the rest unknown', async () => {
    const { proofs, problems } = await prove((response) => sendEvents(response, STARTED, eventOf('tcp/80')).end(), {
      standIn: pretend(['tcp/80', 'udp/5060', 'tcp/40000'], ['tcp/40000']),
    });
    const unknown = { state: 'error', reason: 'cut-off', tries: 0, receipt: false };
    expect(proofs).toMatchObject([
      { endpoint: 'tcp/80', arrived: false, state: 'open' },
      { endpoint: 'udp/5060', arrived: false, ...unknown },
      { endpoint: 'tcp/40000', arrived: true, ...unknown },
    ]);
    expect(problems).toEqual([expect.stringContaining('cut off')]);
  });

  test.each<[string, Answerer, string]>([
    ['refuses', (response) => sendJson(response, { error: 'not today' }, 403), 'refused'],
    ['fails at once', (response) => sendEvents(response, STARTED, ['failed', { message: 'no' }]), 'refused'],
    [
      'tells of no endpoint',
      (response) => sendEvents(response, STARTED, ['proof', { endpoint: 'x' }], END),
      'protocol',
    ],
  ])('throws where the vantage %s', async (_what, answer, kind) => {
    const error = await failureOf(prove(answer, { standIn: pretend(['tcp/80'], []) }));
    expect(error).toMatchObject({ name: 'VantageError', kind });
  });
});
