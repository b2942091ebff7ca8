import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { type EndpointId, parseEndpointId } from '../../../src/model/endpoint.js';
import { type ProofEvent, proofEventSchema } from '../../../src/model/vantage-api.js';
import { sendProofs, type SendProofsOptions } from '../../../src/vantage/exchanges/send-proofs.js';
import { parseProof, renderReceipt } from '../../../src/protocols/proof.js';
import { findFreeEndpoints, LOCAL, startStandIn } from '../../site/outside/start-stand-in.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { QUICK } from '../../net/start-engine.js';

stopAfterEach();

async function send(endpoints: readonly EndpointId[], options: Partial<SendProofsOptions> = {}) {
  const signal = new AbortController().signal;
  const key = randomBytes(32);
  const events: ProofEvent[] = [];
  for await (const event of sendProofs({ address: LOCAL, key, endpoints, timing: QUICK, signal, ...options })) {
    events.push(proofEventSchema.parse(event));
  }
  return events;
}

const inOrder = (events: readonly ProofEvent[]) => new Map(events.map((event) => [event.endpoint, event]));

describe('sendProofs', () => {
  test('has a receipt of every endpoint of a stand-in, and tells closed ones', async () => {
    const bound = await findFreeEndpoints();
    const { standIn, key } = await startStandIn(bound);
    const closed = await findFreeEndpoints();
    const events = await send([...bound, ...closed], { key });
    expect(events).toHaveLength(12);
    const seen = inOrder(events);
    for (const endpoint of bound) expect(seen.get(endpoint)).toMatchObject({ state: 'open', tries: 1, receipt: true });
    for (const endpoint of closed) expect(seen.get(endpoint)).toMatchObject({ state: 'closed', receipt: false });
    expect([...standIn.arrivals.keys()].sort()).toEqual([...bound].sort());
  });

  test('sends in the order asked for, apart in time', async () => {
    const ports = await Promise.all(Array.from({ length: 6 }, async () => keep(await listenUdp(LOCAL, 0, note))));
    const heard: { port: number; atMs: number }[] = [];
    function note({ data }: { data: Buffer }): void {
      const port = Number(/udp\/(\d+)/.exec(String(data))![1]);
      if (!heard.some((one) => one.port === port)) heard.push({ port, atMs: performance.now() });
    }
    const asked = ports.map(({ port }) => port).sort((a, b) => b - a);
    await send(asked.map((port): EndpointId => `udp/${port}`));
    expect(heard.map(({ port }) => port)).toEqual(asked);
    expect(heard.at(-1)!.atMs - heard[0]!.atMs).toBeGreaterThan(500);
  });

  test('takes no receipt for right that another key signed, that is for another nonce, or that is none', async () => {
    const key = randomBytes(32);
    const behaviours: ((data: Buffer) => Buffer)[] = [
      (data) => renderReceipt(randomBytes(32), parseProof(key, data)!),
      (data) => renderReceipt(key, { ...parseProof(key, data)!, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }),
      (data) => data,
      () => Buffer.from('SIP/2.0 200 OK\r\n\r\n'),
    ];
    const endpoints: EndpointId[] = [];
    for (const behave of behaviours) {
      const udp = keep(await listenUdp(LOCAL, 0, ({ data, reply }) => reply(behave(data))));
      const tcp = keep(
        await listenTcp(LOCAL, 0, (socket) => socket.once('data', (data: Buffer) => socket.write(behave(data)))),
      );
      endpoints.push(`udp/${udp.port}`, `tcp/${tcp.port}`);
    }
    const events = await send(endpoints, { key, timing: { ...QUICK, answerMs: 100 } });
    expect(events.map(({ state, receipt }) => [state, receipt])).toEqual(endpoints.map(() => ['open', false]));
  });

  test('sends one proof four times over UDP before it believes silence, and takes a receipt of any try', async () => {
    const key = randomBytes(32);
    const heard: string[] = [];
    const silent = keep(await listenUdp(LOCAL, 0, ({ data }) => void heard.push(String(data))));
    let count = 0;
    const lossy = keep(
      await listenUdp(LOCAL, 0, ({ data, reply }) => {
        if (++count === 4) reply(renderReceipt(key, parseProof(key, data)!));
      }),
    );
    const seen = inOrder(await send([`udp/${silent.port}`, `udp/${lossy.port}`], { key }));
    expect(seen.get(`udp/${silent.port}`)).toMatchObject({ state: 'open|filtered', reason: 'no-response', tries: 4 });
    expect(heard).toHaveLength(4);
    expect(new Set(heard).size).toBe(1);
    expect(parseProof(key, Buffer.from(heard[0]!))?.endpoint).toBe(`udp/${silent.port}`);
    expect(seen.get(`udp/${lossy.port}`)).toMatchObject({ state: 'open', receipt: true, tries: 4 });
  });

  test('ends at once after an abort, and lets go where its reader leaves', async () => {
    const silent = keep(await listenTcp(LOCAL, 0, () => undefined));
    const endpoints: EndpointId[] = [`tcp/${silent.port}`];
    const abort = new AbortController();
    const timing = { ...QUICK, answerMs: 60_000 };
    const sending = send(endpoints, { timing, signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    expect(await sending).toEqual([expect.objectContaining({ endpoint: endpoints[0], receipt: false })]);
    expect(await send(endpoints, { signal: AbortSignal.abort() })).toEqual([]);
    const quick: EndpointId[] = [...(await findFreeEndpoints()), ...endpoints];
    const { signal } = new AbortController();
    for await (const { endpoint } of sendProofs({
      address: LOCAL,
      key: randomBytes(32),
      endpoints: quick,
      timing,
      signal,
    })) {
      expect(parseEndpointId(endpoint)).toBeDefined();
      break;
    }
  });
});
