import { describe, expect, test } from '@jest/globals';
import { createExclusion } from '../../../src/files/targets/guard.js';
import { expandTargets, type ExpandOptions } from '../../../src/files/targets/expand-targets.js';
import type { Resolution } from '../../../src/model/address.js';
import { parseTargetSpec } from '../../../src/files/targets/targets.js';
import { targetSchema, type Target } from '../../../src/model/report.js';

const NAMES: Record<string, Resolution> = {
  'two.example.net': { addresses: ['203.0.113.1', '2001:db8::1'] },
  'public.example.net': { addresses: ['8.8.8.8', '10.0.0.1', '::ffff:9.9.9.9'] },
  'half.example.net': { addresses: ['203.0.113.1'], missing: 'its IPv6 addresses are not known' },
  'bad.example.net': { addresses: ['fe80::1%eth0'] },
  'empty.example.net': { addresses: [] },
  'many.example.net': { addresses: Array.from({ length: 40 }, (_, i) => `8.8.8.${i}`) },
};
const resolve = (name: string) =>
  name === 'crash.example.net'
    ? Promise.reject(new Error('resolver crashed'))
    : Promise.resolve(NAMES[name] ?? { problem: 'no such name' });

const now = () => new Date('2026-01-02T03:04:05.678Z');

function expand(texts: string[], options: Partial<ExpandOptions> = {}): AsyncGenerator<Target> {
  const specs = texts.map((text) => parseTargetSpec(text));
  return expandTargets({ specs, allowSpecial: true, authorizedBy: 'test', resolve, now, ...options });
}

async function collect(targets: AsyncIterable<Target>): Promise<Target[]> {
  const all: Target[] = [];
  for await (const target of targets) all.push(target);
  return all;
}

async function addresses(targets: AsyncGenerator<Target>): Promise<(string | null)[]> {
  return (await collect(targets)).map(({ address }) => address);
}

describe('expandTargets', () => {
  test('gives addresses and ranges in order, each address once', async () => {
    const repeats: (string | null)[] = [];
    const onRepeat = ({ address }: Target) => repeats.push(address);
    const targets = expand(['192.0.2.7', '192.0.2.6-8', '2001:DB8::7', '::ffff:192.0.2.8'], { onRepeat });
    expect(await addresses(targets)).toEqual(['192.0.2.7', '192.0.2.6', '192.0.2.8', '2001:db8::7']);
    expect(repeats).toEqual(['192.0.2.7', '192.0.2.8']);
  });

  test('describes an address', async () => {
    expect((await expand(['192.0.2.7/32']).next()).value).toEqual({
      input: '192.0.2.7/32',
      address: '192.0.2.7',
      name: null,
      resolvedAt: null,
      scope: 'documentation',
      problem: null,
    });
  });

  test('tells beside what was found of a name what could not be asked for', async () => {
    const targets = await collect(expand(['half.example.net']));
    expect(targets.map(({ address, problem }) => [address, problem])).toEqual([
      ['203.0.113.1', null],
      [null, 'half.example.net: its IPv6 addresses are not known'],
    ]);
  });

  test('gives every address of a name, and when it was resolved', async () => {
    const targets = await collect(expand(['Two.Example.net']));
    const common = { input: 'Two.Example.net', name: 'two.example.net', resolvedAt: '2026-01-02T03:04:05.678Z' };
    expect(targets).toEqual([
      { ...common, address: '203.0.113.1', scope: 'documentation', problem: null },
      { ...common, address: '2001:db8::1', scope: 'documentation', problem: null },
    ]);
  });

  test('a name with trouble becomes a target with a problem', async () => {
    const texts = ['none.example.net', 'empty.example.net', 'bad.example.net', 'crash.example.net'];
    const targets = await collect(expand(texts));
    expect(targets.map(({ address, problem }) => [address, problem])).toEqual([
      [null, 'none.example.net: no such name'],
      [null, 'empty.example.net has no address'],
      [null, 'bad.example.net resolves to fe80::1%eth0, which is not an IP address'],
      [null, 'crash.example.net: cannot be resolved: resolver crashed'],
    ]);
    for (const target of targets) expect(targetSchema.safeParse(target).success).toBe(true);
  });

  test('a special address behind a name is a problem, given literally an error', async () => {
    const targets = await collect(expand(['public.example.net'], { allowSpecial: false }));
    expect(targets.map(({ address, scope }) => [address, scope])).toEqual([
      ['8.8.8.8', 'public'],
      [null, 'private'],
      ['9.9.9.9', 'public'],
    ]);
    expect(targets[1]?.problem).toMatch(/resolves to 10\.0\.0\.1, which is a private address/);
    await expect(addresses(expand(['10.0.0.1'], { allowSpecial: false }))).rejects.toThrow(/the option allowSpecial/);
    await expect(addresses(expand(['224.0.0.1']))).rejects.toThrow(/never checked/);
  });

  test('leaves out what is excluded', async () => {
    const exclude = createExclusion(
      ['192.0.2.1-2', '192.0.2.4/31', 'none.example.net', '203.0.113.1'].map((text) => parseTargetSpec(text)),
    );
    const targets = expand(['192.0.2.0/29', 'none.example.net', 'two.example.net'], { exclude });
    expect(await addresses(targets)).toEqual(['192.0.2.0', '192.0.2.3', '192.0.2.6', '192.0.2.7', '2001:db8::1']);
  });

  test('does not materialise a large network, nor walk through what is excluded', async () => {
    const exclude = createExclusion([parseTargetSpec('2001:db8::/33')]);
    // Either would never end.
    const targets = expand(['2001:db8::/32'], { exclude });
    expect((await targets.next()).value).toMatchObject({ address: '2001:db8:8000::' });
    await targets.return(undefined);
  });

  test.each([
    [['192.0.2.0/24'], 16],
    [['192.0.2.0/28', '198.51.100.1'], 16],
    [['192.0.2.1', 'many.example.net'], 16],
  ])('the 17th address of %p needs an authorisation', async (texts, allowed) => {
    const got: string[] = [];
    const take = async () => {
      for await (const { address } of expand(texts, { authorizedBy: null })) got.push(address ?? '');
    };
    await expect(take()).rejects.toThrow(/the option authorizedBy/);
    expect(got).toHaveLength(allowed);
  });

  test('gives the first target of a stream before the next one is there', async () => {
    async function* stream() {
      yield parseTargetSpec('192.0.2.1');
      await new Promise(() => undefined);
    }
    const targets = expand([], { specs: stream() });
    expect((await targets.next()).value).toMatchObject({ address: '192.0.2.1' });
    await targets.return(undefined);
  });

  test('resolves a few names at once, and keeps their order', async () => {
    let active = 0;
    let most = 0;
    const slow = async (name: string): Promise<Resolution> => {
      most = Math.max(most, ++active);
      await new Promise((done) => setTimeout(done, name.startsWith('n0') ? 30 : 5));
      active--;
      return { addresses: [`192.0.2.${name.slice(1, name.indexOf('.'))}`] };
    };
    const texts = Array.from({ length: 20 }, (_, i) => `n${i}.example.net`);
    const found = await addresses(expand(texts, { resolve: slow }));
    expect(found).toEqual(texts.map((_, i) => `192.0.2.${i}`));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });
});
