import { expect, test } from '@jest/globals';
import { traceHistory } from '../../../src/fleet/handover/trace-history.js';
import { isCanary } from '../../../src/model/canary.js';
import type { HistoryEntry } from '../../../src/model/client.js';
import { MOST_LOOKS, MOST_TRACED } from '../../../src/model/handover.js';
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
        invite: null,
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
  traceHistory(entries).services.find((one) => one.service === service)?.states;

test('a service over time, oldest first: exposed, closed, and not determined where a look came to no verdict', () => {
  const open = survey(site(answer('tcp/80', 'nec-webpro')));
  const closed = survey(site());
  const cut = { ...survey(site()), interrupted: true };
  expect(statesOf(looks(open, closed, cut), 'webpro')).toEqual(['exposed', 'closed', 'unknown']);
});

test('what was not looked at is not determined, never a gap', () => {
  const without = survey(site().filter(({ endpoint }) => endpoint !== 'tcp/8000'));
  const history = traceHistory(looks(survey(site()), without));
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
  expect(traceHistory([{ ...look!, final: false }]).looks).toEqual([]);
  const many = Array.from({ length: MOST_LOOKS + 5 }, (_, index) => ({
    ...look!,
    at: new Date(index * 1000).toISOString(),
  })).reverse();
  const { looks: kept } = traceHistory(many);
  expect(kept).toHaveLength(MOST_LOOKS);
  expect(kept.at(-1)?.at).toBe(many[0]?.at);
});

const bandsOf = (entries: readonly HistoryEntry[]) =>
  new Map(traceHistory(entries).endpoints?.map((one) => [one.endpoint, one] as const));

test('each endpoint has a band of its own: one that moved is told beside the one that it left', () => {
  const before = survey(site(answer('tcp/80', 'nec-webpro'), see('tcp/8080', 'closed')));
  const moved = survey(site(answer('tcp/8080', 'nec-webpro', { label: 'NEC WebPro' })));
  const bands = bandsOf(looks(before, moved));
  expect(bands.get('tcp/80')).toMatchObject({ service: 'webpro', states: ['exposed', 'closed'] });
  expect(bands.get('tcp/8080')).toMatchObject({ service: null, answerer: 'NEC WebPro', states: ['closed', 'exposed'] });
  expect([...bands.keys()].slice(0, 2)).toEqual(['tcp/80', 'tcp/8080']);
});

test('endpoints of no service that were never open are counted, by what tells most of them', () => {
  const places = [see('tcp/8080', 'closed'), see('tcp/8081', 'closed'), see('tcp/8082', 'filtered')];
  const without = site(see('tcp/8080', 'closed'), see('tcp/8082', 'closed'));
  const history = traceHistory(looks(survey(site(...places)), survey(without)));
  expect(history.endpoints?.map(({ endpoint }) => endpoint)).not.toContain('tcp/8080');
  expect(history.others).toEqual({ closed: 1, unknown: 1, silent: 1 });
});

test('of many open endpoints those that should not be are listed first, and none is lost', () => {
  const many = Array.from({ length: MOST_TRACED + 5 }, (_, index) => see(`tcp/${9000 + index}`, 'open'));
  const [look] = looks(survey(site(...many, answer('tcp/80', 'nec-webpro'))));
  const { endpoints, others } = traceHistory([look!]);
  expect(endpoints).toHaveLength(MOST_TRACED);
  expect(endpoints?.every(({ states }) => states[0] === 'exposed')).toBe(true);
  expect(endpoints?.[0]?.endpoint).toBe('tcp/80');
  const observed = look!.report.observations.filter((one) => !isCanary(one));
  const counted = Object.values(others ?? {}).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(new Set(observed.map(({ endpoint }) => endpoint)).size - MOST_TRACED);
  expect(others?.exposed).toBe(6);
});

test('ports that no one uses have no band, and what opens beside an open one is not "as agreed"', () => {
  const everywhere = survey([see('tcp/443', 'open'), see('tcp/34567', 'open', { probe: 'canary-tcp' })]);
  const bands = bandsOf(looks(everywhere));
  expect(bands.has('tcp/34567')).toBe(false);
  expect(bands.get('tcp/443')?.states).toEqual(['unknown']);
});
