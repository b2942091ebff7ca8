import { describe, expect, test } from '@jest/globals';
import { digestProfile } from '../../../src/check/judge/judge-survey.js';
import { createReport } from '../../../src/check/judge/say-report.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../../src/files/checklists/checklist.js';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import type { AlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import { MassSilence } from '../../../src/fleet/sweep/mass-silence.js';
import { gatherHandover } from '../../../src/fleet/handover/gather-handover.js';
import { readStandings } from '../../../src/fleet/sweep/page-clients.js';
import type { EarlierLooks } from '../../../src/fleet/sweep/judge-look.js';
import { recordLook } from '../../../src/fleet/sweep/record-look.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import { type SiteTerms, takeSiteCheck } from '../../../src/fleet/sweep/take-site-check.js';
import { tellSiteLooks } from '../../../src/fleet/sweep/tell-site-looks.js';
import type { Store } from '../../../src/fleet/store/store.js';
import type { Client } from '../../../src/model/client.js';
import type { Report, Survey } from '../../../src/model/report.js';
import { listedAs } from '../../../src/model/standing.js';
import { worstStanding } from '../../../src/reports/document/address-verdict.js';
import { answer, site, survey } from '../../check/rules/build-survey.js';
import { beginSweep, collect } from '../store/store-fixtures.js';
import { createClient, createStore } from './scene.js';

const ADDRESS = '203.0.113.7';
const NOW = new Date('2026-11-22T12:00:00.000Z');
const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
const CLOSED = await loadProfile('closed');

/** What a check of an address came to, by the profile "closed". */
function reportOf(seen: Survey, at = NOW, address = ADDRESS): Report {
  const options = {
    profile: CLOSED,
    profileDigest: digestProfile(CLOSED),
    authorization: null,
    failOn: 'low' as const,
  };
  const target = { ...seen.target, input: address, address };
  return createReport({ ...seen, target, startedAt: at.toISOString(), durationMs: 1_000 }, options);
}

const WELL = survey(site());
const WEB = survey(site(answer('tcp/80', 'nec-webpro')));
const OTHER = survey(site(answer('tcp/8000', 'nec-webpro')));

/** A store whose inventory has clients. */
async function storeOf(...clients: readonly Client[]): Promise<Store> {
  const store = await createStore();
  await store.putRoster('/clients.yaml', listRoster(clients));
  return store;
}

/** One look of a sweep at a slot of acme, which no second one has to confirm. */
async function look(
  store: Store,
  report: Report,
  { slot = ADDRESS, earlier = null as EarlierLooks | null, confirm = false } = {},
) {
  const { id: sweepId } = await beginSweep(store, ['acme']);
  const one = { sweepId, client: createClient('acme', slot), slot, report, earlier, last: true };
  return recordLook(one, {
    store,
    alerts: null,
    massSilence: new MassSilence(),
    confirm,
    now: new Date(report.startedAt),
  });
}

let count = 0;
/** Someone at the site of acme has an address checked. */
async function check(store: Store, report: Report, terms: Partial<SiteTerms> = {}, invite = `invite ${count++}`) {
  await takeSiteCheck(
    store,
    { client: 'acme', invite, report },
    { profile: CLOSED, failOn: 'low', now: NOW, ...terms },
  );
  return invite;
}

/** How the slots of acme stand, and the keys of what stands there. */
async function standings(store: Store) {
  const states = await collect(store.readClientStates('acme'));
  return Object.fromEntries(states.map(({ slot, state }) => [slot, [state.verdict, ...Object.keys(state.issues)]]));
}

const kindsOf = async (store: Store) => (await store.listChanges({ clientId: 'acme' })).map(({ kind }) => kind);
const invitedOf = async (store: Store) =>
  (await store.listInvitedChecks('acme', 9)).map(({ report }) => report.verdict);

const [web] = reportOf(WEB).findings.map(({ rule, endpoint }) => `${rule} ${endpoint}`);
const [other] = reportOf(OTHER).findings.map(({ rule, endpoint }) => `${rule} ${endpoint}`);

describe('the address of a check from the site is one of the client where', () => {
  test.each([
    ['its inventory has it', createClient('acme', ADDRESS), ADDRESS],
    ['it is in a network of it', createClient('acme', '203.0.113.0/28'), ADDRESS],
    ['it is in a range of it', createClient('acme', '203.0.113.5-9'), ADDRESS],
  ])('%s', async (_what, client, slot) => {
    const store = await storeOf(client);
    await check(store, reportOf(WEB));
    expect(await standings(store)).toEqual({ [slot]: ['violation', web] });
    expect(await invitedOf(store)).toEqual([]);
  });

  test('a name led there at the last look, and then each slot has it', async () => {
    const store = await storeOf(createClient('acme', 'pbx.example'));
    await look(store, reportOf(WELL), { slot: 'pbx.example' });
    await check(store, reportOf(WEB));
    expect(await standings(store)).toEqual({ 'pbx.example': ['violation', web] });
    await look(store, reportOf(WELL), { slot: ADDRESS });
    await check(store, reportOf(WEB));
    expect(await standings(store)).toEqual({ 'pbx.example': ['violation', web], [ADDRESS]: ['violation', web] });
    expect(await kindsOf(store)).toEqual(['exposed', 'exposed']);
  });

  test.each([
    ['another address', createClient('acme', '203.0.113.8')],
    ['a network behind it', createClient('acme', '203.0.113.8/29')],
    ['a network before it', createClient('acme', '203.0.113.0/30')],
    ['a name that never led there', createClient('acme', 'pbx.example')],
    ['the client of someone else', createClient('bolt', ADDRESS)],
  ])('and not where it is %s', async (_what, client) => {
    const store = await storeOf(client);
    await check(store, reportOf(WEB));
    expect([await standings(store), await invitedOf(store)]).toEqual([{}, ['violation']]);
    expect(await store.listSweeps(9)).toEqual([]);
  });

  test('and not after it was retired', async () => {
    const store = await storeOf(createClient('acme', '203.0.113.8'));
    await look(store, reportOf(WELL));
    await store.retireClient('acme', ADDRESS, minutes(1));
    await check(store, reportOf(WEB, minutes(2)));
    expect([await standings(store), await invitedOf(store)]).toEqual([{}, ['violation']]);
  });
});

describe('what was seen is judged', () => {
  const acme = createClient('acme', ADDRESS);

  test('by what was agreed with the client, whatever the code was made for', async () => {
    const store = await storeOf(acme);
    const agreed = await loadProfile('sip-trunk');
    await check(store, { ...reportOf(WELL), verdict: 'violation' }, { profile: agreed });
    expect(await standings(store)).toEqual({});
    expect((await store.listInvitedChecks('acme', 1))[0]!.report).toMatchObject({
      profile: { name: agreed.name },
      verdict: expect.not.stringContaining('violation'),
    });
    await check(store, { ...reportOf(WEB), verdict: 'compliant' });
    expect(await standings(store)).toEqual({ [ADDRESS]: ['violation', web] });
  });

  test('as it was where that is not known', async () => {
    const store = await storeOf(acme);
    await check(store, reportOf(WEB), { profile: null });
    expect(await standings(store)).toEqual({ [ADDRESS]: ['violation', web] });
  });

  test('with what was accepted', async () => {
    const store = await storeOf(acme);
    const [rule, endpoint] = web!.split(' ') as [string, 'tcp/80'];
    const waiver = { clientId: 'acme', rule, endpoint, by: 'Ann', reason: 'known', until: '2027-01-01' };
    await store.addWaiver({ ...waiver, severity: null, identity: null, grantedAt: NOW.toISOString() });
    await check(store, reportOf(WEB));
    expect([await standings(store), await invitedOf(store)]).toEqual([{}, ['compliant']]);
  });
});

describe('what was seen and accepted', () => {
  const acme = createClient('acme', ADDRESS);
  const [rule, endpoint] = web!.split(' ') as [string, 'tcp/80'];
  const UNTIL = '2026-11-23';

  /** A store of which a sweep saw that all was well, and then someone at the site what is accepted. */
  async function seeAccepted() {
    const store = await storeOf(acme);
    await look(store, reportOf(WELL));
    const waiver = { clientId: 'acme', rule, endpoint, by: 'Ann', reason: 'known', until: UNTIL };
    await store.addWaiver({ ...waiver, severity: null, identity: null, grantedAt: NOW.toISOString() });
    await check(store, reportOf(WEB, minutes(1)));
    return store;
  }

  /** How the client is listed, and what its report says, on a day. */
  async function judge(store: Store, day: string) {
    const now = new Date(`${day}T12:00:00.000Z`);
    const [listed] = await readStandings(store, { ids: ['acme'] }, { now, staleBefore: new Date(0) });
    const checklist = await loadChecklist(DEFAULT_CHECKLIST);
    const handover = await gatherHandover(store, 'acme', { at: null, since: null, now, checklist });
    return [listed && listedAs(listed), handover && worstStanding(handover)];
  }

  test('counts when that ends, in lists and reports, though no sweep saw it', async () => {
    const store = await seeAccepted();
    expect(await judge(store, UNTIL)).toEqual(['compliant', 'compliant']);
    expect(await judge(store, '2026-11-24')).toEqual(['violation', 'violation']);
    expect([await store.check(), await store.checkChains(), await store.checkSummaries()]).toEqual([[], [], []]);
    const [granted] = await store.listWaivers('acme');
    await store.revokeWaiver(granted!.id);
    expect(await judge(store, UNTIL)).toEqual(['violation', 'violation']);
    expect(await kindsOf(store)).toEqual([]);
  });

  test('is gone where a later sweep sees so, which is no news', async () => {
    const store = await seeAccepted();
    expect((await look(store, reportOf(WELL, minutes(2)))).changes).toEqual([]);
    expect(await standings(store)).toEqual({ [ADDRESS]: ['compliant'] });
    expect(await judge(store, '2026-11-24')).toEqual(['compliant', 'compliant']);
  });

  test('makes nothing known where nothing was', async () => {
    const store = await storeOf(acme);
    await store.addWaiver({
      ...{ clientId: 'acme', rule, endpoint, by: 'Ann', reason: 'known', until: UNTIL },
      ...{ severity: null, identity: null, grantedAt: NOW.toISOString() },
    });
    await check(store, reportOf(WEB));
    expect((await judge(store, UNTIL))[0]).toBe('not-checked');
  });
});

describe('a check from the site', () => {
  const acme = createClient('acme', ADDRESS);

  test('ends nothing, whatever it came to', async () => {
    const store = await storeOf(acme);
    await look(store, reportOf(WEB));
    const before = await collect(store.readClientStates('acme'));
    for (const report of [reportOf(WELL), { ...reportOf(WELL), interrupted: true }]) await check(store, report);
    expect(await collect(store.readClientStates('acme'))).toEqual(before);
    expect(await invitedOf(store)).toEqual(['inconclusive', 'compliant']);
    // It adds what it saw, and what it did not see stands.
    await check(store, reportOf(OTHER));
    expect(await standings(store)).toEqual({ [ADDRESS]: ['violation', ...[web, other].sort()] });
    expect(await kindsOf(store)).toEqual(['exposed', 'exposed']);
  });

  test('is stored once, as the one thing or the other, and is no sweep of the inventory', async () => {
    const store = await storeOf(acme);
    const { id } = await beginSweep(store, ['acme']);
    for (const report of [reportOf(WEB), reportOf(WELL)]) await check(store, report, {}, 'a');
    for (const report of [reportOf(WELL), reportOf(WEB)]) await check(store, report, {}, 'b');
    expect(await store.countRecords('acme')).toMatchObject({ results: 1, changes: 1, invitedChecks: 1 });
    expect((await store.listHistory('acme', 9)).map(({ invite }) => invite)).toEqual(['a']);
    expect(await store.listSiteLooks('acme', ['a', 'b'])).toEqual([{ invite: 'a', verdict: 'violation' }]);
    expect((await store.listSweeps(9)).map(({ invite, state }) => [invite, state])).toEqual([
      ['a', 'finished'],
      [null, 'running'],
    ]);
    expect((await store.listSweeps(9, 'inventories')).map((sweep) => sweep.id)).toEqual([id]);
    expect((await store.findUnfinished('/srv/clients.yaml'))?.id).toBe(id);
  });

  test('is chained, checked, renamed, pruned and forgotten as other looks', async () => {
    const store = await storeOf(acme);
    await check(store, reportOf(WEB));
    await look(store, reportOf(WEB, minutes(1)));
    const isSound = async () => [await store.check(), await store.checkChains(), await store.checkSummaries()];
    expect(await isSound()).toEqual([[], [], []]);
    await store.renameClient('acme', 'apex');
    expect((await store.listHistory('apex', 9)).map(({ invite }) => invite !== null)).toEqual([false, true]);
    expect(await isSound()).toEqual([[], [], []]);
    await look(store, reportOf(WELL, minutes(2)));
    await store.forgetClient('apex');
    expect(await store.countRecords('apex')).toBeNull();
    expect(await isSound()).toEqual([[], [], []]);
    await check(store, reportOf(WEB, minutes(3)));
    for (const minute of [4, 5]) await look(store, reportOf(WELL, minutes(minute)));
    const pruned = await store.prune({ olderThan: minutes(4), keepPerSlot: null });
    expect(pruned).toMatchObject({ results: 2, sweeps: expect.any(Number) });
    expect(await isSound()).toEqual([[], [], []]);
    expect((await store.listHistory('acme', 9)).map(({ invite }) => invite)).toEqual([null, null]);
  });

  test('is not undone by a look of a sweep that began before, but by those that begin later', async () => {
    const store = await storeOf(acme);
    await look(store, reportOf(WELL, minutes(-60)));
    await check(store, reportOf(WEB, minutes(0)));
    const { again, changes } = await look(store, reportOf(WELL, minutes(-1)), { confirm: true });
    expect([changes, again?.suspected]).toEqual([[], []]);
    expect(await look(store, reportOf(WELL, minutes(1)), { confirm: true, earlier: again })).toMatchObject({
      ...{ again: null, changes: [] },
    });
    expect(await standings(store)).toEqual({ [ADDRESS]: ['violation', web] });
    expect((await look(store, reportOf(WELL, minutes(2)))).changes.map(({ kind }) => kind)).toEqual(['resolved']);
    expect(await standings(store)).toEqual({ [ADDRESS]: ['compliant'] });
  });
});

describe('those whom it concerns are told of a check from the site', () => {
  const acme = createClient('acme', ADDRESS);
  /** Routes every change to one channel. */
  const alertsBy = (mode: 'immediate' | 'digest'): AlertConfig => ({
    ...{ file: 'alerts.yaml', channels: new Map(), reports: new Map(), operator: { to: ['mail'] } },
    routes: [{ to: ['mail'], severity: 'info', mode }],
  });

  test.each(['immediate', 'digest'] as const)('once, by whoever knows how (%s)', async (mode) => {
    const store = await storeOf(acme);
    await check(store, reportOf(WEB));
    expect((await store.messages.count()).waiting).toBe(0);
    for (let times = 0; times < 2; times++) await tellSiteLooks(store, alertsBy(mode), minutes(1));
    expect(await store.messages.count()).toMatchObject({ waiting: 1, held: 0 });
    const [message] = await store.messages.claimMessages(minutes(1), 9, 1_000);
    expect(message!.events).toMatchObject([
      { type: 'changes', client: { id: 'acme', name: 'Client acme' }, slot: ADDRESS, changes: [{ kind: 'exposed' }] },
    ]);
  });

  test('and not of what is no news, neither long afterwards nor since it was known', async () => {
    const store = await storeOf(acme);
    await check(store, reportOf(WEB));
    await tellSiteLooks(store, alertsBy('immediate'), minutes(8 * 24 * 60));
    await check(store, reportOf(WEB));
    expect(await store.listUntold()).toEqual([]);
    await tellSiteLooks(store, alertsBy('immediate'), minutes(1));
    expect((await store.messages.count()).waiting).toBe(0);
  });
});
