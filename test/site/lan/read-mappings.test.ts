import { describe, expect, test } from '@jest/globals';
import { stopAfterAll } from '../../lab-sites/running.js';
import type { OddAnswer } from '../../lab-sites/servers/igd.js';
import { startEngine } from '../../net/start-engine.js';
import { gateway, mapping, readLab } from './gateways.js';

stopAfterAll();

const engine = () => startEngine({ answerMs: 2_000 });
const first = mapping({ externalPort: 51_413, internalClient: '192.168.1.30', description: 'Bob' });
const critical = [
  mapping({ transport: 'tcp', externalPort: 8000, internalPort: 8000 }),
  mapping({ transport: 'tcp', externalPort: 80, internalPort: 80 }),
];
const WHOLE = { complete: true, why: null };

/** The results of an entry as a careless router sends them. */
const results = (description: string, more = ''): OddAnswer => ({
  results:
    '<NewRemoteHost></NewRemoteHost><NewExternalPort>51413</NewExternalPort><NewProtocol>UDP</NewProtocol>' +
    '<NewInternalPort>5060</NewInternalPort><NewInternalClient>192.168.1.31</NewInternalClient><NewEnabled>1</NewEnabled>' +
    `<NewPortMappingDescription>${description}</NewPortMappingDescription><NewLeaseDuration>0</NewLeaseDuration>${more}`,
});

/** The first connection of a router whose entry 1 is answered like this, between others. */
async function readPast(odd: OddAnswer) {
  const lab = await gateway({
    shape: 'box',
    mappings: [first, mapping(), ...critical],
    odd: (index) => (index === 1 ? odd : undefined),
  });
  const { connections, problems, notes } = await readLab(lab, { engine: engine() });
  return { ...connections[0]!, problems, notes };
}

describe('an entry that is not well-formed is read nevertheless, and so is what is behind it', () => {
  test.each([
    ['Bob <3 seed', 'Bob <3 seed'],
    ['a < b', 'a < b'],
    ['<b', '<b'],
    ['<b>loud', ''],
    ['</x>y', 'y'],
    ['\x01\x02tone', 'tone'],
    ['a &#0; b', 'a &#0; b'],
    ['<!-- x', ''],
    ['<!ENTITY a "b">', ''],
    ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a []>'],
    ['<![CDATA[ x', 'x'],
    ['\xff\xfe <\x80', 'ÿþ <\x80'],
  ])('description %j', async (description, text) => {
    const { mappings, list, problems, notes } = await readPast(results(description));
    const read = { ...first, internalClient: '192.168.1.31', description: text };
    expect(mappings).toEqual([first, read, ...critical]);
    expect(list).toEqual(WHOLE);
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^WANIPConnection:1: 1 entry of its table came not well-formed/)]);
  });

  test('but one that says a thing twice is read both ways, and not taken at its word', async () => {
    const { mappings, list } = await readPast(results('x<y', '<NewInternalClient>10.0.0.1</NewInternalClient>'));
    const [own, other] = ['192.168.1.31', '10.0.0.1'].map((internalClient) => ({
      ...first,
      internalClient,
      description: 'x<y',
    }));
    expect(mappings).toEqual([first, own, other, ...critical]);
    expect(list).toEqual({ complete: false, why: '1 of the entries could not be read' });
  });
});

describe('what cannot be read does not end a table', () => {
  test.each<[OddAnswer, string | null]>([
    [{ status: 500 }, '1 of the entries could not be read (entry 1: it answered with HTTP status 500)'],
    [{ status: 403 }, '1 of the entries could not be read (entry 1: it answered with HTTP status 403)'],
    [{ fault: 501 }, '1 of the entries could not be read (entry 1: it answered with error 501 (Lab error))'],
    [{ results: '<NewExternalPort>x</NewExternalPort>' }, '1 of the entries could not be read'],
    // These say that there is no such entry.
    [{ fault: 714 }, null],
    [{ fault: 713 }, null],
  ])('%j', async (odd, why) => {
    const { mappings, list, problems } = await readPast(odd);
    expect(mappings).toEqual([first, ...critical]);
    expect(list).toEqual({ complete: why === null, why });
    expect(problems).toEqual([]);
  });

  test('fifteen in a row neither', async () => {
    const lab = await gateway({
      shape: 'box',
      mappings: [first, ...Array.from({ length: 15 }, () => mapping()), ...critical],
      odd: (index) => (index > 0 && index < 16 ? { status: 500 } : undefined),
    });
    const { connections } = await readLab(lab, { engine: engine() });
    expect(connections[0]?.mappings).toEqual([first, ...critical]);
    expect(connections[0]?.list.complete).toBe(false);
  });

  test.concurrent.each([402, 501, 606, 714])('but sixteen do: error %i', async (endCode) => {
    const lab = await gateway({ shape: 'box', mappings: [first], endCode });
    const { connections } = await readLab(lab, { engine: engine() });
    expect(connections[0]?.mappings).toEqual([first]);
    expect(connections[0]?.list).toEqual({
      complete: false,
      why: `entry 1 and the 15 behind it could not be read: it answered with error ${endCode} (Lab error), which is not the normal end (713)`,
    });
  });
});

describe('a table that counts from 1', () => {
  const startOf = (odd: OddAnswer, mappings = critical) =>
    gateway({ shape: 'box', mappings: [first, ...mappings], odd: (index) => (index === 0 ? odd : undefined) });

  test('is read, where index 0 is its end', async () => {
    const { connections } = await readLab(await startOf({ fault: 713 }), { engine: engine() });
    expect(connections[0]).toMatchObject({ mappings: critical, list: WHOLE });
  });

  test('is read, and not called complete, where index 0 is an error', async () => {
    const { connections } = await readLab(await startOf({ fault: 402 }), { engine: engine() });
    expect(connections[0]?.mappings).toEqual(critical);
    expect(connections[0]?.list.complete).toBe(false);
  });

  test('an empty table is asked for two entries', async () => {
    const lab = await gateway({ shape: 'box' });
    const { connections } = await readLab(lab, { engine: engine() });
    expect(connections[0]).toMatchObject({ mappings: [], list: WHOLE });
    expect(lab.requests.filter((request) => request === 'POST GetGenericPortMappingEntry')).toHaveLength(2);
  });
});

test.concurrent('the list of version 2 comes first: what takes too long by entries is known from it', async () => {
  const many = Array.from({ length: 60 }, (_, n) => mapping({ externalPort: 20_000 + n }));
  const lab = await gateway({ shape: 'open', mappings: [...many, ...critical], delayMs: 100 });
  const { connections } = await readLab(lab, { engine: engine(), totalMs: 2_000 });
  expect(lab.requests.slice(0, 6)).toEqual([
    'GET description',
    'POST GetStatusInfo',
    'POST GetExternalIPAddress',
    'POST GetListOfPortMappings',
    'POST GetListOfPortMappings',
    'POST GetGenericPortMappingEntry',
  ]);
  expect(connections[0]?.mappings).toHaveLength(62);
  expect(connections[0]?.mappings).toEqual(expect.arrayContaining(critical));
  expect(connections[0]?.list.why).toMatch(/^entry \d+ could not be read: it took longer than 2 s in total$/);
});

describe('endpoints that matter are looked up one by one', () => {
  const endpoints = [
    { transport: 'tcp', port: 8000 },
    { transport: 'udp', port: 5060 },
    { transport: 'tcp', port: 5963 },
  ] as const;
  const many = Array.from({ length: 300 }, (_, n) => mapping({ externalPort: 20_000 + n }));
  const lookups = (requests: readonly string[]) =>
    requests.filter((request) => request === 'POST GetSpecificPortMappingEntry').length;

  test.concurrent.each(['box', 'old', 'provider'] as const)('where the table takes too long: %s', async (shape) => {
    const lab = await gateway({ shape, mappings: [...many, ...critical, mapping()], delayMs: 40 });
    const { connections } = await readLab(lab, { engine: engine(), totalMs: 4_000, endpoints });
    const { mappings, list } = connections.at(-1)!;
    expect(mappings.map(({ externalPort }) => externalPort)).toEqual(expect.arrayContaining([20_000, 8000, 5060]));
    expect(mappings.find(({ externalPort }) => externalPort === 8000)).toMatchObject({
      ...{ transport: 'tcp', remoteHost: null, internalClient: '192.168.1.10', internalPort: 8000, enabled: true },
    });
    expect(list.why).toMatch(/^entry \d+ and those behind it were not read, as the table takes more than 2.4 s$/);
  });

  test('where an entry cannot be read, on purpose if need be', async () => {
    const lab = await gateway({
      shape: 'box',
      mappings: [first, ...critical],
      odd: (index) => (index === 1 ? { status: 500 } : undefined),
    });
    const { connections } = await readLab(lab, { engine: engine(), endpoints });
    expect(connections[0]?.mappings).toEqual([first, critical[1], critical[0]]);
    expect(connections[0]?.list.complete).toBe(false);
    expect(lookups(lab.requests)).toBe(3);
  });

  test('but not where the table is complete', async () => {
    const lab = await gateway({ shape: 'box', mappings: [first, ...critical] });
    await readLab(lab, { engine: engine(), endpoints });
    expect(lookups(lab.requests)).toBe(0);
  });
});
