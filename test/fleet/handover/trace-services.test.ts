import { expect, test } from '@jest/globals';
import { traceServices } from '../../../src/fleet/handover/trace-services.js';
import type { HistoryEntry } from '../../../src/model/client.js';
import { MOST_LOOKS } from '../../../src/model/handover.js';
import type { Survey } from '../../../src/model/report.js';
import { answer, judge, profile, see, services, site, survey } from '../../check/rules/build-survey.js';

/** Looks as the store lists them, newest first, of surveys in the order of time. */
function looks(...surveys: readonly Survey[]): HistoryEntry[] {
  return surveys
    .map((one, index): HistoryEntry => {
      const report = judge(one, profile(), { failOn: 'low' });
      const at = new Date(Date.UTC(2026, 10, 1 + index)).toISOString();
      return {
        resultId: index,
        sweepId: 1,
        slot: '203.0.113.7',
        at,
        address: '203.0.113.7',
        verdict: report.verdict,
        final: true,
        report,
      };
    })
    .reverse();
}

const statesOf = (entries: readonly HistoryEntry[], service: string) =>
  traceServices(entries).services.find((one) => one.service === service)?.states;

test('a service over time, oldest first: exposed, closed, and not determined where a look came to no verdict', () => {
  const open = survey(site(answer('tcp/80', 'nec-webpro')));
  const closed = survey(site());
  const cut = { ...survey(site()), interrupted: true };
  expect(statesOf(looks(open, closed, cut), 'webpro')).toEqual(['exposed', 'closed', 'unknown']);
});

test('what was not looked at is not determined, never a gap', () => {
  const without = survey(site().filter(({ endpoint }) => endpoint !== 'tcp/8000'));
  const history = traceServices(looks(survey(site()), without));
  for (const { states } of history.services) expect(states).toHaveLength(2);
  expect(statesOf(looks(survey(site()), without), 'pcpro')).toEqual(['closed', 'unknown']);
});

test('silence is told apart from refusals', () => {
  const mixed = survey(site(see('tcp/8000', 'filtered')));
  expect(statesOf(looks(mixed), 'webpro')).toEqual(['closed']);
  expect(['silent', 'unknown']).toContain(statesOf(looks(mixed), 'pcpro')?.[0]);
});

test('looks that have to be confirmed are left out, and of many the newest stay', () => {
  const [look] = looks(survey(services('closed')));
  expect(traceServices([{ ...look!, final: false }]).looks).toEqual([]);
  const many = Array.from({ length: MOST_LOOKS + 5 }, (_, index) => ({
    ...look!,
    at: new Date(index * 1000).toISOString(),
  })).reverse();
  const { looks: kept } = traceServices(many);
  expect(kept).toHaveLength(MOST_LOOKS);
  expect(kept.at(-1)?.at).toBe(many[0]?.at);
});
