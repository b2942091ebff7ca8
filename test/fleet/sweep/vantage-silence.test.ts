import { expect, test } from '@jest/globals';
import { joinReports } from '../../../src/check/judge/join-reports.js';
import { recordLook, type Recorded } from '../../../src/fleet/sweep/record-look.js';
import type { Store } from '../../../src/fleet/store/store.js';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { MassSilence } from '../../../src/fleet/sweep/mass-silence.js';
import { VantageSilence } from '../../../src/fleet/sweep/vantage-silence.js';
import type { Survey } from '../../../src/model/report.js';
import type { VantageHearing } from '../../../src/model/work-status.js';
import { type Seen, looksOf, optionsFor, restricted } from '../../check/join/join.js';
import { answer, canaries, services, site, survey } from '../../check/rules/build-survey.js';
import { beginSweep } from '../store/store-fixtures.js';
import { createClient, createStore, sweepAll } from './scene.js';

/** The provider is let in to SIP, and others to nothing. */
const PROFILE = restricted('provider', { 'sip-trunk': 'may' });
const OPTIONS = optionsFor(PROFILE);
const IDS = Array.from({ length: 12 }, (_, index) => `c${index}`);

const from = (source: string, seen: Survey): Survey => ({ ...seen, vantage: { ...seen.vantage, source } });
const shut = survey(site());
const dark = survey([...services('silent'), ...canaries('filtered')]);
const exposed = survey(site(answer('tcp/8000', 'web-server')));
const cut: Survey = { ...dark, vantage: { ...dark.vantage, source: 'outsider' } };

interface Swept {
  readonly final: readonly Recorded[];
  readonly changes: readonly string[];
  readonly told: readonly string[];
  readonly again: number;
}

/** One sweep: the looks at all clients, and then those that have to be made again, which see the same. */
async function sweep(store: Store, see: (id: string) => Seen, { confirm = true, by = OPTIONS } = {}): Promise<Swept> {
  const { id: sweepId } = await beginSweep(store, IDS);
  const options = {
    ...{ store, alerts: null, massSilence: new MassSilence(), vantageSilence: new VantageSilence() },
    ...{ confirm, now: new Date() },
  };
  const final: Recorded[] = [];
  let waiting = IDS.map((id) => ({ id, earlier: null as Recorded['again'] }));
  let again = -IDS.length;
  while (waiting.length > 0) {
    again += waiting.length;
    const next: typeof waiting = [];
    for (const { id, earlier } of waiting) {
      const look = {
        ...{ sweepId, client: createClient(id, id), slot: id, earlier, last: true },
        report: joinReports(looksOf(see(id), by), by)!,
        rejoin: (looks: Parameters<typeof joinReports>[0]) => joinReports(looks, by),
      };
      const recorded = await recordLook(look, options);
      if (recorded.again) next.push({ id, earlier: recorded.again });
      else final.push(recorded);
    }
    waiting = next;
  }
  const told = options.vantageSilence.listNew().map(({ name, detail }) => `${name}: ${detail}`);
  return { final, changes: final.flatMap(({ changes }) => changes.map(({ kind }) => kind)), told, again };
}

const rulesOf = ({ final }: Swept) => [
  ...new Set(final.flatMap(({ report }) => report.findings.map(({ rule }) => rule))),
];
const verdictsOf = ({ final }: Swept) => [...new Set(final.map(({ report }) => report.verdict))];

const office = from('provider', shut);
const both = (): Seen => ({ office, cloud: shut });
const cloudCut = (): Seen => ({ office, cloud: cut });

test('a vantage that falls silent to many at once counts as not having looked, and blames no site', async () => {
  const store = await createStore();
  expect(verdictsOf(await sweep(store, both))).toEqual(['compliant']);
  const swept = await sweep(store, cloudCut);
  expect(swept.final).toHaveLength(IDS.length);
  expect(rulesOf(swept)).toContain('vantage-did-not-look');
  expect(rulesOf(swept)).not.toContain('vantage-shut-out');
  // Where the profile asks nothing of it, either: a vantage that did not look is no all clear.
  expect(verdictsOf(swept)).toEqual(['inconclusive']);
  // The operator is told, and no one of each client.
  expect(swept.changes).toEqual([]);
  expect(swept.told).toEqual([expect.stringMatching(/^cloud: 12 of 12 clients that showed life to “cloud” before/)]);
  for (const { report } of swept.final) {
    expect(report.vantages?.find(({ name }) => name === 'cloud')).toMatchObject({ report: null });
    expect(report.vantages?.find(({ name }) => name === 'office')?.report?.verdict).toBe('compliant');
  }
  // It is known still how it was before, so that the next sweep tells the same, until it sees again.
  expect((await sweep(store, cloudCut)).told).toHaveLength(1);
  const mended = await sweep(store, both);
  expect(mended.told).toEqual([]);
  expect(verdictsOf(mended)).toEqual(['compliant']);
});

test('sites that no vantage ever sees say nothing of it', async () => {
  const store = await createStore();
  const isDark = (id: string) => Number(id.slice(1)) < 5;
  await sweep(store, (id) => (isDark(id) ? { office: from('provider', dark), cloud: dark } : both()));
  const swept = await sweep(store, (id) => (isDark(id) ? { office: from('provider', dark), cloud: cut } : cloudCut()));
  expect(swept.told).toEqual([expect.stringMatching(/^cloud: 7 of 7 clients that showed life to “cloud” before/)]);
  expect(rulesOf(swept)).not.toContain('vantage-shut-out');
});

test('the first of them are looked at once more, also where no change has to be confirmed', async () => {
  const store = await createStore();
  await sweep(store, both, { confirm: false });
  const swept = await sweep(store, cloudCut, { confirm: false });
  expect(swept.again).toBeGreaterThan(0);
  expect(rulesOf(swept)).not.toContain('vantage-shut-out');
});

test('what it alone knows open stands, and what the others see open is told', async () => {
  const store = await createStore();
  await sweep(store, () => ({ office, cloud: exposed }));
  const swept = await sweep(store, cloudCut);
  expect(swept.changes).not.toContain('resolved');
  let standing = 0;
  for await (const { state } of store.readClientStates()) {
    const open = Object.values(state.issues).filter(({ endpoint }) => endpoint === 'tcp/8000');
    if (open.some(({ seenFrom = {} }) => Object.hasOwn(seenFrom, 'cloud'))) standing++;
  }
  expect(standing).toBe(IDS.length);
  const opened = await sweep(store, () => ({ office: from('provider', exposed), cloud: cut }));
  expect(verdictsOf(opened)).toEqual(['violation']);
});

test('never is anything compliant while a source that is asked for is blind', async () => {
  const store = await createStore();
  await sweep(store, both);
  const swept = await sweep(store, () => ({ office: from('provider', dark), cloud: shut }));
  expect(swept.told).toHaveLength(1);
  expect(verdictsOf(swept)).toEqual(['inconclusive']);
});

test('nor where someone accepted the silence of the site to all but the provider', async () => {
  const store = await createStore();
  const required = restricted('provider', { 'sip-trunk': 'must' });
  const by = optionsFor(required, { silence: { by: 'Ann', until: '2099-12-31' } });
  const sip = from('provider', survey(site(answer('udp/5060', 'nec-sip'), answer('tcp/5060', 'nec-sip'))));
  await sweep(store, () => ({ office: sip, cloud: shut }), { by });
  expect(joinReports(looksOf({ office: sip, cloud: cut }, by), by)?.verdict).toBe('compliant');
  const swept = await sweep(store, () => ({ office: sip, cloud: cut }), { by });
  expect(verdictsOf(swept)).toEqual(['inconclusive']);
});

test('a required source that is blind is no outage of the sites', async () => {
  const store = await createStore();
  const required = optionsFor(restricted('provider', { 'sip-trunk': 'must' }));
  const sip = site(answer('udp/5060', 'nec-sip'), answer('tcp/5060', 'nec-sip'));
  const sound = await sweep(store, () => ({ office: from('provider', survey(sip)), cloud: shut }), { by: required });
  expect(verdictsOf(sound)).toEqual(['compliant']);
  const swept = await sweep(store, () => ({ office: from('provider', dark), cloud: shut }), { by: required });
  expect(rulesOf(swept)).not.toContain('required-unreachable');
  expect(verdictsOf(swept)).toEqual(['inconclusive']);
});

test('a few sites that shut a vantage out are told of as such', async () => {
  const store = await createStore();
  await sweep(store, both);
  const few = await sweep(store, (id) => (['c3', 'c7'].includes(id) ? cloudCut() : both()));
  expect(few.told).toEqual([]);
  expect(rulesOf(few)).toContain('vantage-shut-out');
  expect(few.again).toBeGreaterThan(0);
});

test('sites that fall silent to all vantages are no one’s blindness: the sweep is held as before', async () => {
  const store = await createStore();
  await sweep(store, both);
  const swept = await sweep(store, () => ({ office: from('provider', dark), cloud: dark }));
  expect(swept.final.filter(({ held }) => held).length).toBeGreaterThan(0);
  expect(rulesOf(swept)).not.toContain('vantage-did-not-look');
});

/** How vantages hear, told at the end of a sweep over looks that are made here. */
async function hear(store: Store, see: (id: string) => Seen): Promise<readonly VantageHearing[]> {
  let told: readonly VantageHearing[] = [];
  await sweepAll({
    ...{ store, clients: IDS.map((id) => createClient(id, '127.0.0.1')) },
    runLooks: async function* (jobs) {
      for await (const job of jobs) yield { job, report: joinReports(looksOf(see(job.client.id), OPTIONS), OPTIONS)! };
    },
    onHearing: (hearing) => {
      told = hearing;
      return Promise.resolve();
    },
  });
  return told;
}

test('a sweep tells which vantages hear, and which are taken for blind', async () => {
  const store = await createStore();
  const hears = (vantage: string) => ({ vantage, silent: 0, known: IDS.length, isBlind: false });
  // Of the first one, it is not known how it was before.
  expect(await hear(store, both)).toEqual([]);
  expect(await hear(store, both)).toEqual([hears('office'), hears('cloud')]);
  const blind = { vantage: 'cloud', silent: IDS.length, known: IDS.length, isBlind: true };
  expect(await hear(store, cloudCut)).toEqual([hears('office'), blind]);
  expect(await hear(store, both)).toEqual([hears('office'), hears('cloud')]);
  // A few sites that shut it out are not many; where none is heard, nothing is known.
  const few = await hear(store, (id) => (['c3', 'c7'].includes(id) ? cloudCut() : both()));
  expect(few).toEqual([hears('office'), { ...hears('cloud'), silent: 2 }]);
  expect(await hear(store, () => ({ office: from('provider', dark), cloud: dark }))).toEqual([]);
});

test('before its end, a sweep tells that a vantage hears once many were heard, and none fell silent', () => {
  const silence = new VantageSilence();
  const report = (seen: Seen) => joinReports(looksOf(seen, OPTIONS), OPTIONS)!;
  const before = stateOf(report(both()));
  const look = (times: number, seen: Seen) => {
    for (let time = 0; time < times; time++) silence.view(before, report(seen), true);
    return silence.listHearing(false).map(({ vantage, isBlind }) => `${vantage} ${isBlind ? 'blind' : 'hears'}`);
  };
  expect(look(19, both())).toEqual([]);
  expect(look(1, both())).toEqual(['office hears', 'cloud hears']);
  expect(look(1, cloudCut())).toEqual(['office hears']);
  expect(look(9, cloudCut())).toEqual(['office hears', 'cloud blind']);
});
