import { describe, expect, test } from '@jest/globals';
import { joinReports, judgeAgain } from '../../../src/check/judge/join-reports.js';
import type { Report, Survey } from '../../../src/model/report.js';
import { standingOf } from '../../../src/model/standing.js';
import { answer, canaries, profile, see, services, site, SIP, survey } from '../rules/build-survey.js';
import { join, looksOf, optionsFor, restricted } from './join.js';

const closed = profile();
const sip = answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } });
const webpro = answer('tcp/80', 'nec-webpro');
const shut = survey(site());
const exposed = survey(site(webpro));
const silent = survey([...services('silent'), ...canaries('filtered')]);
const pinged: Survey = {
  ...silent,
  liveness: { ...silent.liveness, echo: { before: 'answered', after: 'answered' } },
};
const as = (source: string, seen: Survey): Survey => ({ ...seen, vantage: { ...seen.vantage, source } });
const byProvider = restricted('provider', { 'sip-trunk': 'must' });
const forProvider = as('provider', survey(site(sip)));

const find = (report: Report, rule: string) => report.findings.find((finding) => finding.rule === rule);
const effects = (report: Report) => report.findings.map(({ rule, effect }) => `${rule}: ${effect}`);

describe('who gets in', () => {
  test('gets in, whatever the others see', () => {
    const report = join({ a: shut, b: exposed }, closed);
    expect(report.verdict).toBe('violation');
    const finding = find(report, 'admin-interface-reachable')!;
    expect(finding).toMatchObject({ endpoint: 'tcp/80', seenFrom: ['b'] });
    expect(finding.seen).toMatch(/Seen from “b”, not from “a”\.$/);
    expect(report.observations.filter(({ endpoint }) => endpoint === 'tcp/80')).toMatchObject([{ state: 'open' }]);
  });

  test('is told without names where all get in', () => {
    const finding = find(join({ a: exposed, b: exposed }, closed), 'admin-interface-reachable')!;
    expect(finding.seenFrom).toEqual(['a', 'b']);
    expect(finding.seen).not.toContain('Seen from');
  });

  test('who is not the source of a restricted service breaks the restriction, instead of the plain finding', () => {
    const report = join({ a: survey(site(sip)), p: forProvider }, byProvider);
    expect(report.verdict).toBe('violation');
    expect(find(report, 'sip-open-to-world')).toBeUndefined();
    const finding = find(report, 'restriction-broken')!;
    expect(finding).toMatchObject({ endpoint: 'udp/5060', effect: 'violation', seenFrom: ['a'] });
    expect(finding.title).toContain('restricted to the provider, yet “a” got in on udp/5060');
    expect(finding.data).toMatchObject({ plain: 'sip-open-to-world', gotIn: ['a'] });
  });

  test('may have been accepted, by the name of either rule', () => {
    const waiver = {
      ...{ id: 1, clientId: 'acme', endpoint: null, by: 'Ann', reason: 'moves', until: '2026-06-30' },
      ...{ severity: null, identity: null, grantedAt: '2026-01-01T00:00:00.000Z' },
    };
    const accepted = (rule: string) =>
      join({ a: survey(site(sip)), p: forProvider }, byProvider, { waivers: [{ ...waiver, rule }] });
    expect(accepted('restriction-broken').verdict).toBe('compliant');
    expect(find(accepted('restriction-broken'), 'restriction-broken')?.waiver?.by).toBe('Ann');
    expect(find(accepted('sip-open-to-world'), 'sip-open-to-world')?.waiver?.by).toBe('Ann');
    expect(accepted('dmz-suspected').verdict).toBe('violation');
  });
});

test('what was accepted of who answers one vantage is not of who answers another', () => {
  const waiver = {
    ...{ id: 1, clientId: 'acme', rule: 'admin-interface-reachable', endpoint: null, by: 'Ann', reason: 'moves' },
    ...{ until: '2026-06-30', severity: null, identity: 'label of nec-webpro', grantedAt: '2026-01-01T00:00:00.000Z' },
  };
  const other = survey(site(answer('tcp/80', 'nec-webpro', { label: 'another' })));
  const effectOf = (seen: Parameters<typeof join>[0]) =>
    find(join(seen, closed, { waivers: [waiver] }), 'admin-interface-reachable')?.effect;
  expect(effectOf({ a: exposed, b: exposed })).toBe('note');
  expect(effectOf({ a: exposed, b: other })).toBe('violation');
});

describe('an outage of a source that has to get in', () => {
  test('is one although another vantage gets in', () => {
    const everyone = restricted('provider', { 'sip-trunk': 'must' });
    const report = join({ a: survey(site(sip)), p: as('provider', shut) }, everyone);
    expect(find(report, 'required-unreachable')).toMatchObject({ effect: 'violation', seenFrom: ['p'] });
  });
});

describe('a restriction', () => {
  test('holds where the others are refused, and that is a note', () => {
    const report = join({ a: shut, p: forProvider }, byProvider);
    expect(report.verdict).toBe('compliant');
    expect(find(report, 'restriction-holds')).toMatchObject({
      effect: 'note',
      endpoint: 'udp/5060',
      data: { letIn: ['p'], keptOut: ['a'] },
    });
  });

  test('is no proof by silence alone: a block of just that vantage looks the same', () => {
    const report = join({ a: silent, p: forProvider }, byProvider);
    expect(report.verdict).toBe('inconclusive');
    expect(standingOf(report)).toBe('inconclusive');
    expect(find(report, 'restriction-holds')).toBeUndefined();
    expect(find(report, 'no-sign-of-life')).toBeUndefined();
    expect(find(report, 'vantage-shut-out')?.title).toContain('restricted, or shut out');
  });

  test('holds by silence for which something vouches', () => {
    const report = join({ a: pinged, p: forProvider }, byProvider);
    expect(effects(report)).toContain('restriction-holds: note');
    expect(report.verdict).toBe('compliant');
    const accepted = join({ a: silent, p: forProvider }, byProvider, { silence: { by: 'Ann', until: '2026-12-31' } });
    expect(accepted.verdict).toBe('compliant');
  });
});

describe('a vantage', () => {
  test('to which the site is silent while it answers another of its source is shut out, whoever vouches', () => {
    for (const one of [silent, pinged]) {
      const report = join({ a: one, b: shut }, closed, { silence: { by: 'Ann', until: '2026-12-31' } });
      expect(report.verdict).toBe('inconclusive');
      expect(find(report, 'vantage-shut-out')?.data).toEqual({
        vantages: [{ name: 'a', source: 'outsider', how: 'silent', fits: false }],
        answered: ['b'],
      });
    }
  });

  test('to which all is refused that is open to another of its source, and may be, is filtered', () => {
    const open = profile({ access: { 'sip-trunk': 'may' } });
    const answered = survey(site(sip));
    const report = join({ a: shut, b: answered }, open);
    expect(report.verdict).toBe('inconclusive');
    expect(find(report, 'vantage-shut-out')?.data).toMatchObject({ vantages: [{ name: 'a', how: 'refused' }] });
    expect(join({ a: answered, b: answered }, open).verdict).toBe('compliant');
  });

  test('that was shut out in the middle keeps it from being compliant', () => {
    const blocked: Survey = {
      ...shut,
      liveness: { ...shut.liveness, recheck: [{ endpoint: 'tcp/80', before: 'conn-refused', after: 'no-response' }] },
    };
    const report = join({ a: blocked, b: shut }, closed);
    expect(report.verdict).toBe('inconclusive');
    expect(find(report, 'blacklisted-mid-check')).toMatchObject({ seenFrom: ['a'] });
  });

  test.each([
    ['could not look', null, 'trouble'],
    ['was broken', { ...exposed, vantage: { ...exposed.vantage, control: lost() } }, 'broken'],
    ['was inside', { ...exposed, vantage: { ...exposed.vantage, ownAddress: true } }, 'inside'],
  ] as const)('that %s is no proof, and what it saw does not count', (_what, seen, why) => {
    const report = join({ a: seen, b: shut }, closed);
    expect(report.verdict).toBe('inconclusive');
    expect(find(report, 'vantage-did-not-look')).toMatchObject({ data: { vantages: [{ name: 'a', why }] } });
    expect(find(report, 'admin-interface-reachable')).toBeUndefined();
    expect(report.findings.some(({ about }) => about === 'vantage')).toBe(false);
    expect(join({ a: seen, b: exposed }, closed).verdict).toBe('violation');
  });

  test('that was cut off keeps it from being compliant', () => {
    const report = join({ a: { ...shut, interrupted: true }, b: shut }, closed);
    expect([report.verdict, report.interrupted]).toEqual(['inconclusive', true]);
  });

  test('that looked at another address says nothing of this one', () => {
    const elsewhere = { ...shut, target: { ...shut.target, address: '203.0.113.8' } };
    const report = join({ a: elsewhere, b: shut }, closed);
    expect(report.verdict).toBe('inconclusive');
    expect(find(report, 'addresses-differ')?.seen).toContain('203.0.113.8');
  });
});

describe('silence to all', () => {
  test('is said with how many looked, and is still no answer', () => {
    const report = join({ a: silent, b: silent }, closed);
    expect(standingOf(report)).toBe('no-answer');
    expect(find(report, 'no-sign-of-life')).toMatchObject({ effect: 'inconclusive', seenFrom: ['a', 'b'] });
    expect(find(report, 'silent-to-all')?.title).toBe('Nothing answered any of 2 vantages');
  });

  test('is settled where something vouches for each look, and not by an echo to one of them', () => {
    expect(join({ a: pinged, b: pinged }, closed).verdict).toBe('compliant');
    expect(join({ a: pinged, b: silent }, closed).verdict).toBe('inconclusive');
    expect(join({ a: silent, b: silent }, closed, { silence: { by: 'Ann', until: null } }).verdict).toBe('compliant');
  });
});

test('where no vantage saw anything that counts, the report says why, and none where none looked', () => {
  const broken = { ...exposed, vantage: { ...exposed.vantage, control: lost() } };
  const report = join({ a: broken, b: null }, closed);
  expect(report.verdict).toBe('inconclusive');
  expect(effects(report)).toEqual(expect.arrayContaining(['vantage-broken: inconclusive']));
  expect(joinReports(looksOf({ a: null, b: null }, optionsFor(closed)), optionsFor(closed))).toBeNull();
});

test('each report is kept whole, and can be judged again, each by its own source', () => {
  const report = join({ a: shut, p: forProvider }, byProvider);
  expect(report.vantages?.map(({ name, report }) => [name, report?.vantage.source, report?.verdict])).toEqual([
    ['a', 'outsider', 'compliant'],
    ['p', 'provider', 'compliant'],
  ]);
  expect(judgeAgain(report, optionsFor(closed))).toMatchObject({
    verdict: 'violation',
    findings: expect.arrayContaining([
      expect.objectContaining({ rule: 'sip-open-to-world', seenFrom: ['p'] }),
    ]) as unknown,
  });
  const options = optionsFor(byProvider);
  const { summary: _, ...data } = report;
  expect(JSON.parse(JSON.stringify(judgeAgain(report, options)))).toMatchObject({
    verdict: data.verdict,
    vantages: JSON.parse(JSON.stringify(data.vantages)) as unknown[],
  });
});

test('the first that looked stands for all where one has to, and times are those of all', () => {
  const later = { ...exposed, startedAt: '2026-01-03T10:22:41.000Z' };
  const report = join({ a: later, b: { ...shut, vantage: { ...shut.vantage, address: '198.51.100.77' } } }, closed);
  expect(report).toMatchObject({
    startedAt: '2026-01-03T10:22:31.000Z',
    durationMs: 13_100,
    vantage: { address: '198.51.100.77' },
  });
  expect(report.observations.find(({ endpoint }) => endpoint === 'tcp/80')?.atMs).toBe(10_020);
});

test('of an endpoint, what proves least that it is shut is shown', () => {
  const parts = [see('tcp/80', 'closed'), see('tcp/80', 'filtered'), see('tcp/80', 'error')];
  const states = (...seen: Survey['observations']) => {
    const looks = Object.fromEntries(seen.map((one, index) => [`v${index}`, survey(site(one))]));
    return join(looks, closed).observations.find(({ endpoint }) => endpoint === 'tcp/80')?.state;
  };
  expect(states(...parts)).toBe('error');
  expect(states(...parts.slice(0, 2))).toBe('filtered');
  expect(states(...parts, webpro)).toBe('open');
});

function lost(): NonNullable<Survey['vantage']['control']> {
  return { endpoint: '198.51.100.1:443', before: 'answered', after: 'silent' };
}
