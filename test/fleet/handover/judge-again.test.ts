import { expect, test } from '@jest/globals';
import { reportAbsence } from '../../../src/check/judge/report-absence.js';
import { sayReport } from '../../../src/check/judge/say-report.js';
import { judgeAgain } from '../../../src/fleet/handover/judge-again.js';
import type { Waiver } from '../../../src/model/change.js';
import type { Profile } from '../../../src/model/profile.js';
import { bareReport, type Report } from '../../../src/model/report.js';
import { join, looksOf, optionsFor, restricted } from '../../check/join/join.js';
import { answer, canaries, profile, services, site, SIP, survey } from '../../check/rules/build-survey.js';
import { beginSweep, collect, createStores, NOW, storeLook } from '../store/store-fixtures.js';

const stores = createStores();
const byProvider = restricted('provider', { 'sip-trunk': 'must' });
const forProvider = survey(site(answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } })), {
  vantage: { source: 'provider' },
});

/** The stored look of a client, judged again by a profile. */
async function storeAndJudge(report: Report, by: Profile, waivers: readonly Omit<Waiver, 'id'>[] = []) {
  const store = await stores.open();
  for (const waiver of waivers) await store.addWaiver(waiver);
  const { id } = await beginSweep(store, ['a']);
  await storeLook(store, id, 'a', report);
  const [stored] = await store.readReports('a', null);
  if (!stored) throw new Error('nothing is stored');
  const [judged] = await collect(judgeAgain(store, asStream([stored]), by, NOW));
  return { stored: stored.report, judged: judged!.report };
}

async function* asStream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* await Promise.resolve(items);
}

test('a report that joins those of vantages is stored whole, and judged again for the source of each', async () => {
  const report = join({ office: survey(site()), trunk: forProvider }, byProvider);
  const { stored, judged } = await storeAndJudge(report, profile());
  expect(stored).toEqual(bareReport(report));
  expect(judged.verdict).toBe('violation');
  expect(judged.findings).toContainEqual(
    expect.objectContaining({ rule: 'sip-open-to-world', endpoint: 'udp/5060', seenFrom: ['trunk'] }),
  );
  const again = await storeAndJudge(report, byProvider);
  expect(again.judged.verdict).toBe('compliant');
});

test('whoever vouches in the inventory for silence to one vantage still does', async () => {
  const silent = survey([...services('silent'), ...canaries('filtered')]);
  const seen = { office: silent, trunk: forProvider };
  const vouched = join(seen, byProvider, { silence: { by: 'Ann', until: '2027-01-01' } });
  expect((await storeAndJudge(vouched, byProvider)).judged.verdict).toBe('compliant');
  expect((await storeAndJudge(join(seen, byProvider), byProvider)).judged.verdict).toBe('inconclusive');
});

test('a look that no vantage made says so whatever it is judged by, and whatever someone accepts', async () => {
  const accepted = ['no-sign-of-life', 'nothing-looked-at', 'vantage-did-not-look'].map((rule) => ({
    ...{ clientId: 'a', rule, endpoint: null, by: 'Ann', reason: 'known', severity: null, identity: null },
    ...{ grantedAt: NOW.toISOString(), until: '2027-01-01' },
  }));
  const options = optionsFor(byProvider, { silence: { by: 'Ann', until: '2027-01-01' } });
  const looks = looksOf({ office: null, trunk: null }, options);
  const report = sayReport(reportAbsence(survey([]), looks, options));
  for (const by of [byProvider, profile()]) {
    const { stored, judged } = await storeAndJudge(report, by, accepted);
    expect(stored).toEqual(bareReport(report));
    expect(judged).toMatchObject({ verdict: 'inconclusive', findings: report.findings, vantages: looks });
    expect(judged.findings.map(({ seen }) => seen)).toContain(
      '“office” did not look: “the worker is away”. “trunk” did not look: “the worker is away”.',
    );
  }
});
