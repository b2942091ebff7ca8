import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  acceptChanges,
  carryOver,
  compareChanges,
  confirmChanges,
  diffStates,
} from '../../../src/fleet/changes/diff.js';
import { sayChange, sayState } from '../../../src/fleet/changes/say-change.js';
import { stateOf } from '../../../src/fleet/changes/slot-state.js';
import { CHANGE_KINDS, type Change, type SlotState } from '../../../src/model/change.js';
import { type Reason, type Report, type ReportedObservation, VERDICTS } from '../../../src/model/report.js';
import { sampleFinding, sampleObservation } from '../../reports/sample-reports.js';
import { anyState, lookAt, openAt, violation } from '../store/looks.js';

const closed = lookAt();
const exposed = violation();

/** The changes between two looks. */
function changesBetween(before: Report | null, after: Report): Change[] {
  return diffStates(before && stateOf(before), stateOf(after), after);
}

const kinds = (changes: readonly Change[]) => changes.map(({ kind }) => kind);
const keysOf = (changes: readonly Change[]) => changes.map(({ key }) => key);

describe('exposed', () => {
  test('is a violation that was not there', () => {
    expect(changesBetween(closed, exposed)).toEqual([
      {
        kind: 'exposed',
        key: 'issue admin-exposed tcp/80',
        severity: 'critical',
        rule: 'admin-exposed',
        endpoint: 'tcp/80',
        data: { finding: {}, was: null },
      },
    ]);
  });

  test('is one that got worse, and none that got milder or stayed', () => {
    const mild = violation({ severity: 'medium' });
    expect(changesBetween(mild, exposed)).toMatchObject([
      { kind: 'exposed', severity: 'critical', data: { was: 'medium' } },
    ]);
    expect(changesBetween(exposed, mild)).toEqual([]);
    expect(changesBetween(exposed, exposed)).toEqual([]);
  });

  test('is one that is accepted no more; accepting it, and its end while accepted, are no changes', () => {
    const waiver = { by: 'Ann', reason: 'moves', until: '2027-01-31' };
    const accepted = violation({ effect: 'note', waiver }, { verdict: 'compliant' });
    expect(changesBetween(accepted, exposed)).toMatchObject([{ kind: 'exposed', data: { was: 'accepted' } }]);
    expect(changesBetween(exposed, accepted)).toEqual([]);
    expect(changesBetween(accepted, closed)).toEqual([]);
    expect(changesBetween(closed, accepted)).toEqual([]);
  });

  test('is every violation at the first look, which tells nothing else', () => {
    const outage = sampleFinding({
      rule: 'required-unreachable',
      about: 'outage',
      severity: 'high',
      endpoint: 'udp/5060',
    });
    const first = lookAt({ verdict: 'violation', findings: [...exposed.findings, outage] });
    expect(kinds(changesBetween(null, first))).toEqual(['exposed', 'service-lost']);
    expect(changesBetween(null, lookAt({ verdict: 'inconclusive' }))).toEqual([]);
  });
});

describe('resolved', () => {
  test('is a violation that a look proves to be gone', () => {
    const [change] = changesBetween(exposed, closed);
    expect(change).toMatchObject({
      kind: 'resolved',
      key: 'issue admin-exposed tcp/80',
      severity: 'critical',
      data: { silent: false },
    });
    expect(sayChange(change!)).toMatchObject({ before: 'critical', after: null });
    expect(sayChange(change!).title).not.toMatch('nothing at all answers');
  });

  const gap = { rule: 'probe-error', data: {}, what: 'Whether it is open', why: 'We failed.', blocking: true };
  test.each<[string, Partial<Report>]>([
    ['without a verdict', { verdict: 'inconclusive' }],
    ['cut off', { interrupted: true }],
    ['with a crash', { errors: [{ unit: 'rule/x', message: 'boom' }] }],
    ['that was shut out', { findings: [sampleFinding({ rule: 'blacklisted-mid-check', effect: 'inconclusive' })] }],
    ['that does not know the endpoint', { undetermined: [{ ...gap, endpoint: 'tcp/80' }] }],
    ['that does not know some of all', { undetermined: [{ ...gap, endpoint: null }] }],
    ['whose probe failed', { observations: [sampleObservation({ state: 'error', reason: 'fd-limit' })] }],
  ])('is nothing after a look %s: the issue stands as it was', (_name, change) => {
    const after = lookAt({ verdict: 'violation', ...change });
    const before = stateOf(exposed);
    expect(kinds(diffStates(before, stateOf(after), after))).not.toContain('resolved');
    expect(carryOver(before, stateOf(after), after).issues).toHaveProperty('admin-exposed tcp/80');
  });

  test('is nothing where nobody looked', () => {
    const elsewhere = { ...closed, observations: closed.observations.filter(({ endpoint }) => endpoint !== 'tcp/80') };
    expect(changesBetween(exposed, elsewhere)).toEqual([]);
    // A long range of ports that are not listed singly is not all of them.
    expect(changesBetween(exposed, { ...elsewhere, unlisted: { 'closed/conn-refused': 16_384 } })).toEqual([]);
    const all = { ...elsewhere, unlisted: { 'closed/conn-refused': 65_534 } };
    expect(kinds(changesBetween(exposed, all))).toEqual(['resolved']);
  });

  test('is told although something elsewhere is not known; what concerns the whole site is not', () => {
    const before = violation(
      {},
      { findings: [...exposed.findings, sampleFinding({ rule: 'dmz-suspected', endpoint: null })] },
    );
    const after = lookAt({ verdict: 'violation', undetermined: [{ ...gap, endpoint: 'udp/5060' }] });
    expect(keysOf(changesBetween(before, after))).toEqual(['issue admin-exposed tcp/80']);
  });
});

describe('lost-sight', () => {
  /** A look in which all that was asked is in one state for one reason, but for what is given. */
  const allIn = (state: 'closed' | 'filtered', reason: Reason, given: readonly ReportedObservation[] = []) =>
    lookAt({
      observations: [
        ...given,
        ...(['tcp/80', 'tcp/8000', 'tcp/65535', 'udp/5060'] as const)
          .filter((endpoint) => given.every((seen) => seen.endpoint !== endpoint))
          .map((endpoint) => sampleObservation({ endpoint, state, reason })),
      ],
    });
  const open = openAt('tcp/80', null);
  const exposedAmongSilence: Report = {
    ...exposed,
    observations: allIn('filtered', 'no-response', [open]).observations,
  };
  const shutOut = sampleFinding({ rule: 'blacklisted-mid-check', about: 'gap', effect: 'inconclusive' });

  test.each<[string, Report, Report]>([
    ['at a site that fell silent', exposed, allIn('filtered', 'no-response')],
    ['at a site that routers on the way call unreachable', exposed, allIn('filtered', 'net-unreach')],
    ['after a look that was shut out', exposed, lookAt({ verdict: 'inconclusive', findings: [shutOut] })],
    ['where all is refused at once that was silent', exposedAmongSilence, allIn('closed', 'conn-refused')],
  ])('is told of an exposure %s, which stands until the site is seen with the port shut', (_name, from, unseen) => {
    const before = stateOf(from);
    const [change] = diffStates(before, stateOf(unseen), unseen);
    expect(change).toMatchObject({ kind: 'lost-sight', severity: 'critical', key: 'issue admin-exposed tcp/80' });
    expect(sayChange(change!).title).toMatch(/^No longer seen, not known to be closed: /);
    const lost = carryOver(before, stateOf(unseen), unseen);
    expect(lost.issues['admin-exposed tcp/80']).toMatchObject({ lostAt: unseen.startedAt });
    expect(lost.verdict).not.toBe('compliant');
    expect(Object.values(sayState(lost).issues)[0]?.title).toMatch(/^not seen since 2026-/);
    // It is told once, however often it is not seen, and that it is seen again is no news.
    const again = carryOver(lost, stateOf(unseen), unseen);
    expect(again).toEqual(lost);
    expect(diffStates(lost, again, unseen)).toEqual([]);
    expect(kinds(diffStates(lost, carryOver(lost, stateOf(from), from), from))).toEqual([]);
    expect(carryOver(lost, stateOf(from), from).issues['admin-exposed tcp/80']).not.toHaveProperty('lostAt');
    const shut = allIn('filtered', 'no-response', [openAt('tcp/8000', null)]);
    expect(kinds(diffStates(lost, stateOf(shut), shut))).toEqual(['resolved']);
  });

  test('is not told after trouble of our own, nor of an outage', () => {
    const blind = lookAt({
      verdict: 'inconclusive',
      findings: [sampleFinding({ rule: 'vantage-broken', about: 'vantage', effect: 'inconclusive' })],
      observations: [],
    });
    expect(kinds(changesBetween(exposed, blind))).toEqual(['no-longer-determined']);
    const failed = lookAt({ observations: [sampleObservation({ state: 'error', reason: 'fd-limit' })] });
    expect(changesBetween(exposed, failed)).toEqual([]);
    const outage = violation({ rule: 'required-unreachable', about: 'outage', endpoint: 'udp/5060' });
    const silent = allIn('filtered', 'no-response');
    expect(kinds(changesBetween(outage, { ...silent, findings: outage.findings, verdict: 'violation' }))).toEqual([]);
  });

  test('and “resolved” are not told of what an outsider saw by a look of one who is let in by agreement, unless the port is shut', () => {
    const sip = violation({ rule: 'sip-open-to-world', endpoint: 'udp/5060' });
    const asProvider = (report: Report): Report => ({ ...report, vantage: { ...report.vantage, source: 'provider' } });
    const letIn = asProvider(lookAt({ observations: [openAt('udp/5060', null)] }));
    expect(changesBetween(sip, letIn)).toEqual([]);
    const after = carryOver(stateOf(sip), { ...stateOf(letIn), verdict: 'compliant' }, letIn);
    expect(after).toMatchObject({ verdict: 'violation', issues: stateOf(sip).issues });
    expect(kinds(changesBetween(sip, asProvider(closed)))).toEqual(['resolved']);
    // Whoever looks from the same place again proves it as ever.
    const seenThere = asProvider(sip);
    expect(stateOf(seenThere).issues['sip-open-to-world udp/5060']).toMatchObject({ source: 'provider' });
    expect(kinds(changesBetween(seenThere, letIn))).toEqual(['resolved']);
    expect(changesBetween(seenThere, lookAt({ observations: [openAt('udp/5060', null)] }))).toEqual([]);
  });

  test('is not told where the site refuses as it did before', () => {
    const refusing = { ...exposed, observations: allIn('filtered', 'host-unreach', [open]).observations };
    expect(kinds(changesBetween(refusing, allIn('filtered', 'host-unreach')))).toEqual(['resolved']);
  });
});

describe('services', () => {
  const lost = violation({ rule: 'required-unreachable', about: 'outage', severity: 'high', endpoint: 'udp/5060' });

  test('are lost and come back', () => {
    expect(changesBetween(closed, lost)).toMatchObject([
      { kind: 'service-lost', severity: 'high', data: { was: null } },
    ]);
    const back = lookAt({ observations: [openAt('udp/5060', null)] });
    expect(changesBetween(lost, back)).toMatchObject([
      { kind: 'service-back', severity: 'high', data: { silent: false } },
    ]);
  });

  test('that are back are said to be reachable again, and not “Resolved: … cannot be reached”', () => {
    const service = { id: 'sip-trunk', title: 'SIP trunks', programs: [] };
    const data = { service, sip: true, states: [], others: 0, heard: true };
    const missing = violation({ ...lost.findings[0]!, data });
    const [back] = changesBetween(missing, lookAt({ observations: [openAt('udp/5060', null)] }));
    expect(sayChange(back!).title).toBe('SIP trunks can be reached again');
    const elsewhere = lookAt({ observations: [openAt('udp/15060', null, 'sip-trunk')] });
    expect(sayChange(changesBetween(missing, elsewhere)[0]!).title).toBe('SIP trunks can be reached again');
    // Nothing is there, but no one asks for it any more.
    const [unasked] = changesBetween(missing, closed);
    expect(sayChange(unasked!).title).toBe('The profile no longer asks for it: SIP trunks cannot be reached');
  });

  test('are not back while it is not known on another endpoint of theirs', () => {
    const doubt = {
      rule: 'required-unreachable',
      data: {},
      endpoint: 'tcp/5060' as const,
      what: 'Whether it works',
      why: 'No SIP answer came.',
      blocking: true,
    };
    expect(changesBetween(lost, lookAt({ verdict: 'violation', undetermined: [doubt] }))).toEqual([]);
  });
});

describe('who answers and where', () => {
  const answering = (label: string | null, service: string | null = null) =>
    lookAt({ observations: [openAt('tcp/80', label, service)] });

  test('an identity changed where both are known', () => {
    expect(changesBetween(answering('WebPro'), answering('nginx'))).toMatchObject([
      { kind: 'identity-changed', key: 'identity tcp/80', severity: 'low', data: { before: 'WebPro', after: 'nginx' } },
    ]);
    expect(changesBetween(answering('WebPro'), answering(null))).toEqual([]);
    expect(changesBetween(answering(null), answering('WebPro'))).toEqual([]);
    expect(changesBetween(answering('WebPro'), closed)).toEqual([]);
  });

  test('it weighs more on what belongs to the phone system', () => {
    expect(changesBetween(answering('WebPro', 'webpro'), answering('nginx', 'webpro'))).toMatchObject([
      { severity: 'medium' },
    ]);
  });

  test('an identity is remembered while the endpoint is open, and forgotten once it is closed', () => {
    const before = stateOf(answering('WebPro'));
    const mute = answering(null);
    expect(carryOver(before, stateOf(mute), mute).identities).toEqual({ 'tcp/80': 'WebPro' });
    expect(carryOver(before, stateOf(closed), closed).identities).toEqual({});
  });

  test('the address changed where both are known; an unknown one is remembered', () => {
    const moved = lookAt({ target: { ...closed.target, address: '203.0.113.8' } });
    const unknown = lookAt({ verdict: 'inconclusive', target: { ...closed.target, address: null } });
    expect(changesBetween(closed, moved)).toMatchObject([
      { kind: 'address-changed', severity: 'info', data: { before: '203.0.113.20', after: '203.0.113.8' } },
    ]);
    expect(kinds(changesBetween(closed, unknown))).toEqual(['no-longer-determined']);
    expect(carryOver(stateOf(closed), stateOf(unknown), unknown).address).toBe('203.0.113.20');
  });
});

test('no longer determined is told once, with the reason', () => {
  const reason = sampleFinding({ rule: 'blacklisted-mid-check', about: 'gap', effect: 'inconclusive', data: { n: 1 } });
  const unknown = lookAt({ verdict: 'inconclusive', findings: [reason] });
  const before = stateOf(exposed);
  expect(diffStates(before, stateOf(unknown), unknown)).toMatchObject([
    { kind: 'lost-sight', severity: 'critical' },
    {
      kind: 'no-longer-determined',
      severity: 'low',
      data: { before: 'violation', summary: { finding: { rule: 'blacklisted-mid-check' } } },
    },
  ]);
  const next = carryOver(before, stateOf(unknown), unknown);
  expect(diffStates(next, carryOver(next, stateOf(unknown), unknown), unknown)).toEqual([]);
  expect(diffStates(next, carryOver(next, stateOf(exposed), exposed), exposed)).toEqual([]);
});

test('a name that leads elsewhere now says so in the change itself', () => {
  const problem = "pbx.example resolves to 203.0.113.9, outside 198.51.100.0/24: it may be a stranger's";
  const data = { input: 'pbx.example', problem };
  const reason = sampleFinding({ rule: 'address-missing', about: 'gap', effect: 'inconclusive', data });
  const unknown = lookAt({ verdict: 'inconclusive', findings: [reason], target: { ...closed.target, address: null } });
  const [change] = diffStates(stateOf(closed), stateOf(unknown), unknown);
  expect(sayChange(change!).title).toContain(problem);
});

test('a second look confirms what it shows as well', () => {
  const answering = (label: string) => lookAt({ observations: [openAt('tcp/80', label)] });
  const lost = lookAt({ findings: [...exposed.findings, sampleFinding({ rule: 'dmz-suspected', endpoint: null })] });
  expect(keysOf(confirmChanges(changesBetween(closed, lost), changesBetween(closed, exposed)))).toEqual([
    'issue admin-exposed tcp/80',
  ]);
  const first = changesBetween(answering('a'), answering('b'));
  expect(confirmChanges(first, changesBetween(answering('a'), answering('b')))).toHaveLength(1);
  // Another answer at every look is nobody in particular.
  expect(confirmChanges(first, changesBetween(answering('a'), answering('c')))).toEqual([]);
  expect(confirmChanges(changesBetween(closed, exposed), changesBetween(exposed, closed))).toEqual([]);
});

describe('any states', () => {
  const runs = { numRuns: 300 };
  const sortedKinds = (changes: readonly Change[]) => kinds(changes).sort();
  const determined = fc.constant(lookAt());
  const anyLook = fc
    .record({ verdict: fc.constantFrom(...VERDICTS), interrupted: fc.boolean() })
    .map((change) => lookAt(change));

  test('differ in nothing from themselves', () => {
    fc.assert(
      fc.property(anyState, anyLook, (state, report) => {
        expect(diffStates(state, state, report)).toEqual([]);
        expect(acceptChanges(state, state, new Set())).toEqual(state);
      }),
      runs,
    );
  });

  test('differ one way as they do the other, where both were determined', () => {
    const opposite = (kind: string) =>
      ({ exposed: 'resolved', resolved: 'exposed', 'service-lost': 'service-back', 'service-back': 'service-lost' })[
        kind
      ] ?? kind;
    /** Severities and waivers have only one bad direction. */
    const plain = (state: SlotState): SlotState => ({
      ...state,
      verdict: 'violation',
      issues: Object.fromEntries(
        Object.entries(state.issues).map(([key, issue]) => [
          key,
          { ...issue, severity: 'high' as const, waived: false },
        ]),
      ),
    });
    fc.assert(
      fc.property(anyState.map(plain), anyState.map(plain), determined, (a, b, report) => {
        const there = diffStates(a, b, report);
        const back = diffStates(b, a, report);
        expect(sortedKinds(back)).toEqual(there.map(({ kind }) => opposite(kind)).sort());
        expect(keysOf(back).sort()).toEqual(keysOf(there).sort());
      }),
      runs,
    );
  });

  test('give changes with keys of their own, worst first', () => {
    fc.assert(
      fc.property(fc.option(anyState), anyState, anyLook, (before, after, report) => {
        const changes = diffStates(before, after, report);
        expect(new Set(keysOf(changes)).size).toBe(changes.length);
        expect([...changes].sort(compareChanges)).toEqual(changes);
        for (const { kind } of changes) expect(CHANGE_KINDS).toContain(kind);
      }),
      runs,
    );
  });

  test('are carried over without making or hiding a change', () => {
    fc.assert(
      fc.property(fc.option(anyState), anyState, anyLook, (before, after, report) => {
        const carried = carryOver(before, after, report);
        expect(diffStates(before, carried, report)).toEqual(diffStates(before, after, report));
        expect(carryOver(before, carried, report)).toEqual(carried);
      }),
      runs,
    );
  });

  test('take over exactly the changes that are accepted', () => {
    fc.assert(
      fc.property(
        fc.option(anyState),
        anyState,
        anyLook,
        fc.infiniteStream(fc.boolean()),
        (before, raw, report, coin) => {
          const after = carryOver(before, raw, report);
          const changes = diffStates(before, after, report);
          const all = new Set(keysOf(changes));
          const some = new Set(keysOf(changes).filter(() => coin.next().value));
          expect(acceptChanges(before, after, all)).toEqual(after);
          const accepted = diffStates(before, acceptChanges(before, after, some), report);
          expect(accepted).toEqual(changes.filter(({ key }) => some.has(key)));
        },
      ),
      runs,
    );
  });
});
