import { describe, expect, test } from '@jest/globals';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { addViolation, judgeLook } from '../../../src/fleet/sweep/judge-look.js';
import { webpro } from '../../../src/lab/servers/nec.js';
import type { Issue, SlotState } from '../../../src/model/change.js';
import type { Report } from '../../../src/model/report.js';
import { checkSite, planOne, startAt } from '../../check/checking.js';
import { stopAfterEach } from '../../lab-sites/running.js';
import { lookAt, openAt, violation } from '../store/looks.js';

stopAfterEach();

/** Reports of one site while WebPro is reachable and while it is not. */
async function lookTwice(): Promise<{ open: Report; shut: Report }> {
  const site = await startAt('127.0.46.1', planOne('webpro', webpro()));
  const options = { canaries: false, timeoutMs: 300 };
  const open = await checkSite(site, options);
  await site.stop();
  return { open, shut: await checkSite(site, options) };
}

/** Shows looks one after another to what was known; how many it took, and what counts. */
function decide(
  before: Report | null,
  ...looks: readonly Report[]
): { looks: number; kinds: string[]; known: string[] } {
  const known = before && stateOf(before);
  let earlier = null;
  for (const [index, report] of looks.entries()) {
    const judged = judgeLook(known, report, earlier);
    if (judged.again === null) {
      const kinds = judged.changes.map(({ kind }) => kind);
      return { looks: index + 1, kinds, known: Object.keys(judged.state.issues) };
    }
    earlier = judged.again;
  }
  throw new Error('undecided');
}

describe('of at most three looks', () => {
  test('one is enough where nothing changed, two where they agree, and three decide', async () => {
    const { open, shut } = await lookTwice();
    const issue = Object.keys(stateOf(open).issues);
    expect(issue).toHaveLength(1);
    expect(decide(shut, shut)).toEqual({ looks: 1, kinds: [], known: [] });
    expect(decide(shut, open, open)).toEqual({ looks: 2, kinds: ['exposed'], known: issue });
    expect(decide(null, open, open)).toEqual({ looks: 2, kinds: ['exposed'], known: issue });
    expect(decide(shut, open, shut, open)).toEqual({ looks: 3, kinds: ['exposed'], known: issue });
    expect(decide(shut, open, shut, shut)).toEqual({ looks: 3, kinds: [], known: [] });
  });

  test('a single answer refutes what rests on silence', async () => {
    const { open, shut } = await lookTwice();
    const issue = Object.keys(stateOf(open).issues);
    expect(decide(open, shut, shut)).toEqual({ looks: 2, kinds: ['resolved'], known: [] });
    expect(decide(open, shut, open)).toEqual({ looks: 2, kinds: [], known: issue });
  });
});

test('an endpoint that was seen open is not outvoted by looks that were shut out: it stands, out of sight', async () => {
  const { open, shut } = await lookTwice();
  const issue = Object.keys(stateOf(open).issues);
  const silenced = shut.observations.map((seen) => ({ ...seen, state: 'filtered', reason: 'no-response' }) as const);
  const blocked: Report = { ...shut, verdict: 'inconclusive', observations: silenced };
  expect(decide(shut, open, blocked, blocked)).toEqual({ looks: 3, kinds: ['exposed'], known: issue });
  expect(decide(null, open, blocked, blocked)).toEqual({ looks: 3, kinds: ['exposed'], known: issue });
  // Either of them proves it where it was let see.
  expect(decide(shut, open, blocked, shut)).toEqual({ looks: 3, kinds: [], known: [] });
  expect(decide(shut, open, shut, blocked)).toEqual({ looks: 3, kinds: [], known: [] });
});

describe('a look that saw a violation, and that no second one can follow', () => {
  const key = 'admin-exposed tcp/80';
  const known = (change: Partial<Issue> = {}): SlotState => {
    const state = stateOf(violation());
    return { ...state, issues: { [key]: { ...state.issues[key]!, ...change } } };
  };
  const after = (before: SlotState | null, report: Report) => {
    const { state, changes } = addViolation(before, report);
    return { state, issue: state.issues[key], kinds: changes.map(({ kind }) => kind) };
  };

  test('begins what was not known', () => {
    expect(after(null, violation())).toMatchObject({ state: { verdict: 'violation' }, kinds: ['exposed'] });
    const quiet: SlotState = { ...stateOf(lookAt()), verdict: 'inconclusive', noAnswer: true, silent: true };
    const { state, kinds } = after(quiet, violation());
    expect(state).toMatchObject({ verdict: 'violation', silent: false });
    expect(state).not.toHaveProperty('noAnswer');
    expect(kinds).toEqual(['exposed']);
  });

  test('has nothing be milder than it was, and tells what is worse', () => {
    expect(after(known(), violation({ severity: 'low' }))).toMatchObject({
      issue: { severity: 'critical' },
      kinds: [],
    });
    expect(after(known({ severity: 'low' }), violation())).toMatchObject({
      issue: { severity: 'critical' },
      kinds: ['exposed'],
    });
    expect(after(known({ waived: true }), violation())).toMatchObject({ issue: { waived: false }, kinds: ['exposed'] });
  });

  test('has what was out of sight be in sight again', () => {
    for (const severity of ['critical', 'low'] as const) {
      const { issue, kinds } = after(known({ lostAt: '2026-11-01T00:00:00.000Z' }), violation({ severity }));
      expect(issue).toMatchObject({ severity: 'critical' });
      expect(issue).not.toHaveProperty('lostAt');
      expect(kinds).toEqual([]);
    }
  });

  test('leaves who answered, and what it did not see', () => {
    const before = { ...known(), identities: { 'tcp/80': 'WebPro' } };
    const seen = violation(
      { endpoint: 'tcp/8000' },
      { observations: [openAt('tcp/80', 'nginx'), openAt('tcp/8000', 'PCPro')] },
    );
    const { state, kinds } = after(before, seen);
    expect(state.identities).toEqual({ 'tcp/80': 'WebPro', 'tcp/8000': 'PCPro' });
    expect(Object.keys(state.issues)).toEqual([key, 'admin-exposed tcp/8000']);
    expect(kinds).toEqual(['exposed']);
  });
});
