import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sayFinding, sayUndetermined } from '../../../src/check/judge/engine.js';
import { RULES } from '../../../src/check/rules/registry.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { findingWordsSchema, undeterminedWordsSchema } from '../../../src/model/finding.js';
import type { SiteEvidence, SiteReportData } from '../../../src/model/site.js';
import { compareSites } from '../../../src/site/compare-sites.js';
import { judgeSite } from '../../../src/site/judge/judge-site.js';
import { sayChanges, saySiteReport } from '../../../src/site/judge/say-site-report.js';
import { SITE_RULES } from '../../../src/site/rules/registry.js';
import type { SiteRule } from '../../../src/site/rules/site-rule.js';
import { answer, profile } from '../../check/rules/build-survey.js';
import { anyOf, disturbedEvidence } from './arbitrary-site.js';
import {
  bare,
  CANARIES,
  check,
  evidence,
  igd,
  item,
  lan,
  mapping,
  outside,
  proofs,
  report,
  router,
  sip,
  standIn,
  STARTED,
} from './build-site.js';

const FRAME = { severity: 'high', effect: 'violation', observations: [] as EndpointId[] } as const;
/** What the check's own rules find on an endpoint always has one. */
const endpointOf = (rule: SiteRule) =>
  fc.constantFrom<EndpointId | null>('tcp/80', 'udp/5060', RULES.some(({ id }) => id === rule.id) ? 'tcp/443' : null);

/** No field is empty, or shows that something was missing. */
function expectWords(words: object): void {
  const texts = Object.values(words).filter((text): text is string => typeof text === 'string');
  expect(texts.filter((text) => text.trim() === '' || /\bundefined\b|\bnull\b|\bNaN\b|\[object/.test(text))).toEqual(
    [],
  );
}

describe('anything that has the form of what a rule finds', () => {
  // What a target says may hold any word.
  const harmless = (data: unknown) => !/undefined|null|NaN|\[object/.test(JSON.stringify(data).replaceAll(':null', ''));

  test.each(SITE_RULES.flatMap((rule) => (rule.data ? [[rule.id, rule, rule.data] as const] : [])))(
    '%s: is said, within bounds',
    (id, rule, form) => {
      fc.assert(
        fc.property(anyOf(form).filter(harmless), endpointOf(rule), (data, where) => {
          const spoken = rule.say?.({ ...FRAME, endpoint: where, data });
          expectWords(spoken ?? {});
          const finding = { ...FRAME, rule: id, about: rule.about, endpoint: where, data };
          const words = sayFinding(new Map([[id, rule]]), finding);
          expect(findingWordsSchema.safeParse(words).error).toBeUndefined();
          expect(words.seen).not.toContain('cannot explain');
        }),
        { numRuns: 50 },
      );
    },
  );

  test.each(SITE_RULES.flatMap((rule) => (rule.doubt ? [[rule.id, rule, rule.doubt] as const] : [])))(
    '%s: a doubt is said, within bounds',
    (id, rule, form) => {
      fc.assert(
        fc.property(anyOf(form).filter(harmless), endpointOf(rule), (data, where) => {
          const doubt = { rule: id, endpoint: where, blocking: true, data };
          expectWords(rule.sayDoubt?.(doubt) ?? {});
          const words = sayUndetermined(new Map([[id, rule]]), doubt);
          expect(undeterminedWordsSchema.safeParse(words).error).toBeUndefined();
          expect(words.why).not.toContain('cannot explain');
        }),
        { numRuns: 50 },
      );
    },
  );

  test('every rule says what it finds', () => {
    for (const rule of SITE_RULES) {
      const { id, data, doubt } = rule;
      expect([id, 'say' in rule]).toEqual([id, Boolean(data)]);
      expect([id, 'sayDoubt' in rule]).toEqual([id, Boolean(doubt)]);
      expect([id, Boolean(data ?? doubt)]).toEqual([id, true]);
    }
  });
});

test('nothing but a report’s words depends on the words', () => {
  const mute: SiteRule[] = SITE_RULES.map((rule) => ({
    ...rule,
    say: () => ({ title: 'x', seen: 'x', matters: 'x', remedy: 'x', programs: [], references: [] }),
    sayDoubt: () => ({ what: 'x', why: 'x' }),
  }));
  const judge = (seen: SiteEvidence, rules: readonly SiteRule[]) =>
    judgeSite(seen, {
      ...{ kind: 'preinstall', client: null, profile: profile(), profileDigest: 'digest', startedAt: STARTED },
      ...{ durationMs: 1, interrupted: false, earlier: [], rules },
    });
  fc.assert(
    fc.property(disturbedEvidence, disturbedEvidence, (first, second) => {
      const [before, after] = [judge(first, SITE_RULES), judge(second, SITE_RULES)];
      const [muteBefore, muteAfter] = [judge(first, mute), judge(second, mute)];
      expect([muteBefore, muteAfter]).toEqual([before, after]);
      const changes = compareSites(before, after);
      expect(compareSites(muteBefore, muteAfter, mute)).toEqual(changes);
      // Nor does it matter whether what is compared has been put into words.
      const said = [saySiteReport(before), saySiteReport(after)] as const;
      const blank = said.map((site) => ({
        ...site,
        findings: site.findings.map((one) => ({ ...one, title: 'x', seen: 'x', headline: 'x' })),
        reachable: site.reachable.map((one) => ({ ...one, sentence: 'x' })),
      }));
      expect(kinds(compareSites(blank[0]!, blank[1]!))).toEqual(kinds(changes));
      expect(kinds(sayChanges(changes))).toEqual(kinds(changes));
    }),
    { numRuns: 60 },
  );
});

function kinds({ findings, endpoints, verdict, sameSite }: ReturnType<typeof compareSites>) {
  const lists = Object.entries(findings).map(([name, list]) => [name, list.map(({ rule, data }) => [rule, data])]);
  return [lists, endpoints.map(({ kind, endpoint: where }) => [kind, where]), verdict, sameSite];
}

/** What became of the findings of a rule. */
function follow(rule: string, before: SiteReportData, after: SiteReportData) {
  const { gone, notKnown, still } = compareSites(before, after).findings;
  const count = (list: typeof gone) => list.filter((one) => one.rule === rule).length;
  return { gone: count(gone), notKnown: count(notKnown), still: count(still) };
}

describe('what a later run proves to be gone, and what not:', () => {
  const GONE = { gone: 1, notKnown: 0, still: 0 };
  const NOT_KNOWN = { gone: 0, notKnown: 1, still: 0 };
  const blind = outside({
    ...{ address: null, scope: null, check: null, proofs: [], sip: [], nat: null },
    problems: [{ part: 'vantage', message: 'no answer' }],
  });
  const arrived = (...endpoints: ('tcp/80' | 'tcp/41001' | 'tcp/42002')[]) =>
    evidence({ outside: outside({ proofs: proofs({ arrived: endpoints }) }) });
  const listing = (...mappings: ReturnType<typeof mapping>[]) => evidence({ lan: lan([igd(mappings)]) });
  const unread = evidence({ lan: lan([igd([], { list: { complete: false, why: 'x' } })]) });
  const refused = (...titles: string[]) =>
    evidence({ checklist: { checklist: 'nec-sl', items: titles.map((title) => item('refused', title)) } });

  test.each<[string, SiteEvidence, SiteEvidence, SiteEvidence]>([
    [
      'cgnat',
      evidence({ lan: lan([igd([], { externalAddress: '100.64.3.4' })]) }),
      evidence({ lan: lan([igd()]) }),
      evidence(),
    ],
    [
      'double-nat',
      evidence({ lan: lan([igd([], { externalAddress: '192.168.0.2' })]) }),
      evidence({ lan: lan([igd()]) }),
      evidence(),
    ],
    ['dmz-proved', arrived('tcp/41001'), evidence(), bare()],
    ['upnp-on', evidence({ lan: lan([igd()]) }), evidence(), evidence({ lan: lan([router({ problems: ['x'] })]) })],
    ['mapping-injected', listing(mapping('tcp/9999', { internalClient: '198.51.100.9' })), listing(), unread],
    ['mapping-to-nec-port', listing(mapping('udp/5060')), listing(), unread],
    ['mapping-to-other-host', listing(mapping('tcp/80', { internalClient: '192.168.1.50' })), listing(), unread],
    ['forward-not-agreed', arrived('tcp/80'), evidence(), bare()],
    [
      'sip-alg',
      evidence({ outside: outside({ sip: sip(() => ({ state: 'altered' })) }) }),
      evidence(),
      evidence({ outside: outside({ sip: [] }) }),
    ],
    [
      'checklist-open',
      refused('Password changed'),
      evidence({ checklist: { checklist: 'nec-sl', items: [item('attested', 'Password changed')] } }),
      evidence({ checklist: { checklist: 'nec-sl', items: [item('missing', 'Password changed')] } }),
    ],
    [
      'several-gateways',
      evidence({ lan: lan([router(), router({ address: '192.168.1.2' })]) }),
      evidence(),
      evidence({ lan: lan([router()], { interrupted: true }) }),
    ],
    [
      'upnp-answers-on-wan',
      bare({}, { check: check([answer('udp/1900', 'upnp-gateway', { evidence: { ssdp: [] } })]) }),
      bare(
        {},
        { check: check([{ ...answer('udp/1900', 'other'), state: 'closed', reason: 'port-unreach', identity: null }]) },
      ),
      evidence({ outside: blind }),
    ],
  ])('%s', (rule, before, mended, unknown) => {
    expect(follow(rule, report(before), report(mended))).toEqual(GONE);
    expect(follow(rule, report(before), report(unknown))).toEqual(NOT_KNOWN);
    // Another site proves nothing.
    const [here, there] = [
      { ...report(before), client: 'here' },
      { ...report(mended), client: 'there' },
    ];
    expect(follow(rule, here, there)).toEqual(NOT_KNOWN);
  });

  test.each([
    ['no-gateway-found', evidence({ lan: lan([]) })],
    ['no-outside-view', evidence({ outside: blind })],
  ])('%s is about our own side: not found again, it is gone', (rule, before) => {
    expect(follow(rule, report(before), report(evidence()))).toEqual(GONE);
  });

  test('a forward that was missing or led to another port, once it is settled, by the same profile', () => {
    const agreed = profile({ access: { webpro: 'must' } });
    const at = (where: 'tcp/80' | 'tcp/8080') =>
      report(evidence({ outside: outside({ proofs: proofs({ arrived: ['tcp/80'], at: { 'tcp/80': where } }) }) }), {
        profile: agreed,
      });
    expect(follow('forward-to-wrong-port', at('tcp/8080'), at('tcp/80'))).toEqual(GONE);
    expect(follow('forward-to-wrong-port', at('tcp/8080'), report(bare(), { profile: agreed }))).toEqual(NOT_KNOWN);
    const missing = report(evidence(), { profile: agreed });
    expect(follow('forward-missing', missing, at('tcp/80'))).toEqual(GONE);
    expect(follow('forward-missing', missing, report(bare(), { profile: agreed }))).toEqual(NOT_KNOWN);
    const other = { ...at('tcp/80'), profile: { name: 'x', digest: 'other' } };
    expect(follow('forward-missing', missing, other)).toEqual(NOT_KNOWN);
  });

  test('each rule that knows is in one of these lists', () => {
    expect(SITE_RULES.filter((rule) => 'gone' in rule).map(({ id }) => id)).toEqual([
      ...['cgnat', 'double-nat', 'dmz-proved', 'upnp-on', 'mapping-injected', 'mapping-to-nec-port'],
      ...['mapping-to-other-host', 'forward-to-wrong-port', 'forward-missing', 'sip-alg', 'checklist-open'],
      ...['no-gateway-found', 'several-gateways', 'no-outside-view'],
    ]);
  });

  describe('an item of the checklist is known by its id', () => {
    const with_ = (...items: ReturnType<typeof item>[]) =>
      report(evidence({ checklist: { checklist: 'nec-sl', items } }));

    test('however long its title is', () => {
      const title = 'The installer password of WebPro was changed from the default, noted and locked away '
        .repeat(2)
        .trim();
      expect(title.length).toBeGreaterThan(100);
      const [before, after] = (['refused', 'attested'] as const).map((state) =>
        with_({ ...item(state, title), id: 'web' }),
      );
      expect(follow('checklist-open', before!, after!)).toEqual(GONE);
    });

    test('and never by another whose title ends alike', () => {
      const [mine, other] = ['Remote access: password changed', 'password changed'];
      const before = with_(item('refused', mine), item('missing', other));
      const after = with_(item('missing', mine), item('attested', other));
      expect(follow('checklist-open', before, after)).toEqual(NOT_KNOWN);
    });

    test('so that one that was put into other words is still the same', () => {
      const reworded = { ...item('refused', 'Password changed'), title: 'Change the password' };
      expect(follow('checklist-open', with_(item('refused', 'Password changed')), with_(reworded))).toEqual({
        ...{ gone: 0, notKnown: 0, still: 1 },
      });
    });
  });

  test('what another version kept in another form is not known, never gone', () => {
    const before = report(refused('Password changed'));
    const old = { ...before, findings: before.findings.map((one) => ({ ...one, data: { words: 'x' } })) };
    const after = evidence({ checklist: { checklist: 'nec-sl', items: [item('attested', 'Password changed')] } });
    expect(follow('checklist-open', old, report(after))).toEqual(NOT_KNOWN);
    expect(sayChanges(compareSites(old, report(after))).findings.notKnown[0]?.title).toBe(
      'The hardening checklist is open',
    );
  });

  test('random ports are no part of what a DMZ is known by', () => {
    const data = (...ports: ('tcp/41001' | 'tcp/42002')[]) =>
      report(arrived(...ports)).findings.find(({ rule }) => rule === 'dmz-proved')?.data;
    expect(data('tcp/41001')).toEqual(data('tcp/42002'));
    expect(CANARIES.some((port) => JSON.stringify(data('tcp/41001')).includes(port))).toBe(false);
    expect(standIn().bound).toEqual(expect.arrayContaining([...CANARIES]));
  });
});
