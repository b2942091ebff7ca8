import { describe, expect, test } from '@jest/globals';
import { compareSip } from '../../../src/site/outside/compare-sip.js';
import { VantageError } from '../../../src/site/outside/vantage-error.js';
import { sipComparisonSchema, type SipComparison } from '../../../src/model/site.js';
import { SipPorts } from '../../../src/vantage/exchanges/sip-ports.js';
import { createLoopbackClient } from './loopback-vantage.js';
import { openRelay, type RelayOptions } from './relay.js';

const HOST = '127.0.0.1';
/** The public address of the router that these relays play. */
const PUBLIC = '203.0.113.7:61000';
const signal = new AbortController().signal;

const MESSAGES = [
  'outward OPTIONS',
  'inward 200 OK',
  'inward OPTIONS',
  'outward 200 OK',
  'outward INVITE',
  'inward 183 Session Progress',
  'inward 603 Decline',
  'outward ACK',
];

async function withPorts<T>(work: (ports: SipPorts) => Promise<T>): Promise<T> {
  const ports = await SipPorts.open({ host: HOST, udp: 0, tcp: 0 });
  return work(ports).finally(() => ports.close());
}

/** Compares through a relay. `endMs`: when the vantage ends the exchange, sooner than it would. */
function compareThrough(options: RelayOptions, endMs = 10_000): Promise<SipComparison[]> {
  return withPorts(async (ports) => {
    const relay = await openRelay({ udp: [ports.udp], tcp: [ports.tcp] }, options);
    const client = createLoopbackClient({
      ports: [relay.udp[0]!, relay.tcp[0]!],
      run: (key, signal) => {
        const end = new AbortController();
        setTimeout(() => end.abort(), endMs).unref();
        return ports.exchange({ address: HOST, key, signal: AbortSignal.any([signal, end.signal]) });
      },
    });
    const comparisons = await compareSip({ client, localAddress: HOST, signal }).finally(() => relay.close());
    for (const comparison of comparisons) sipComparisonSchema.parse(comparison);
    return comparisons;
  });
}

/** A client of these ports, with nothing between. */
const createDirectClient = (ports: SipPorts, tcp = ports.tcp) =>
  createLoopbackClient({
    ports: [ports.udp, tcp],
    run: (key, signal) => ports.exchange({ address: HOST, key, signal }),
  });

const name = ({ direction, message }: SipComparison) => `${direction} ${message}`;
const find = (comparisons: readonly SipComparison[], transport: 'udp' | 'tcp', wanted: string) =>
  comparisons.find((each) => each.transport === transport && name(each) === wanted);
const states = (comparisons: readonly SipComparison[], transport: 'udp' | 'tcp') =>
  Object.fromEntries(
    comparisons.filter((each) => each.transport === transport).map((each) => [name(each), each.state]),
  );
const all = (state: string) => Object.fromEntries(MESSAGES.map((message) => [message, state]));
const fields = (comparison: SipComparison | undefined) => comparison?.differences.map(({ field }) => field);

/** An ALG that puts its public address in the place of the inner one, and back again; it mends Content-Length. */
function playAlg(bytes: Buffer, direction: 'outward' | 'inward'): Buffer {
  const text = bytes.toString('latin1');
  if (direction === 'inward')
    return Buffer.from(text.replace(/^(Via: .*)203\.0\.113\.7:61000/gm, '$1127.0.0.1:9'), 'latin1');
  const altered = text
    .replace(/^(?<=^[A-Z]+ .*\r\n)(Via: SIP\/2\.0\/\w+ )127\.0\.0\.1:\d+/m, `$1${PUBLIC}`)
    .replace(/^(Contact: <sip:sallyport@)127\.0\.0\.1:\d+/m, `$1${PUBLIC}`)
    .replace(/^(o=.* |c=.* )127\.0\.0\.1/gm, '$1203.0.113.7')
    .replace(/^m=audio \d+/m, 'm=audio 61002');
  const body = altered.slice(altered.indexOf('\r\n\r\n') + 4);
  return Buffer.from(altered.replace(/^Content-Length: \d+/m, `Content-Length: ${body.length}`), 'latin1');
}

describe('compareSip', () => {
  test.concurrent('finds everything the same where nothing alters it', async () => {
    const comparisons = await compareThrough({});
    expect(comparisons).toHaveLength(16);
    expect(states(comparisons, 'udp')).toEqual(all('same'));
    expect(states(comparisons, 'tcp')).toEqual(all('same'));
  });

  test.concurrent('tries again where datagrams are lost, and calls none of that altered', async () => {
    let count = 0;
    const comparisons = await compareThrough({
      alter: (bytes, direction, transport) =>
        transport === 'udp' && direction === 'outward' && count++ % 3 === 0 ? null : bytes,
    });
    expect(states(comparisons, 'udp')).toEqual(all('same'));
  });

  test.concurrent('shows what an ALG rewrites, in both directions and over both transports', async () => {
    const comparisons = await compareThrough({ alter: playAlg });
    for (const transport of ['udp', 'tcp'] as const) {
      const invite = find(comparisons, transport, 'outward INVITE');
      expect(invite?.state).toBe('altered');
      expect(fields(invite)).toEqual(['Via', 'Contact', 'Content-Length', 'o=', 'c=', 'm=']);
      expect(invite?.differences[0]?.sent).toContain('127.0.0.1:');
      expect(invite?.differences[0]?.arrived).toContain(PUBLIC);
      expect(fields(find(comparisons, transport, 'outward OPTIONS'))).toEqual(['Via', 'Contact']);
      expect(fields(find(comparisons, transport, 'outward 200 OK'))).toEqual(['Contact']);
      expect(fields(find(comparisons, transport, 'outward ACK'))).toEqual(['Via']);
      expect(fields(find(comparisons, transport, 'inward 200 OK'))).toEqual(['Via']);
      expect(fields(find(comparisons, transport, 'inward 603 Decline'))).toEqual(['Via']);
      expect(find(comparisons, transport, 'inward OPTIONS')?.state).toBe('same');
    }
  });

  test.concurrent('knows messages whose Call-ID was rewritten', async () => {
    const comparisons = await compareThrough({
      alter: (bytes) => Buffer.from(bytes.toString('latin1').replace(/^Call-ID: .*$/gm, 'Call-ID: changed'), 'latin1'),
    });
    expect(fields(find(comparisons, 'udp', 'outward INVITE'))).toEqual(['Call-ID']);
    expect(fields(find(comparisons, 'tcp', 'outward INVITE'))).toEqual(['Call-ID']);
  });

  test.concurrent('goes on over TCP where an ALG changes a body and forgets its length', async () => {
    const comparisons = await compareThrough({
      alter: (bytes) =>
        Buffer.from(bytes.toString('latin1').replaceAll('c=IN IP4 127.0.0.1', 'c=IN IP4 203.0.113.207')),
    });
    expect(fields(find(comparisons, 'tcp', 'outward INVITE'))).toEqual(['c=']);
    expect(fields(find(comparisons, 'tcp', 'inward 183 Session Progress'))).toEqual(['c=']);
    expect(find(comparisons, 'tcp', 'inward 603 Decline')?.state).toBe('same');
    expect(find(comparisons, 'tcp', 'outward ACK')?.state).toBe('same');
  });

  test.concurrent('calls a swallowed INVITE lost, and what hangs on it not sent', async () => {
    const swallow = (bytes: Buffer) => (bytes.toString('latin1').startsWith('INVITE ') ? null : bytes);
    const comparisons = await compareThrough({ alter: swallow }, 3_500);
    for (const transport of ['udp', 'tcp'] as const) {
      expect(states(comparisons, transport)).toEqual({
        ...all('same'),
        'outward INVITE': 'lost',
        'inward 183 Session Progress': 'not-sent',
        'inward 603 Decline': 'not-sent',
        'outward ACK': 'not-sent',
      });
      expect(find(comparisons, transport, 'inward 603 Decline')?.detail).toContain('INVITE did not arrive');
    }
  });

  test.concurrent('tells an answer that something on the way made up', async () => {
    const comparisons = await compareThrough(
      {
        alter: (bytes, direction) =>
          direction === 'inward'
            ? Buffer.from(bytes.toString('latin1').replace('SIP/2.0 603 Decline', 'SIP/2.0 488 Not Acceptable Here'))
            : bytes,
      },
      3_500,
    );
    const made = find(comparisons, 'udp', 'inward 488');
    expect(made).toMatchObject({ state: 'altered', detail: expect.stringContaining('made it') });
    expect(made?.differences[0]).toMatchObject({ sent: '', arrived: 'SIP/2.0 488 Not Acceptable Here' });
    expect(find(comparisons, 'udp', 'inward 603 Decline')?.state).toBe('lost');
  });

  test.concurrent(
    'keeps apart what is lost over UDP and what TCP carries',
    async () => {
      const comparisons = await compareThrough(
        { alter: (bytes, _, transport) => (transport === 'udp' ? null : bytes) },
        6_300,
      );
      expect(states(comparisons, 'tcp')).toEqual(all('same'));
      expect(states(comparisons, 'udp')).toEqual({
        ...all('not-sent'),
        'outward OPTIONS': 'lost',
        'outward INVITE': 'lost',
      });
    },
    10_000,
  );

  test.concurrent('says why nothing was sent where a port cannot be reached, and calls nothing lost', async () => {
    const closed = await openRelay({ tcp: [9] });
    await closed.close();
    const comparisons = await withPorts((ports) =>
      compareSip({ client: createDirectClient(ports, closed.tcp[0]), localAddress: HOST, signal }),
    );
    expect(states(comparisons, 'udp')).toEqual(all('same'));
    expect(states(comparisons, 'tcp')).toEqual(all('not-sent'));
    expect(find(comparisons, 'tcp', 'outward INVITE')?.detail).toMatch(/No TCP connection .*ECONNREFUSED/);
  });

  test.concurrent('says so where our own address cannot be used', async () => {
    const comparisons = await withPorts((ports) =>
      compareSip({ client: createDirectClient(ports), localAddress: '192.0.2.77', signal }),
    );
    expect(new Set(comparisons.map(({ state }) => state))).toEqual(new Set(['not-sent']));
    expect(find(comparisons, 'udp', 'outward OPTIONS')?.detail).toContain('EADDRNOTAVAIL');
  });

  test.concurrent('calls nothing lost where the report of the vantage is cut off', async () => {
    const failing = createLoopbackClient({
      ports: [9, 9],
      // eslint-disable-next-line require-yield -- it fails before it tells anything
      run: async function* () {
        await new Promise((resolve) => setTimeout(resolve, 100));
        throw new VantageError('protocol', 'cut off');
      },
    });
    await expect(compareSip({ client: failing, localAddress: HOST, signal })).rejects.toThrow('cut off');
  });

  test.concurrent('stops at once by its signal', async () => {
    const stop = new AbortController();
    await withPorts(async (ports) => {
      const client = createLoopbackClient({
        ports: [ports.udp, ports.tcp],
        run: (key, signal) => {
          setTimeout(() => stop.abort(), 50);
          return ports.exchange({ address: '192.0.2.1', key, signal });
        },
      });
      await expect(compareSip({ client, localAddress: HOST, signal: stop.signal })).rejects.toThrow(VantageError);
    });
  });

  test.concurrent('holds several exchanges at once', async () => {
    const runs = await Promise.all([compareThrough({}), compareThrough({ alter: playAlg }), compareThrough({})]);
    expect(runs.map((comparisons) => find(comparisons, 'udp', 'outward INVITE')?.state)).toEqual([
      ...['same', 'altered', 'same'],
    ]);
  });
});
