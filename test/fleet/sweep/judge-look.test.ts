import { describe, expect, test } from '@jest/globals';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { judgeLook } from '../../../src/fleet/sweep/judge-look.js';
import { webpro } from '../../../src/lab/servers/nec.js';
import type { Report } from '../../../src/model/report.js';
import { checkSite, planOne, startAt } from '../../check/checking.js';
import { stopAfterEach } from '../../lab-sites/running.js';

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
