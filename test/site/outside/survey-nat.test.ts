import { describe, expect, test } from '@jest/globals';
import { surveyNat } from '../../../src/site/outside/survey-nat.js';
import { natSurveySchema, type NatSurvey } from '../../../src/model/site.js';
import { StunPorts } from '../../../src/vantage/exchanges/stun-ports.js';
import { createLoopbackClient } from './loopback-vantage.js';
import { openRelay, type Relay, type RelayOptions } from './relay.js';

const HOST = '127.0.0.1';
const never = new AbortController().signal;

interface Asked {
  readonly bindingSeconds?: number | null;
  readonly silences?: readonly number[];
  readonly signal?: AbortSignal;
  readonly localAddress?: string;
}

/** Surveys with the ports that `between` gives in the vantage's place. */
async function surveyBetween(
  between: (ports: readonly [number, number]) => Promise<Pick<Relay, 'udp' | 'close'>>,
  { bindingSeconds = null, localAddress = HOST, signal = never, silences }: Asked = {},
): Promise<NatSurvey> {
  const stun = await StunPorts.open({ host: HOST, ports: [0, 0] });
  const { udp, close } = await between(stun.ports);
  const client = createLoopbackClient({
    ports: udp,
    // eslint-disable-next-line require-yield -- the vantage tells nothing here
    run: async function* (key, stop, { seconds }) {
      await stun.serve({ address: HOST, key, seconds: seconds as number, signal: stop });
    },
  });
  try {
    return natSurveySchema.parse(await surveyNat({ client, localAddress, bindingSeconds, signal, silences }));
  } finally {
    await Promise.all([close(), stun.close()]);
  }
}

const survey = (asked?: Asked) =>
  surveyBetween((ports) => Promise.resolve({ udp: ports, close: () => Promise.resolve() }), asked);
const surveyThrough = (options: RelayOptions, asked?: Asked) =>
  surveyBetween((ports) => openRelay({ udp: ports }, options), asked);

describe('surveyNat: mapping', () => {
  test.concurrent('none, where we are seen as we are', async () => {
    const seen = await survey();
    expect(seen).toMatchObject({ mapping: 'none', portPreserved: true, binding: null, problem: null });
    expect(new Set(seen.mapped.map(({ vantagePort }) => vantagePort)).size).toBe(2);
  });

  test.concurrent('endpoint-independent, where both ports see the same', async () => {
    const seen = await surveyThrough({});
    expect(seen).toMatchObject({ mapping: 'endpoint-independent', portPreserved: false, problem: null });
    expect(seen.mapped[0]?.port).toBe(seen.mapped[1]?.port);
    expect(seen.mapped[0]?.port).not.toBe(seen.mapped[0]?.localPort);
  });

  test.concurrent('endpoint-dependent, where each sees another port', async () => {
    const seen = await surveyThrough({ perDestination: true });
    expect(seen).toMatchObject({ mapping: 'endpoint-dependent', portPreserved: false, problem: null });
  });

  test.concurrent('asks again where datagrams are lost', async () => {
    let count = 0;
    const seen = await surveyThrough({ alter: (bytes) => (count++ % 3 === 0 ? null : bytes) });
    expect(seen).toMatchObject({ mapping: 'endpoint-independent', problem: null });
  });

  test.concurrent('unknown, and why, where nothing answers; then no binding is tried', async () => {
    const seen = await surveyThrough({ alter: () => null }, { bindingSeconds: 1 });
    expect(seen).toMatchObject({ mapping: 'unknown', portPreserved: null, mapped: [], binding: null });
    expect(seen.problem).toContain('did not answer');
  });

  test.concurrent('unknown where one of two ports answers', async () => {
    let silent = 0;
    const seen = await surveyBetween(async (ports) => {
      const open = await openRelay({ udp: [ports[0]] });
      const closed = await openRelay({ udp: [ports[1]] }, { alter: () => null });
      silent = closed.udp[0]!;
      const close = async () => void (await Promise.all([open.close(), closed.close()]));
      return { udp: [open.udp[0]!, silent], close };
    });
    expect(seen).toMatchObject({ mapping: 'unknown', portPreserved: false });
    expect(seen.problem).toContain(`port ${silent} did not answer`);
  });

  test.concurrent('says so where our own address cannot be used', async () => {
    const seen = await survey({ localAddress: '192.0.2.77' });
    expect(seen).toMatchObject({ mapping: 'unknown', mapped: [] });
    expect(seen.problem).toContain('EADDRNOTAVAIL');
  });

  test.concurrent('believes nobody who cannot sign', async () => {
    const seen = await surveyThrough({
      alter: (bytes, direction) => {
        const copy = Buffer.from(bytes);
        if (direction === 'inward') copy[copy.length - 1]! ^= 1;
        return copy;
      },
    });
    expect(seen).toMatchObject({ mapping: 'unknown', mapped: [] });
  });
});

describe('surveyNat: bindings', () => {
  test.concurrent('held as long as was tried', async () => {
    const seen = await surveyThrough({}, { bindingSeconds: 1 });
    expect(seen).toMatchObject({
      binding: { heldSeconds: 1, lostSeconds: null, triedSeconds: 1 },
      problem: null,
    });
    expect(seen.mapped).toHaveLength(3);
  });

  test.concurrent('lost after a silence that is longer than the router remembers', async () => {
    const seen = await surveyThrough({ forgetMs: 1_700 }, { bindingSeconds: 2, silences: [1] });
    expect(seen).toMatchObject({
      mapping: 'endpoint-independent',
      binding: { heldSeconds: 1, lostSeconds: 2, triedSeconds: 2 },
      problem: null,
    });
  });

  test.concurrent('one lost datagram is no lost binding', async () => {
    // Of each indication, which is shorter than all else, the first copy is swallowed.
    let copies = 0;
    const seen = await surveyThrough(
      { alter: (bytes) => (bytes.readUInt16BE(0) === 0x0011 && copies++ === 0 ? null : bytes) },
      { bindingSeconds: 1 },
    );
    expect(copies).toBeGreaterThan(1);
    expect(seen.binding).toEqual({ heldSeconds: 1, lostSeconds: null, triedSeconds: 1 });
  });

  test.concurrent('a silence that was not waited for is not counted', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const seen = await surveyThrough({}, { bindingSeconds: 20, silences: [10], signal: stop.signal });
    expect(seen).toMatchObject({ mapping: 'endpoint-independent', binding: null });
    expect(seen.problem).toContain('stopped');
  });
});
