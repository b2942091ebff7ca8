import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createInterface } from 'node:readline/promises';
import { reportSchema } from '../../src/model/report.js';
import { enterNamespace, must, type Outcome } from './namespace.js';
import { runSallyport } from './sallyport.js';

const NETSIM = join(process.cwd(), 'test/lab/netsim/netsim.sh');
const SITES = ['-n', '1024', '-s', '20261'];

/** What compare.js prints. */
interface Comparison {
  readonly sites: number;
  readonly missing: number;
  readonly tcp: Tally;
  readonly udp: Tally;
  readonly wrong: readonly string[];
  readonly classes: Record<string, Group>;
}
interface Tally {
  readonly states: number;
  readonly wrong: number;
  readonly falseOpen: number;
}
interface Group {
  readonly sites: number;
  readonly verdicts: Record<string, number>;
  readonly rules: Record<string, number>;
}

/** 1,024 simulated sites, one packet in fifty lost on the way there and as many on the way back. */
describe('a fleet of 1,024 sites in a lossy internet', () => {
  const name = `${process.env.LAB_NAMESPACES ?? 'sallyport'}-netsim-${process.pid}`;
  let directory: string;
  let outcome: Outcome;
  let comparison: Comparison;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sallyport-netsim-'));
    const reports = join(directory, 'reports.ndjson');
    const truth = join(directory, 'truth.ndjson');
    await must(['bash', NETSIM, 'up', name, ...SITES, '-l', '2']);
    await writeFile(truth, await must(['bash', NETSIM, 'truth', ...SITES]));
    outcome = await runSallyport(enterNamespace(name), [
      ...['check', '198.18.0.1-198.18.4.0', '--allow-special', '--authorized-by', 'lab', '--timing', 'fast'],
      ...['--format', 'ndjson', '--quiet', '-o', reports],
    ]);
    comparison = JSON.parse(
      await must([process.execPath, join(process.cwd(), 'test/lab/netsim/compare.js'), truth, reports]),
    ) as Comparison;
  }, 120_000);
  afterAll(async () => {
    await must(['bash', NETSIM, 'down', name]);
    await rm(directory, { recursive: true, force: true });
  });

  test('has one valid report a site', async () => {
    expect(outcome.stderr).toBe('');
    expect(outcome.code).toBe(1);
    expect(comparison).toMatchObject({ sites: 1024, missing: 0 });
    let lines = 0;
    for await (const line of createInterface({ input: createReadStream(join(directory, 'reports.ndjson')) })) {
      lines += 1;
      expect(reportSchema.parse(JSON.parse(line)).authorization).toBe('lab');
    }
    expect(lines).toBe(1024);
  });

  test('has its TCP and UDP states right, and nothing falsely open', () => {
    const { tcp, udp, wrong } = comparison;
    expect(tcp.states).toBe(1024 * 6);
    expect(udp.states).toBe(1024 * 4);
    if (tcp.wrong > 0 || udp.wrong > 0) console.log(wrong.join('\n'));
    expect(tcp.wrong / tcp.states).toBeLessThanOrEqual(0.0002);
    expect(udp.wrong / udp.states).toBeLessThanOrEqual(0.005);
    expect(tcp.falseOpen + udp.falseOpen).toBe(0);
  });

  /** All sites of a class, or nearly all where a lost packet may hide one. */
  const nearly = ({ sites }: Group) => Math.floor(sites * 0.97);

  test.each([
    ['dmz', 'dmz-suspected'],
    ['upnp-wan', 'upnp-answers-on-wan'],
    ['tarpit', 'every-port-opens'],
    ['webpro', 'admin-interface-reachable'],
    ['trunk', 'sip-open-to-world'],
  ])('finds in class %s: %s', (kind, rule) => {
    const group = comparison.classes[kind];
    expect(group?.sites).toBeGreaterThan(5);
    expect(group?.rules[rule] ?? 0).toBeGreaterThanOrEqual(nearly(group!));
  });

  test.each(['dmz-suspected', 'upnp-answers-on-wan', 'every-port-opens'])('finds %s in no other class', (rule) => {
    const own = { 'dmz-suspected': 'dmz', 'upnp-answers-on-wan': 'upnp-wan', 'every-port-opens': 'tarpit' }[rule];
    const others = Object.entries(comparison.classes).filter(([kind, { rules }]) => kind !== own && rules[rule]);
    expect(others).toEqual([]);
  });

  test('gives every class its verdict', () => {
    const verdicts = (kind: string) => Object.keys(comparison.classes[kind]?.verdicts ?? {});
    // Where what was lost looks as if somebody had begun to refuse, a check says that it does not know.
    const { compliant = 0, inconclusive = 0, ...others } = comparison.classes['reject']!.verdicts;
    expect(others).toEqual({});
    expect(inconclusive).toBeLessThanOrEqual(0.02 * compliant);
    // Nothing vouches for a site that is silent.
    expect(verdicts('filtered')).toEqual(['inconclusive']);
    // Of the ports to which they moved WebPro, a check of many sites asks the likeliest; the others are silent to it.
    expect(['inconclusive', 'violation']).toEqual(expect.arrayContaining(verdicts('moved')));
    for (const kind of ['dmz', 'webpro', 'upnp-wan', 'trunk', 'pcpro', 'sip-tcp', 'remote-phones']) {
      expect([kind, verdicts(kind)]).toEqual([kind, ['violation']]);
    }
    expect(verdicts('tarpit')).toEqual(['inconclusive']);
  });
});
