import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { carryOver, diffStates } from '../../../src/fleet/changes/diff.js';
import { renameVantage } from '../../../src/fleet/changes/rename-vantage.js';
import { sayChange } from '../../../src/fleet/changes/say-change.js';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { addViolation, judgeLook } from '../../../src/fleet/sweep/judge-look.js';
import type { SlotState } from '../../../src/model/change.js';
import type { ReportData, Survey } from '../../../src/model/report.js';
import { join, restricted, type Seen } from '../../check/join/join.js';
import { soundSurvey, anyProfile } from '../../check/rules/arbitrary-survey.js';
import { answer, canaries, judge, profile, services, site, survey } from '../../check/rules/build-survey.js';

const closed = profile();
const KEY = 'admin-interface-reachable tcp/80';
const shut = survey(site());
const exposed = survey(site(answer('tcp/80', 'nec-webpro')));
const silent = survey([...services('silent'), ...canaries('filtered')]);
const as = (source: string, seen: Survey): Survey => ({ ...seen, vantage: { ...seen.vantage, source } });
const look = (seen: Seen) => join(seen, closed);
const alone = (seen: Survey) => judge(seen, closed, { failOn: 'low' });

/** How the slot stands after each look, and what the last one changed. */
function follow(...reports: readonly ReportData[]) {
  let before: SlotState | null = null;
  let last: { state: SlotState; kinds: string[]; titles: string[] } | null = null;
  for (const report of reports) {
    const state = carryOver(before, stateOf(report), report);
    const changes = diffStates(before, state, report).filter(({ endpoint }) => endpoint === 'tcp/80');
    last = { state, kinds: changes.map(({ kind }) => kind), titles: changes.map((one) => sayChange(one).title) };
    before = state;
  }
  return { ...last!, issue: last!.state.issues[KEY] };
}

const first = look({ a: exposed, b: shut });

test('an exposure is kept with who saw it', () => {
  expect(follow(first).issue).toMatchObject({ endpoint: 'tcp/80', seenFrom: { a: 'outsider' } });
  expect(follow(look({ a: exposed, p: as('provider', exposed) })).issue?.seenFrom).toEqual({
    a: 'outsider',
    p: 'provider',
  });
});

describe('what one vantage saw open', () => {
  test('is over once that vantage sees it shut', () => {
    const { issue, kinds } = follow(first, look({ a: shut, b: shut }));
    expect([issue, kinds]).toEqual([undefined, expect.arrayContaining(['resolved'])]);
  });

  test('is not over by the silence to it, nor by what another is refused, and is out of sight', () => {
    const { issue, kinds, state } = follow(first, look({ a: silent, b: shut }));
    expect(issue).toMatchObject({ seenFrom: { a: 'outsider' }, lostAt: shut.startedAt });
    expect(kinds).toEqual(['lost-sight']);
    expect(state.verdict).not.toBe('compliant');
  });

  test('stands as it was where that vantage could not look', () => {
    const { issue, kinds } = follow(first, look({ a: null, b: shut }));
    expect([issue?.seenFrom, issue?.lostAt, kinds]).toEqual([{ a: 'outsider' }, undefined, []]);
  });

  test.each([
    ['others look on', look({ b: shut })],
    ['one looks without a name', alone(shut)],
    ['it goes by another name', look({ a2: shut, b: shut })],
    ['it was the only one, and goes by another name', look({ a2: shut })],
  ])('stands, out of sight, once that vantage looks no more: %s', (_case, report) => {
    const { issue, kinds, titles, state } = follow(first, report);
    expect(issue).toMatchObject({ seenFrom: { a: 'outsider' }, lostAt: shut.startedAt });
    expect(kinds).toEqual(['lost-sight']);
    expect(titles[0]).toMatch(/^No longer looked at from “a”, not known to be closed: /);
    expect(state.verdict).toBe('violation');
    expect(follow(first, report, report).kinds).toEqual([]);
    expect(follow(first, report, look({ a: shut, b: shut })).kinds).toContain('resolved');
  });
});

describe('a vantage that is given another name', () => {
  const renamed = (report: ReportData) => renameVantage(stateOf(report), 'a', 'a2');
  const known = renamed(first);
  const after = (seen: Seen, before = known) => {
    const report = look(seen);
    return carryOver(before, stateOf(report), report).issues[KEY];
  };

  test('knows what it knew, and ends it once it sees it shut', () => {
    expect(known.issues[KEY]?.seenFrom).toEqual({ a2: 'outsider' });
    expect(known.refusalsTo).toEqual({ a2: ['conn-refused'], b: ['conn-refused'] });
    expect(known.silentTo).toEqual({ a2: false, b: false });
    expect(after({ a2: shut, b: shut })).toBeUndefined();
  });

  test('is not silent for the old one, and neither is any other', () => {
    expect(after({ a2: silent, b: shut })).toMatchObject({ seenFrom: { a2: 'outsider' }, lostAt: shut.startedAt });
    expect(after({ a2: null, b: shut })).toMatchObject({ seenFrom: { a2: 'outsider' } });
    expect(after({ b: shut })).toMatchObject({ seenFrom: { a2: 'outsider' } });
    expect(after({ a: shut, b: shut })).toMatchObject({ seenFrom: { a2: 'outsider' } });
  });

  test('may have looked by that name already, but as no other source', () => {
    expect(renamed(look({ a: exposed, a2: exposed, b: exposed })).issues[KEY]?.seenFrom).toEqual({
      a2: 'outsider',
      b: 'outsider',
    });
    const both = { a: 'outsider', a2: 'provider' };
    expect(renamed(look({ a: exposed, a2: as('provider', exposed) })).issues[KEY]?.seenFrom).toEqual(both);
  });

  test('changes nothing else: what stands after any look is what stood without the new name', () => {
    fc.assert(
      fc.property(soundSurvey, soundSurvey, soundSurvey, soundSurvey, anyProfile, (a, b, laterA, laterB, by) => {
        const before = stateOf(join({ a, b }, by));
        const [old, now] = [join({ a: laterA, b: laterB }, by), join({ a2: laterA, b: laterB }, by)];
        const stood = carryOver(before, stateOf(old), old);
        const stands = carryOver(renameVantage(before, 'a', 'a2'), stateOf(now), now);
        expect(Object.keys(stands.issues)).toEqual(Object.keys(stood.issues));
        expect(stands.verdict).toBe(stood.verdict);
        expect(stands.refusalsTo).toEqual(renameVantage(stood, 'a', 'a2').refusalsTo);
      }),
      { numRuns: 100 },
    );
  });
});

test('what several saw is over once each of them sees it shut, whenever', () => {
  const both = look({ a: exposed, b: exposed });
  const half = follow(both, look({ a: shut, b: silent }));
  expect(half.issue).toMatchObject({ seenFrom: { b: 'outsider' } });
  expect(follow(both, look({ a: shut, b: silent }), look({ a: shut, b: shut })).issue).toBeUndefined();
  const again = look({ a: exposed, b: silent });
  expect(follow(both, again).issue?.seenFrom).toEqual({ a: 'outsider', b: 'outsider' });
  expect(follow(both, again, look({ a: shut, b: silent })).issue?.seenFrom).toEqual({ b: 'outsider' });
});

describe('what was seen before vantages had names', () => {
  const before = alone(exposed);

  test('is over once all of its source see it shut', () => {
    expect(follow(before, look({ a: shut, b: shut })).issue).toBeUndefined();
    expect(follow(before, look({ a: shut, p: as('provider', silent) })).issue).toBeUndefined();
    expect(follow(before, look({ a: shut, b: silent })).issue).toBeDefined();
    expect(follow(before, look({ a: shut, b: null })).issue).toBeDefined();
  });

  test('is told of who sees it now, and a look without a name adds to those', () => {
    expect(follow(before, look({ a: exposed, b: shut })).issue?.seenFrom).toEqual({ a: 'outsider' });
    expect(follow(first, before).issue?.seenFrom).toEqual({ a: 'outsider', '': 'outsider' });
    const { state } = addViolation(stateOf(first), before);
    expect(state.issues[KEY]?.seenFrom).toEqual({ a: 'outsider', '': 'outsider' });
  });
});

test('an outage is over only once the source that missed the service gets in', () => {
  const needed = profile({ access: { 'sip-trunk': 'must' } });
  const sip = survey(site(answer('udp/5060', 'nec-sip')));
  const away = join({ a: shut, b: sip }, needed);
  const key = 'required-unreachable udp/5060';
  expect(stateOf(away).issues[key]?.seenFrom).toEqual({ a: 'outsider' });
  const blocked = join({ a: silent, b: sip }, needed);
  expect(carryOver(stateOf(away), stateOf(blocked), blocked).issues[key]).toBeDefined();
  const back = join({ a: sip, b: sip }, needed);
  expect(carryOver(stateOf(away), stateOf(back), back).issues[key]).toBeUndefined();
});

test('each vantage has refusals of its own, and learns them only where it sees', () => {
  const { state } = follow(first, look({ a: silent, b: shut }));
  expect(state.refusalsTo).toEqual({ a: ['conn-refused'], b: ['conn-refused'] });
  const anew = {
    ...shut,
    observations: shut.observations.map((seen) => ({ ...seen, reason: 'port-unreach' as const })),
  };
  expect(follow(first, look({ a: anew, b: shut })).issue?.lostAt).toBe(shut.startedAt);
});

test('of several looks, one that only some vantages see shut proves nothing of the others', () => {
  const before = stateOf(look({ a: shut, b: shut }));
  const suspected = judgeLook(before, first, null);
  if (!suspected.again) throw new Error('a new exposure has to be confirmed');
  const third = judgeLook(before, look({ a: silent, b: shut }), suspected.again);
  const final = third.again ? judgeLook(before, look({ a: silent, b: shut }), third.again) : third;
  expect(final).toMatchObject({ again: null, state: { verdict: expect.not.stringMatching('compliant') as unknown } });
  if (!final.again) expect(final.state.issues[KEY]).toMatchObject({ seenFrom: { a: 'outsider' } });
});

test('whatever an adversary hides from the vantage that saw it, what an earlier look saw stands', () => {
  const hidden = fc.constantFrom<'silent' | 'away' | 'cut-off' | 'no longer asked'>(
    ...(['silent', 'away', 'cut-off', 'no longer asked'] as const),
  );
  fc.assert(
    fc.property(soundSurvey, soundSurvey, soundSurvey, anyProfile, hidden, (a, b, later, by, how) => {
      const truth = join({ a, b }, by);
      const known = stateOf(truth);
      const own = stateOf(join({ a }, by));
      const report = join(how === 'no longer asked' ? { b: later } : { a: hide(a, how), b: later }, by);
      const after = carryOver(known, stateOf(report), report);
      for (const [key, issue] of Object.entries(own.issues)) {
        if (!Object.hasOwn(known.issues, key) || issue.outage) continue;
        expect(after.issues).toHaveProperty([key]);
        expect(after.verdict).not.toBe('compliant');
      }
    }),
    { numRuns: 150 },
  );
});

function hide(seen: Survey, how: 'silent' | 'away' | 'cut-off'): Survey | null {
  if (how === 'away') return null;
  const observations = seen.observations.map((one) => ({
    ...{ ...one, identity: null, evidence: {} },
    ...{ state: 'filtered' as const, reason: 'no-response' as const },
  }));
  return { ...seen, observations, unlisted: {}, interrupted: how === 'cut-off' };
}

describe('a restriction that is found broken once several vantages look', () => {
  const byProvider = restricted('provider', { 'sip-trunk': 'must' });
  const sip = survey(site(answer('udp/5060', 'nec-sip')));
  const plain = judge(sip, byProvider, { failOn: 'low' });
  const joined = join({ a: sip, p: as('provider', sip) }, byProvider);
  const keys = (state: SlotState) => Object.keys(state.issues);
  const step = (before: ReportData, after: ReportData) => {
    const known = stateOf(before);
    const state = carryOver(known, stateOf(after), after);
    return { issues: keys(state), changes: diffStates(known, state, after).map(({ kind }) => kind) };
  };

  test('is no other exposure than the one that was known, in either direction', () => {
    expect(step(plain, joined)).toEqual({ issues: ['restriction-broken udp/5060'], changes: [] });
    expect(keys(stateOf(plain))).toEqual(['sip-open-to-world udp/5060']);
    expect(step(joined, plain)).toEqual({ issues: ['sip-open-to-world udp/5060'], changes: [] });
  });

  test('is over, and told so, once it holds', () => {
    const holds = join({ a: survey(site()), p: as('provider', sip) }, byProvider);
    expect(step(joined, holds)).toEqual({ issues: [], changes: ['resolved'] });
    expect(step(plain, holds).changes).toEqual(['resolved']);
  });
});
