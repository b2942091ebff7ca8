import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { cleanSearch, FLEET_SORTS, type FleetWanted } from '../../../src/fleet/store/fleet-page.js';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { createLapse, listClients } from '../../../src/fleet/sweep/list-clients.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import { pageClients } from '../../../src/fleet/sweep/page-clients.js';
import type { SlotState } from '../../../src/model/change.js';
import { type Client as InventoryClient, isChosen, type RosterEntry } from '../../../src/model/client.js';
import { VERDICTS, type Verdict } from '../../../src/model/report.js';
import { findService } from '../../../src/model/service.js';
import {
  type ClientStanding,
  type Listed,
  listedAs,
  STANDINGS,
  WORST_LISTED_FIRST,
} from '../../../src/model/standing.js';
import { anyState } from '../store/looks.js';
import {
  collect,
  createClient,
  createStores,
  daysLater,
  HERE,
  INVENTORY,
  named,
  NOW,
} from '../store/store-fixtures.js';
import { reportAt } from '../store/store-fixtures.js';

const stores = createStores();

const GROUPS = [null, 'North', '100%', "o'neil"];
const TAGS = ['vip', '_', '%'];
const NAMES = ['Acme', 'ÄRZTE Süd', '100% Pure', 'under_score', 'back\\slash', `"quoted" 'name'`, 'zeta'];
const SLOTS = ['203.0.113.7', '2001:db8::7', 'pbx.example'];
const PROFILES = ['closed', 'trunk'];
const CLOCK = { now: NOW, staleBefore: daysLater(-8) };

interface Look {
  readonly client: number;
  readonly slot: string;
  readonly day: number;
  readonly verdict: Verdict;
  readonly profile: string;
  readonly problem: string | null;
  readonly state: SlotState | null;
}

const clients = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    group: fc.constantFrom(...GROUPS),
    tags: fc.subarray(TAGS),
    inRoster: fc.boolean(),
    slots: fc.subarray(SLOTS),
    others: fc.subarray(SLOTS),
    paused: fc.constantFrom(false, false, true),
    authorization: fc.constantFrom(null, { until: null }, { until: '2026-11-22' }, { until: '2026-11-21' }),
    timeZone: fc.constantFrom('UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'),
    retired: fc.option(fc.constantFrom(...SLOTS), { freq: 2 }),
  }),
  { minLength: 1, maxLength: 7 },
);
const look: fc.Arbitrary<Look> = fc.record({
  client: fc.nat({ max: 6 }),
  slot: fc.constantFrom(...SLOTS),
  day: fc.constantFrom(-30, -7, -1, 0, 2),
  verdict: fc.constantFrom(...VERDICTS),
  profile: fc.constantFrom(...PROFILES),
  problem: fc.constantFrom(null, null, 'the name did not resolve'),
  state: fc.option(
    fc
      .tuple(anyState, fc.boolean(), fc.constantFrom(undefined, '2026-11-01', '2026-12-24'), fc.boolean())
      .map(([state, noAnswer, until, isWaiver]) => ({
        ...{ ...state, ...(noAnswer && { noAnswer: true as const }) },
        ...(until && { silence: { rule: 'no-sign-of-life', severity: 'medium' as const, until, isWaiver } }),
      })),
    { freq: 6 },
  ),
});
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined }).chain((some) => fc.boolean().map((asked) => (asked ? some : undefined)));
const wanted = fc.record({
  search: sometimes(
    fc.oneof(
      fc.constantFrom(
        '',
        '%',
        '_',
        '\\',
        "'",
        '"',
        'ärzte',
        'ACME',
        'c1',
        '203.0.113.',
        '113.8',
        'Example',
        '100%',
        ':7',
      ),
      fc.string({ maxLength: 4 }),
    ),
  ),
  groups: sometimes(fc.subarray(['North', '100%', "o'neil", 'none'])),
  tags: sometimes(fc.subarray(TAGS)),
  profiles: sometimes(fc.subarray([...PROFILES, '%'])),
  services: sometimes(fc.subarray(['webpro', 'sip-trunk', 'dmz-suspected', '__proto__', 'none'])),
  standings: sometimes(fc.subarray<Listed>([...STANDINGS, 'not-checked'])),
  sort: fc.constantFrom(...FLEET_SORTS),
  limit: fc.integer({ min: 1, max: 5 }),
});

type Client = typeof clients extends fc.Arbitrary<(infer T)[]> ? T : never;

async function fill(store: Store, all: readonly Client[], looks: readonly Look[]): Promise<Map<string, string>> {
  const profiles = new Map<string, string>();
  const card = (n: number) => createClient(`c${n}`, { ...all[n]!, authorization: null });
  for (const { client: n, slot, ...one } of looks) {
    if (n >= all.length) continue;
    const startedAt = daysLater(one.day);
    const { id } = await store.beginSweep({ inventory: INVENTORY, filter: {}, owner: HERE, startedAt }, []);
    const report = { ...reportAt(slot, startedAt, { ...named(one.profile), verdict: one.verdict }) };
    const address = one.problem === null ? '203.0.113.8' : null;
    const target = { input: slot, address, name: slot, resolvedAt: null, scope: null, problem: one.problem };
    await store.write(async (tx) => {
      const result = { sweepId: id, client: card(n), slot, report: { ...report, target }, final: one.state !== null };
      const resultId = await tx.addResult(result);
      if (one.state && resultId !== null)
        await tx.putState(`c${n}`, slot, one.state, { resultId, at: startedAt.toISOString() });
    });
    if (one.state) profiles.set(`c${n} ${slot}`, one.profile);
  }
  for (const [n, { retired }] of all.entries())
    if (retired !== null) await store.retireClient(`c${n}`, retired, daysLater(-1));
  const entries = all.flatMap((client, n): RosterEntry[] =>
    client.inRoster
      ? [
          {
            client: card(n),
            addresses: client.slots.map((slot) => ` ${slot}`),
            slots: client.slots,
            others: client.others,
            standing: client,
          },
        ]
      : [],
  );
  await store.putRoster(INVENTORY, entries);
  // One that is over, one that is not, and what is accepted anew.
  for (const [rule, client, until] of [
    ['dmz-suspected', 'c0', '2026-11-21'],
    ['admin-interface-reachable', 'c1', '2026-11-01'],
    ['required-unreachable', 'c1', '2026-11-01'],
    ['required-unreachable', 'c1', '2026-12-24'],
  ] as const) {
    const granted = {
      by: 'Kim',
      reason: 'known',
      severity: null,
      identity: null,
      grantedAt: daysLater(-60).toISOString(),
    };
    await store.addWaiver({ clientId: client, rule, endpoint: null, until, ...granted });
  }
  return profiles;
}

/** The same by reading all, and choosing in memory. */
function choose(
  all: readonly ClientStanding[],
  { search, services, standings, profiles, ...choice }: Omit<FleetWanted, 'sort' | 'offset' | 'limit'>,
  profileOf: ReadonlyMap<string, string>,
) {
  const text = cleanSearch(search);
  const meant = all.filter((row) => {
    const { client, slot, state, at } = row;
    const texts = [client.name, client.id, client.group ?? '', slot, state.address ?? ''];
    const endpoints = services?.flatMap((id): readonly string[] => findService(id)?.endpoints ?? []);
    const open = Object.values(state.issues).filter(({ waived }) => !waived);
    return (
      isChosen(client, choice) &&
      texts.some((one) => one.toLowerCase().includes(text)) &&
      (!profiles || (at !== null && profiles.includes(profileOf.get(`${client.id} ${slot}`) ?? ''))) &&
      (!services || open.some(({ rule, endpoint }) => services.includes(rule) || endpoints!.includes(endpoint ?? '')))
    );
  });
  const counts = Object.fromEntries(
    [...STANDINGS, 'not-checked' as const].map((one) => [one, meant.filter((row) => listedAs(row) === one).length]),
  );
  const rows = meant.filter((row) => !standings || standings.includes(listedAs(row)));
  return { counts, total: rows.length, rows };
}

/** How many clients stand how, as it is noted for what was over time. */
async function noteAndRead(store: Store) {
  const lapse = await createLapse(store, NOW);
  await store.write((writer) => writer.noteStandings(NOW, lapse));
  return (await store.readStandings(NOW, NOW))[0]?.counts;
}

/** The same from the whole list. */
function countClients(list: readonly ClientStanding[]) {
  const worst = [...new Set(list.map(({ client }) => client.id))].map((id) => {
    const all = list.filter(({ client }) => client.id === id).map(listedAs);
    return WORST_LISTED_FIRST.find((one) => all.includes(one));
  });
  return Object.fromEntries(WORST_LISTED_FIRST.map((one) => [one, worst.filter((other) => other === one).length]));
}

/** What a list is sorted by, as bytes: the worst first is the order of the list itself. */
const KEYS = {
  name: ({ client: { name, id, group } }: ClientStanding) => Buffer.from([name, id, group].join('\n').toLowerCase()),
  seen: ({ seenAt }: ClientStanding) => Buffer.from(seenAt ?? ''),
} as const;

describe('pages of all clients', () => {
  test('are what choosing from the whole list gives, in its order', async () => {
    const property = fc.asyncProperty(
      clients,
      fc.array(look, { maxLength: 14 }),
      fc.array(wanted, { minLength: 12, maxLength: 12 }),
      async (all, looks, questions) => {
        const store = await stores.open();
        const profileOf = await fill(store, all, looks);
        const list = (await collect(listClients(store, { ...CLOCK, isReversed: false }))).flat();
        // What was accepted until a day that is over is among the violations, too.
        const order = list.map(listedAs);
        const firstWell = order.indexOf('compliant');
        if (firstWell !== -1) expect(order.slice(firstWell)).not.toContain('violation');
        expect(await noteAndRead(store)).toEqual(countClients(list));
        for (const question of questions) {
          const due = choose(list, { ...question, ...CLOCK }, profileOf);
          const pages: ClientStanding[] = [];
          for (let offset: number | null = 0; offset !== null;) {
            const page = await pageClients(store, { ...question, ...CLOCK, offset });
            expect(page).toMatchObject({ total: due.total, counts: due.counts });
            pages.push(...page.clients);
            offset = page.next;
          }
          if (question.sort === 'worst') {
            expect(pages).toEqual(due.rows);
          } else {
            expect(new Set(pages)).toEqual(new Set(due.rows));
            const keys = pages.map(KEYS[question.sort]);
            expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(a, b)));
          }
        }
        await store.close();
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test('call gone what the inventory of a client does not have any more, and nothing that it may still have', async () => {
    const store = await stores.open();
    const addresses = [
      '203.0.113.7',
      '2001:DB8::7',
      'Pbx.Example',
      '198.51.100.0/30',
      '192.0.2.8-10',
      '2001:db8:1::/126',
    ];
    const kept = ['203.0.113.7', '2001:db8::7', 'pbx.example', 'pbx.example#2', 'pbx.example#13'];
    const inNetworks = ['198.51.100.3', '192.0.2.10', '2001:db8:1::3', '198.51.100.0/30'];
    const removed = ['203.0.113.70', '203.0.113.8', '2001:db8::70', 'bx.example', 'pbx.example2', 'other.example#2'];
    const outside = ['198.51.100.4', '192.0.2.11', '192.0.2.7', '2001:db8:1::4', '192.0.2.0/30'];
    const all = [...kept, ...inNetworks, ...removed, ...outside];
    const own = createClient('own', { addresses, authorization: { by: 'Ann', reference: 'T1', until: null } });
    await lookWell(store, own, all);
    const read = async () => {
      const { clients: rows, counts } = await pageClients(store, { ...CLOCK, sort: 'worst', offset: 0, limit: 100 });
      expect((await collect(listClients(store, { ...CLOCK, isReversed: false }))).flat()).toEqual(rows);
      expect(counts['not-checked']).toBe(rows.filter(({ why }) => why !== null).length);
      return rows
        .filter(({ client }) => client.id === 'own')
        .flatMap(({ slot, why }) => (why === 'gone' ? [slot] : []));
    };
    // No inventory is known.
    expect(await read()).toEqual([]);
    await store.putRoster(INVENTORY, listRoster([own]));
    expect(await read()).toEqual([...removed, ...outside].sort());
    await store.putRoster(
      INVENTORY,
      listRoster([{ ...own, addresses: [...addresses, '192.0.2.11', 'other.example'] }]),
    );
    expect((await read()).length).toBe(removed.length + outside.length - 2);
    await store.putRoster(INVENTORY, listRoster([{ ...own, addresses: ['198.51.100.0/31'] }]));
    expect((await read()).length).toBe(all.length);
    await store.close();
  });
});

/** Has a sweep find all well at some slots of a client. */
async function lookWell(store: Store, client: InventoryClient, slots: readonly string[]): Promise<void> {
  const { id } = await store.beginSweep({ inventory: INVENTORY, filter: {}, owner: HERE, startedAt: NOW }, []);
  await store.write(async (tx) => {
    for (const slot of slots) {
      const resultId = await tx.addResult({ sweepId: id, client, slot, report: reportAt(slot), final: true });
      const since = { resultId: resultId!, at: NOW.toISOString() };
      await tx.putState(client.id, slot, stateOf(reportAt(slot)), since);
    }
  });
}
