import { describe, expect, test } from '@jest/globals';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { profile, see } from '../../check/rules/build-survey.js';
import { CANARIES, check, evidence, outside, proofs, report, verdictOf } from './build-site.js';

const REFUSED: readonly EndpointId[] = ['tcp/80', 'udp/5060', 'udp/5351'];

/** The proofs, of which these were refused, and a check that saw these refused. */
function refused(byProofs: readonly EndpointId[], byCheck = byProofs) {
  const sent = proofs().map((proof): typeof proof =>
    byProofs.includes(proof.endpoint)
      ? { ...proof, state: 'closed', reason: proof.endpoint.startsWith('tcp') ? 'conn-refused' : 'port-unreach' }
      : proof,
  );
  return outside({ proofs: sent, check: check(byCheck.map((endpoint) => see(endpoint, 'closed'))) });
}

describe('ports that are refused, while random ones keep silent,', () => {
  test('may lead to another port: that is not known, and nothing is called fit', () => {
    const site = report(evidence({ outside: refused(REFUSED) }));
    expect(verdictOf(site)).toEqual({
      verdict: 'inconclusive',
      violations: [],
      inconclusive: [],
      blocking: ['Whether these are forwarded elsewhere: tcp/80 and udp/5060'],
    });
  });

  test('are no sign where the router refuses random ones too, if not each time', () => {
    const site = report(evidence({ outside: refused([...REFUSED, CANARIES[3]!]) }));
    expect(verdictOf(site)).toMatchObject({ verdict: 'compliant', blocking: [] });
    const other = outside({ ...refused(REFUSED), check: check([see('tcp/80', 'closed'), canary()]) });
    expect(verdictOf(report(evidence({ outside: other }))).blocking).toEqual([]);
  });

  test('are none where only one of the looks was refused, or where they are agreed on', () => {
    expect(report(evidence({ outside: refused(REFUSED, []) })).verdict).toBe('compliant');
    const agreed = profile({ access: { webpro: 'may', 'sip-trunk': 'may' } });
    expect(report(evidence({ outside: refused(REFUSED) }), { profile: agreed }).verdict).toBe('compliant');
  });
});

test('what leads to other devices is never said to be known', () => {
  expect(report(evidence()).undetermined).toContainEqual(
    expect.objectContaining({ what: expect.stringContaining('forwarded to other devices'), blocking: false }),
  );
});

function canary() {
  return { ...see('tcp/45678', 'closed'), probe: 'canary-tcp' };
}
