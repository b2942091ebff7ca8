import fc from 'fast-check';
import type { StorePlace } from '../../../src/model/store-place.js';
import { expect, test } from '@jest/globals';
import { toCardColumns } from '../../../src/fleet/store/client-card.js';
import { SqliteConnection } from '../../../src/fleet/store/sqlite-connection.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { SlotState } from '../../../src/model/change.js';
import type { ClientCard, RosterEntry } from '../../../src/model/client.js';
import { type Target, VERDICTS, type Verdict } from '../../../src/model/report.js';
import { anyState } from './looks.js';
import {
  alterStore,
  connectTo,
  createClient,
  createStores,
  daysLater,
  HERE,
  INVENTORY,
  named,
  onServer,
  reportAt,
} from './store-fixtures.js';

const stores = createStores();

interface Look {
  readonly kind: 'look';
  readonly client: string;
  readonly slot: string;
  readonly day: number;
  readonly sweep: number;
  readonly final: boolean;
  readonly verdict: Verdict;
  readonly profile: string;
  readonly problem: string | null;
  readonly state: SlotState | null;
}
type Step =
  | Look
  | { readonly kind: 'retire'; readonly client: string; readonly slot: string | null; readonly day: number }
  | { readonly kind: 'rename'; readonly client: string; readonly to: string }
  | { readonly kind: 'forget'; readonly client: string }
  | { readonly kind: 'inventory'; readonly entries: readonly RosterEntry[] }
  | { readonly kind: 'prune'; readonly day: number; readonly keep: number };

const client = fc.constantFrom('a', 'b', 'c');
const slot = fc.constantFrom('203.0.113.7', 'host.example');
const day = fc.integer({ min: 0, max: 9 });
const look: fc.Arbitrary<Look> = fc.record({
  kind: fc.constant('look'),
  ...{ client, slot, day, sweep: fc.integer({ min: 0, max: 5 }), final: fc.boolean() },
  ...{ verdict: fc.constantFrom(...VERDICTS), profile: fc.constantFrom('closed', 'trunk') },
  problem: fc.constantFrom(null, null, 'the name did not resolve', "'; drop table slots"),
  state: fc
    .option(fc.record({ state: anyState, noAnswer: fc.boolean() }), { freq: 3 })
    .map((some) => some && { ...some.state, ...(some.noAnswer && { noAnswer: true as const }) }),
});
/** An entry of an inventory; without slots where it has nothing but networks. */
const entry: fc.Arbitrary<RosterEntry> = fc
  .record({ client, addresses: fc.uniqueArray(slot, { minLength: 1 }), hasSlots: fc.boolean() })
  .map(({ client, addresses, hasSlots }) => ({
    ...{ client: createClient(client), addresses, slots: hasSlots ? addresses : [], others: [] },
    standing: { paused: false, authorization: null, timeZone: 'UTC' },
  }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: look },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retire'), client, slot: fc.option(slot), day }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename'), client, to: client }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), client }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('inventory'),
      entries: fc.uniqueArray(entry, { selector: (one) => one.client.id }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('prune'), day, keep: fc.integer({ min: 1, max: 3 }) }) },
);

function targetOf({ slot, problem }: Look): Target {
  const address = problem === null ? '203.0.113.7' : null;
  return { input: slot, address, name: slot, resolvedAt: null, scope: null, problem };
}

async function take(store: Store, sweeps: readonly number[], one: Step): Promise<void> {
  switch (one.kind) {
    case 'look': {
      const { verdict, profile, final, slot, state } = one;
      const at = daysLater(one.day);
      const report = { ...reportAt(slot, at, { ...named(profile), verdict }), target: targetOf(one) };
      return store.write(async (tx) => {
        const sweepId = sweeps[one.sweep]!;
        const resultId = await tx.addResult({ sweepId, client: createClient(one.client), slot, report, final });
        if (resultId === null || !state || !final) return;
        await tx.putState(one.client, slot, state, { resultId, at: at.toISOString() });
      });
    }
    case 'retire':
      return store.retireClient(one.client, one.slot, daysLater(one.day));
    case 'rename':
      return store.renameClient(one.client, one.to).catch(() => undefined);
    case 'forget':
      return store.forgetClient(one.client);
    case 'inventory':
      return store.putRoster(INVENTORY, one.entries);
    case 'prune':
      await store.prune({ olderThan: daysLater(one.day), keepPerSlot: one.keep });
  }
}

/** What slots and open issues say, and what they have to say by results and states. */
async function readSummaries(place: StorePlace) {
  const connection = connectTo(place);
  const db = connection.tables;
  try {
    const slots = await db.selectFrom('slots').selectAll().orderBy('id').execute();
    const results = await db
      .selectFrom('results')
      .innerJoin('reports', 'reports.id', 'results.report_id')
      .select(['results.id', 'slot_id', 'at', 'final', 'verdict', 'address', 'target', 'profile', 'link'])
      .execute();
    const issues = await db.selectFrom('open_issues').selectAll().execute();
    const noted = slots.map((row) => ({
      ...{ looked: row.looked_at, checked: row.checked_at, problem: row.problem, profile: row.profile },
      ...{ seen: row.seen_at, noAnswer: row.no_answer === 1 },
      issues: issues
        .filter(({ slot_id }) => slot_id === row.id)
        .map(({ rule, endpoint, service }) => JSON.stringify([rule, endpoint, service]))
        .sort(),
    }));
    const due = slots.map((row) => {
      const all = results.filter(({ slot_id }) => slot_id === row.id);
      const final = all.filter(({ final }) => final === 1).sort((a, b) => b.link! - a.link!);
      const state = row.state === null ? null : (JSON.parse(row.state) as SlotState);
      const [newest] = final;
      const target = newest?.target == null ? null : (JSON.parse(newest.target) as Target);
      return {
        ...{
          looked: all.length > 0 ? Math.max(...all.map(({ at }) => at)) : null,
          checked: newest?.at ?? null,
          profile: newest?.profile ?? null,
        },
        problem: newest?.address === null ? (target?.problem ?? null) : null,
        seen: final.find(({ verdict }) => verdict === state?.verdict)?.at ?? null,
        noAnswer: state?.verdict === 'inconclusive' && state.noAnswer === true,
        issues: Object.values(state?.issues ?? {})
          .filter(({ waived }) => !waived)
          .map(({ rule, endpoint }) => JSON.stringify([rule, endpoint, null]))
          .sort(),
      };
    });
    const roster = await db.selectFrom('roster').selectAll().orderBy('client_id').execute();
    const isListed = (clientId: string, slot?: string) =>
      slots.some((row) => {
        const { client_id, slot: name, state, looked_at, retired_at } = row;
        if (client_id !== clientId || (slot !== undefined && name !== slot)) return false;
        return state !== null || (looked_at !== null && looked_at > (retired_at ?? 0));
      });
    const unswept = roster.map(({ client_id, slots }) => {
      const wanted = JSON.parse(slots) as string[];
      const lacks = wanted.length === 0 ? !isListed(client_id) : wanted.some((slot) => !isListed(client_id, slot));
      return [client_id, Number(lacks)];
    });
    const clients = await db.selectFrom('clients').selectAll().execute();
    const cards = clients.map(({ card }) => toCardColumns(JSON.parse(card) as ClientCard));
    return {
      noted: {
        ...{ slots: noted, cards: clients.map(({ id: _, ...columns }) => columns) },
        unswept: roster.map((row) => [row.client_id, row.unswept]),
      },
      due: { slots: due, cards, unswept },
    };
  } finally {
    await connection.close();
  }
}

/** Takes a store back to before there were summaries. */
async function forgetSummaries(path: string): Promise<void> {
  const connection = new SqliteConnection(path);
  const drop = (what: string, names: readonly string[]) => names.map((name) => `drop ${what} ${name};`).join('');
  connection.execute(`
    ${drop('trigger', ['result_added', 'result_replaced', 'result_deleted', 'state_written'])}
    ${drop('trigger', ['slot_listed', 'slot_moved', 'roster_added', 'roster_changed'])}
    drop index unswept_clients;
    alter table roster drop column unswept;
    drop table open_issues;
    drop table invited_checks;
    drop index sweeps_by_invite;
    drop index sweeps_untold;
    alter table sweeps drop column invite;
    alter table sweeps drop column untold;
    alter table roster drop column others;
    drop table chain_register;
    delete from chains where client_id = '*';
    drop table shared_links;
    drop table made_codes;
    drop table schedulers;
    drop table handed_reports;
    drop table standings;
    drop index accepted_slots;
    alter table results drop column unseen;
    ${['looked_at', 'checked_at', 'problem', 'profile', 'seen_at', 'no_answer']
      .map((column) => `alter table slots drop column ${column};`)
      .join('')}
    alter table reports drop column profile;
    drop index clients_by_group;
    drop index roster_by_group;
    ${['clients', 'roster']
      .flatMap((table) => ['group_name', 'search'].map((column) => `alter table ${table} drop column ${column};`))
      .join('')}
    pragma user_version = 8;
  `);
  await connection.close();
}

test('after any writes, slots say what their results and states say, and a migration would say the same', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    const store = await stores.open();
    const sweeps: number[] = [];
    for (let n = 0; n < 6; n++) {
      const plan = { inventory: INVENTORY, filter: {}, owner: HERE, startedAt: daysLater(n) };
      const { id } = await store.beginSweep(plan, []);
      sweeps.push(id);
      // A sweep without work is one whose results may be pruned.
      await store.beat(id, daysLater(9));
    }
    for (const one of steps) await take(store, sweeps, one);
    const place = stores.placeOf(store);
    const { noted, due } = await readSummaries(place);
    expect(noted).toEqual(due);
    expect(await store.check()).toEqual([]);
    await store.close();
    // On a server there never was a store without them.
    if (typeof place !== 'string') return;
    await forgetSummaries(place);
    await stores.open(place);
    expect((await readSummaries(place)).noted).toEqual(due);
  });
  await fc.assert(property, { numRuns: onServer ? 10 : 40 });
});

test('a check notices what is listed otherwise', async () => {
  const store = await stores.open();
  const { id } = await store.beginSweep({ inventory: INVENTORY, filter: {}, owner: HERE, startedAt: daysLater(0) }, []);
  const first: Look = {
    ...{ kind: 'look', client: 'a', slot: '203.0.113.7', day: 0, sweep: 0, final: true, verdict: 'violation' },
    ...{ profile: 'closed', problem: null, state: null },
  };
  await take(store, [id], first);
  const alter = (change: string) => alterStore(stores.placeOf(store), change);
  for (const change of ['looked_at = 5', 'problem = 5', 'seen_at = 5', 'no_answer = 1']) {
    await alter(`update slots set ${change}`);
    expect(await store.checkSummaries()).toEqual(['addresses that are listed other than their checks say: 1']);
    await alter(
      `update slots set looked_at = ${daysLater(0).getTime()}, problem = null, seen_at = null, no_answer = 0`,
    );
  }
  expect(await store.checkSummaries()).toEqual([]);
  await alter(`insert into open_issues (slot_id, rule) values (1, 'dmz-suspected')`);
  expect(await store.checkSummaries()).toHaveLength(1);
  await alter('delete from open_issues');

  const standing = { paused: false, authorization: null, timeZone: 'UTC' };
  const addresses = ['203.0.113.7'];
  await store.putRoster(INVENTORY, [{ client: createClient('a'), addresses, slots: addresses, others: [], standing }]);
  expect(await store.checkSummaries()).toEqual([]);
  await store.renameClient('a', 'b');
  await store.putRoster(INVENTORY, [{ client: createClient('a'), addresses, slots: addresses, others: [], standing }]);
  await store.renameClient('b', 'a');
  expect(await store.checkSummaries()).toEqual([]);
  await alter('update roster set unswept = 1');
  expect(await store.checkSummaries()).toEqual([
    'clients of which it is noted wrongly whether all their addresses were checked: 1',
  ]);
});
