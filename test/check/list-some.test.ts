import { describe, expect, test } from '@jest/globals';
import { listSome, MAX_LISTED } from '../../src/check/survey/list-some.js';
import type { EndpointId } from '../../src/model/endpoint.js';
import type { Observation, Reason, State } from '../../src/model/report.js';

function seen(endpoint: EndpointId, state: State, reason: Reason, probe = 'tcp-identify'): Observation {
  return { endpoint, probe, state, reason, rttMs: null, tries: 1, atMs: 1, evidence: {} };
}

const SERVICES = new Set<EndpointId>(['tcp/80']);
const telling = [
  seen('tcp/80', 'error', 'cut-off'),
  seen('tcp/81', 'open', 'syn-ack'),
  seen('tcp/82', 'error', 'fd-limit'),
  seen('tcp/83', 'filtered', 'no-response', 'canary-tcp'),
];
const others = (count: number, state: State, reason: Reason) =>
  Array.from({ length: count }, (_, index) => seen(`tcp/${1_000 + index}`, state, reason));

describe('what a report lists', () => {
  test('is everything where that is not too much', () => {
    const all = [...telling, ...others(MAX_LISTED - telling.length, 'closed', 'conn-refused')];
    expect(listSome(all, SERVICES)).toEqual({ listed: all, unlisted: {} });
  });

  test('is else what tells something; the rest is counted by state and reason', () => {
    const rest = [...others(900, 'error', 'cut-off'), ...others(200, 'filtered', 'no-response')];
    expect(listSome([...rest, ...telling], SERVICES)).toEqual({
      listed: telling,
      unlisted: { 'error/cut-off': 900, 'filtered/no-response': 200 },
    });
  });

  test('is the first hundred of those that failed for one reason', () => {
    const failed = others(3_000, 'error', 'no-route');
    const { listed, unlisted } = listSome([...failed.toReversed(), ...telling], SERVICES);
    expect(listed).toEqual([...telling, ...failed.slice(0, 100)]);
    expect(unlisted).toEqual({ 'error/no-route': 2_900 });
  });
});
