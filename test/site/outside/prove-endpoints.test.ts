import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Bell } from '../../../src/async/bell.js';
import { proveEndpoints, type ProveEndpointsOptions } from '../../../src/site/outside/prove-endpoints.js';
import type { Arrival, OpenStandIn } from '../../../src/site/outside/stand-in.js';
import { VantageClient } from '../../../src/site/outside/vantage-client.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { type Proof, proofSchema } from '../../../src/model/site.js';
import type { ProofEvent } from '../../../src/model/vantage-api.js';
import { sendProofs } from '../../../src/vantage/exchanges/send-proofs.js';
import { stopAfterAll } from '../../lab-sites/running.js';
import { runApp, TOKEN } from '../../vantage/run-app.js';
import { type Answerer, failureOf, sendEvents, sendJson, startFake } from './fake-vantage.js';
import { findFreeEndpoints, LOCAL, startStandIn } from './start-stand-in.js';

stopAfterAll();

const STARTED = ['started', { address: LOCAL, ports: [] }] as const;
const END = ['end', {}] as const;
const ARRIVAL: Arrival = { at: 'tcp/8080', from: '203.0.113.9:40000', count: 1 };

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

const SILENT = { state: 'filtered', reason: 'no-response', tries: 4, receipt: false } as const;
const REFUSED = { state: 'closed', reason: 'conn-refused', tries: 1, receipt: false } as const;

type Round = readonly [Partial<Record<EndpointId, Partial<ProofEvent>>>, EndpointId[]];

/** A vantage that sees this in each of its rounds, before which this comes to the stand-in. */
const rounds = (...all: readonly Round[]) => {
  const standIn = pretend(['tcp/80', 'udp/5060', 'tcp/40000', 'tcp/50000'], []);
  let round = 0;
  const answer: Answerer = (response, { body }) => {
    const { endpoints } = JSON.parse(body) as { endpoints: EndpointId[] };
    const [seen, come]: Round = all[round++] ?? [{}, []];
    for (const endpoint of come) {
      const count = (standIn.arrivals.get(endpoint)?.count ?? 0) + 1;
      (standIn.arrivals as Map<EndpointId, Arrival>).set(endpoint, { ...ARRIVAL, count });
    }
    const events = endpoints.map((endpoint) => eventOf(endpoint, seen[endpoint] ?? SILENT));
    sendEvents(response, STARTED, ...events, END);
  };
  return { answer, standIn };
};
const vouched = (proofs: readonly Proof[]) => proofs.map(({ vouchedBy }) => vouchedBy);

// A prefix and no `describe`: groups of tests wait for each other.
const SHUT = 'calls shut only what something vouches for:';

describe('proveEndpoints', () => {
  test.concurrent('joins what a vantage saw with what arrived, on loopback from end to end', async () => {
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
    // The first that was asked was refused at once, and again in the end.
    expect(missed.map(({ vouchedBy }) => vouchedBy)).toEqual(asked.map(() => asked[0]));
  });

  test.concurrent('asks for what is bound alone, and for nothing where nothing is', async () => {
    const answer: Answerer = (response) => sendEvents(response, STARTED, eventOf('udp/5060'), END);
    const key = Buffer.alloc(32, 1);
    const { proofs, asked } = await prove(answer, { standIn: pretend(['udp/5060', 'udp/9'], ['udp/5060']), key });
    expect(asked).toMatchObject([{ key: key.toString('base64url'), endpoints: ['udp/5060'] }]);
    expect(proofs).toEqual([
      {
        ...{ endpoint: 'udp/5060', kind: 'service', arrived: true, arrivedAt: 'tcp/8080', from: '203.0.113.9:40000' },
        ...{ state: 'open', reason: 'syn-ack', tries: 1, receipt: true, vouchedBy: null },
      },
    ]);
    const none = await prove(answer, { standIn: pretend([], []) });
    expect(none).toMatchObject({ proofs: [], asked: [] });
  });

  test.concurrent('takes the first word on each endpoint, and none on what was not asked', async () => {
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

  test.concurrent('asks in several requests where there are too many for one', async () => {
    const services = Array.from({ length: 700 }, (_, index): EndpointId => `udp/${index + 1}`);
    const { asked } = await prove((response) => sendEvents(response, STARTED, END), {
      ...{ services, canaries: [], standIn: pretend(services, services) },
    });
    expect(asked.map(({ endpoints }) => endpoints.length)).toEqual([512, 188]);
  });

  test.concurrent('waits a moment for what comes late', async () => {
    const standIn = pretend(['tcp/80'], []);
    setTimeout(() => {
      (standIn.arrivals as Map<EndpointId, Arrival>).set('tcp/80', ARRIVAL);
      standIn.bell.ring();
    }, 300);
    const { proofs } = await prove((response) => sendEvents(response, STARTED, END), { standIn });
    expect(proofs).toMatchObject([{ arrived: true }]);
  });

  test.concurrent('keeps what came where the vantage fails in the middle, and calls the rest unknown', async () => {
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

  test.concurrent(`${SHUT} nothing where all is silent: anyone may have shut us out`, async () => {
    const { answer, standIn } = rounds();
    const { proofs, asked } = await prove(answer, { standIn });
    expect(vouched(proofs)).toEqual([null, null, null]);
    expect(proofs.map(({ tries }) => tries)).toEqual([8, 8, 8]);
    expect(asked.map(({ endpoints }) => endpoints)).toEqual(Array(2).fill(['tcp/80', 'udp/5060', 'tcp/40000']));
  });

  test.concurrent(`${SHUT} what was silent twice, where what arrived arrives again at the end`, async () => {
    const { answer, standIn } = rounds([{}, ['udp/5060']], [{}, []], [{}, ['udp/5060']]);
    const { proofs, asked } = await prove(answer, { standIn });
    expect(vouched(proofs)).toEqual(['udp/5060', null, 'udp/5060']);
    expect(asked.map(({ endpoints }) => endpoints)).toEqual([
      ['tcp/80', 'udp/5060', 'tcp/40000'],
      ['tcp/80', 'tcp/40000'],
      ['udp/5060'],
    ]);
  });

  test.concurrent(`${SHUT} nothing where it does not arrive again`, async () => {
    const { answer, standIn } = rounds([{}, ['udp/5060']]);
    expect(vouched((await prove(answer, { standIn })).proofs)).toEqual([null, null, null]);
  });

  test.concurrent(
    `${SHUT} what was silent twice, where the test port arrives before and after; it is not told itself`,
    async () => {
      const { answer, standIn } = rounds([{}, ['tcp/50000']], [{}, []], [{}, ['tcp/50000']]);
      const { proofs, problems, asked } = await prove(answer, { standIn, testPort: 'tcp/50000' });
      expect(proofs.map(({ endpoint }) => endpoint)).toEqual(['tcp/80', 'udp/5060', 'tcp/40000']);
      expect(vouched(proofs)).toEqual(Array(3).fill('tcp/50000'));
      expect(asked[0]?.endpoints[0]).toBe('tcp/50000');
      expect(problems).toEqual([]);
    },
  );

  test.concurrent(`${SHUT} nothing where the test port does not arrive, which is told`, async () => {
    const { answer, standIn } = rounds();
    const { proofs, problems } = await prove(answer, { standIn, testPort: 'tcp/50000' });
    expect(vouched(proofs)).toEqual([null, null, null]);
    expect(problems).toEqual(['nothing arrived at the test port tcp/50000: is it forwarded to 127.0.0.1?']);
  });

  const seen = (first: Partial<ProofEvent>) => ({ 'tcp/80': first });
  test.concurrent.each([
    ['the first that is asked is refused at once, and so again', REFUSED, REFUSED, 'tcp/80'],
    ['it is silent at the end', REFUSED, SILENT, null],
    ['it is refused in another way at the end', REFUSED, { ...SILENT, reason: 'host-unreach' }, null],
    ['it was refused only when it was tried again', { ...REFUSED, tries: 2 }, REFUSED, null],
  ] as const)(`${SHUT} refusals: %s`, async (_what, first, last, by) => {
    const { answer, standIn } = rounds([seen(first), []], [seen(first), []], [seen(last), []]);
    expect(vouched((await prove(answer, { standIn })).proofs)).toEqual([by, by, by]);
  });

  test.concurrent(`${SHUT} no refusal of what was asked late: it may be that of who shuts us out`, async () => {
    const late = { 'tcp/40000': REFUSED };
    const { answer, standIn } = rounds([late, []], [late, []], [late, []]);
    expect(vouched((await prove(answer, { standIn })).proofs)).toEqual([null, null, null]);
  });

  test.concurrent.each<[string, Answerer, string]>([
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
