import { describe, expect, test } from '@jest/globals';
import type { SiteEvidence } from '../../src/model/site.js';
import { compareSites } from '../../src/site/compare-sites.js';
import { answer, see } from '../check/rules/build-survey.js';
import {
  bare,
  CANARIES,
  check,
  ENDPOINTS,
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
} from './rules/build-site.js';

const LATER = { startedAt: '2026-11-22T11:00:00.000Z' };

/** Rules and endpoints by what became of them. */
function compare(before: SiteEvidence, after: SiteEvidence) {
  const changes = compareSites(report(before), report(after, LATER));
  const name = (findings: (typeof changes.findings)['gone']) =>
    findings.map(({ rule, endpoint }) => [rule, endpoint].filter(Boolean).join(' '));
  return {
    gone: name(changes.findings.gone),
    new: name(changes.findings.new),
    still: name(changes.findings.still),
    notKnown: name(changes.findings.notKnown),
    endpoints: Object.fromEntries(changes.endpoints.map(({ endpoint, kind }) => [endpoint, kind])),
  };
}

const none = { gone: [], new: [], still: [], notKnown: [], endpoints: {} };
const seen = (arrived: readonly (typeof ENDPOINTS)[number][], gateway = router()) =>
  evidence({ lan: lan([gateway]), outside: outside({ proofs: proofs({ arrived }) }) });
const unreachable = outside({
  address: null,
  scope: null,
  check: null,
  proofs: [],
  sip: [],
  nat: null,
  problems: [{ part: 'vantage', message: 'no answer' }],
});

test('tells when, and both verdicts', () => {
  const changes = compareSites(report(seen(['tcp/80'])), report(evidence(), LATER));
  expect(changes).toMatchObject({
    from: '2026-11-22T09:00:00.000Z',
    to: LATER.startedAt,
    verdict: { before: 'violation', after: 'compliant' },
  });
  expect(report(evidence(), LATER).summary).toMatch(/^Fit to install/);
});

describe('mended', () => {
  test('a forward, by proof', () => {
    expect(compare(seen(['tcp/80', 'udp/5060']), seen(['udp/5060']))).toEqual({
      ...none,
      gone: ['forward-not-agreed tcp/80'],
      still: ['forward-not-agreed udp/5060'],
      endpoints: { 'tcp/80': 'closed', 'udp/5060': 'still-open' },
    });
  });

  test('a DMZ, with other random ports the next time', () => {
    expect(compare(seen([...ENDPOINTS, ...CANARIES]), evidence())).toMatchObject({
      ...none,
      gone: ['dmz-proved'],
      endpoints: { 'tcp/80': 'closed' },
    });
  });

  test('UPnP, but not by itself the mapping that it left behind', () => {
    const held = igd([mapping('tcp/80', { internalClient: '192.168.1.50' }), mapping('udp/5060')]);
    expect(compare(seen(['udp/5060'], held), seen(['udp/5060']))).toEqual({
      ...none,
      gone: ['upnp-on'],
      new: ['forward-not-agreed udp/5060'],
      notKnown: ['mapping-to-nec-port udp/5060', 'mapping-to-other-host tcp/80'],
      endpoints: { 'udp/5060': 'cause-changed' },
    });
  });

  test('an ALG and an item of the checklist', () => {
    const checklist = (state: 'refused' | 'attested' | 'missing') => ({
      checklist: 'nec-sl',
      items: [item(state, 'Password changed')],
    });
    const altered = sip(({ transport }) => (transport === 'udp' ? { state: 'altered' } : {}));
    const before = evidence({ outside: outside({ sip: altered }), checklist: checklist('refused') });
    expect(compare(before, evidence({ checklist: checklist('attested') })).gone).toEqual(['sip-alg', 'checklist-open']);
    const silent = evidence({ outside: outside({ sip: [] }), checklist: checklist('missing') });
    expect(compare(before, silent)).toMatchObject({ gone: [], notKnown: ['sip-alg', 'checklist-open'] });
  });

  test('what answered, once it is refused or silent by TCP', () => {
    const open = bare({}, { check: check([answer('tcp/80', 'nec-webpro')]) });
    for (const endpoint of ['tcp/80', 'tcp/8000'] as const) {
      const refused = bare({}, { check: check([see(endpoint, 'closed')]) });
      expect(compare(open, refused).endpoints).toEqual({ 'tcp/80': 'closed' });
      expect(compare(open, refused).gone).toEqual(['forward-not-agreed tcp/80']);
    }
    // Nothing answered at all: it may be the line.
    expect(compare(open, bare()).endpoints).toEqual({ 'tcp/80': 'not-known' });
  });
});

describe('not known to be mended', () => {
  test('anything, after a run that saw nothing from outside', () => {
    const before = seen(['tcp/80', 'tcp/41001'], igd([mapping('udp/5060')], { externalAddress: '192.168.0.2' }));
    const after = evidence({ outside: unreachable });
    expect(compare(before, after)).toEqual({
      gone: ['upnp-on'],
      new: ['no-outside-view'],
      still: [],
      notKnown: ['double-nat', 'dmz-proved', 'mapping-to-nec-port udp/5060'],
      endpoints: { 'tcp/80': 'not-known' },
    });
  });

  test('a proved forward, after a run without a stand-in, since nothing listened', () => {
    expect(compare(seen(['tcp/80']), bare())).toMatchObject({
      gone: [],
      notKnown: ['forward-not-agreed tcp/80'],
      endpoints: { 'tcp/80': 'not-known' },
    });
  });

  test('a proved forward, behind a firewall of our own', () => {
    const walled = evidence({ standIn: standIn({ firewall: { state: 'on', detail: 'x' } }) });
    expect(compare(seen(['tcp/80']), walled)).toMatchObject({ gone: [], notKnown: ['forward-not-agreed tcp/80'] });
  });

  test('a datagram that was answered, once it is silent', () => {
    const open = bare({}, { check: check([answer('udp/5060', 'nec-sip')]) });
    expect(compare(open, bare()).endpoints).toEqual({ 'udp/5060': 'not-known' });
  });

  test('UPnP, where the router could not be asked', () => {
    const after = evidence({ lan: lan([router({ problems: ['cut off'] })]) });
    expect(compare(evidence({ lan: lan([igd()]) }), after)).toMatchObject({ gone: [], notKnown: ['upnp-on'] });
    expect(compare(evidence({ lan: lan([igd()]) }), evidence({ lan: lan([]) }))).toMatchObject({
      notKnown: ['upnp-on'],
    });
  });

  test('what answered, where the check was cut off', () => {
    const open = bare({}, { check: check([see('tcp/80', 'open')]) });
    const cut = bare({}, { check: { ...check(), interrupted: true } });
    expect(compare(open, cut).endpoints).toEqual({ 'tcp/80': 'not-known' });
  });
});

test('what is new is told, notes are not', () => {
  const noted = evidence({
    lan: lan([
      router({
        device: { deviceType: 'x', friendlyName: null, manufacturer: null, modelName: null, modelNumber: null },
      }),
    ]),
  });
  expect(compare(evidence(), noted)).toEqual(none);
  expect(compare(evidence(), seen(['tcp/80', 'tcp/41001']))).toEqual({
    ...none,
    new: ['dmz-proved'],
    endpoints: { 'tcp/80': 'opened' },
  });
});
