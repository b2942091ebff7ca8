import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SiteReport } from '../../src/model/site.js';
import { displayWidth } from '../../src/words/layout.js';
import { renderSiteChanges } from '../../src/reports/site-changes.js';
import { renderSite } from '../../src/reports/site-table.js';
import { compareSites } from '../../src/site/compare-sites.js';
import { sayChanges } from '../../src/site/judge/say-site-report.js';
import { answer } from '../check/rules/build-survey.js';
import { anyEvidence, anySiteReport, disturbedEvidence } from '../site/rules/arbitrary-site.js';
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
  NAT_PMP,
  outside,
  proofs,
  report,
  router,
  sip,
  standIn,
} from '../site/rules/build-site.js';
import { isHarmful } from './report-arbitrary.js';
import { hostileText } from './sample-reports.js';

const PLAIN = { color: false, width: 80, full: false };
// eslint-disable-next-line no-control-regex
const SGR = /\x1b\[\d+m/g;
const read = (site: SiteReport, full = false) => renderSite(site, { ...PLAIN, full }).replace(/\s+/g, ' ');
const anySite = fc.oneof(
  anySiteReport,
  fc
    .tuple(fc.oneof(anyEvidence, disturbedEvidence), fc.constantFrom('lan' as const, 'preinstall' as const))
    .map(([seen, kind]) => report(seen, { kind })),
);
const style = fc.record({
  color: fc.boolean(),
  width: fc.oneof(fc.constant(80), fc.integer({ min: 0, max: 300 })),
  full: fc.boolean(),
});

/** What must hold of any text for a terminal. */
function expectHarmless(text: string, { color, width }: { color: boolean; width: number }) {
  const plain = color ? text.replace(SGR, '') : text;
  expect(Array.from(plain).filter((char) => char !== '\n' && isHarmful(char))).toEqual([]);
  expect(Math.max(...plain.split('\n').map(displayWidth))).toBeLessThanOrEqual(
    Math.max(40, Math.min(width || 80, 100)),
  );
  expect(text.endsWith('\n')).toBe(true);
}

test('that this machine has no gateway is a fact of the site, and no error of ours', () => {
  const errors = [{ unit: 'lan/default-gateway', message: 'this machine has no default gateway' }];
  const site = report(evidence({ lan: lan([], { errors }) }));
  const text = read(site);
  expect(site.verdict).toBe('inconclusive');
  expect(text).toContain('NOT SEEN FROM THIS MACHINE this machine has no default gateway');
  expect(text).not.toMatch(/ERRORS OF SALLYPORT|a part failed/);
  expect(read({ ...site, errors: [{ unit: 'site-rule/x', message: 'y' }] })).toContain('ERRORS OF SALLYPORT ITSELF');
});

describe('any report', () => {
  test('fits its columns, and only our own colours are control sequences', () => {
    fc.assert(
      fc.property(anySite, style, (site, how) => expectHarmless(renderSite(site, how), how)),
      { numRuns: 80 },
    );
  });

  test('is not too long, whatever a router lists', () => {
    const mappings = Array.from({ length: 1000 }, (_, i) =>
      mapping(`udp/${i + 1}`, { internalClient: `198.51.100.${i % 250}`, description: hostileText }),
    );
    const gateways = Array.from({ length: 16 }, (_, i) => igd(mappings, { address: `192.168.1.${i + 1}` }));
    const site = report(evidence({ lan: lan(gateways), outside: outside({ proofs: proofs({ arrived: ENDPOINTS }) }) }));
    expect(site.findings.length).toBeLessThan(100);
    expect(renderSite(site, PLAIN).split('\n').length).toBeLessThan(900);
  });

  test('changes too', () => {
    fc.assert(
      fc.property(anySite, anySite, style, (before, after, how) =>
        expectHarmless(renderSiteChanges(sayChanges(compareSites(before, after)), how), how),
      ),
      { numRuns: 80 },
    );
  });
});

describe('a site', () => {
  const bad = report(
    evidence({
      lan: lan([
        igd([mapping('tcp/80', { internalClient: '192.168.1.50', description: 'IP Camera' })], { natPmp: NAT_PMP }),
      ]),
      outside: outside({
        check: check([answer('tcp/80', 'web-server')]),
        proofs: proofs({ arrived: ['udp/10020', 'udp/10021', 'tcp/8000'] }),
        sip: sip(({ message }) => (message === 'INVITE' ? { state: 'altered' } : {})),
        nat: {
          mapping: 'endpoint-dependent',
          portPreserved: false,
          mapped: [],
          binding: { heldSeconds: 30, lostSeconds: 60, triedSeconds: 120 },
          problem: null,
        },
      }),
      checklist: { checklist: 'nec-sl', items: [item('attested', 'A'), item('missing', 'B'), item('missing', 'C')] },
    }),
  );

  test('has the verdict first and last', () => {
    const lines = renderSite(bad, PLAIN).split('\n');
    expect(lines[0]).toBe('✖ NOT FIT  203.0.113.7, from inside and outside');
    expect(lines.slice(-6)).toContain(lines[0]);
    expect(lines[1]).toContain('Not fit to install');
  });

  test('tells what is reachable, by what, and alike ones together', () => {
    const text = read(bad);
    expect(text).toContain(
      'tcp/80 webpro seen UPnP mapping A UPnP mapping in the router “Acme R7” (192.168.1.1): tcp/80 to 192.168.1.50:80',
    );
    expect(text).toContain('tcp/8000 pcpro proved static forward');
    expect(text).toContain('udp/10020 and 1 more rtp proved static forward');
  });

  test('tells random ports as such, in one row', () => {
    const everything = report(
      evidence({ outside: outside({ proofs: proofs({ arrived: [...ENDPOINTS, ...CANARIES] }) }) }),
    );
    const text = read(everything);
    expect(text).toContain('tcp/41001 and 3 more random ports proved DMZ or 1:1 NAT');
    expect(text.split('REACHABLE')[1]?.split('ROUTER')[0]).not.toContain('tcp/42002');
  });

  test('tells of the router, its mappings, SIP, NAT, the stand-in and the checklist', () => {
    const text = read(bad);
    expect(text).toContain('Model Acme R7 7 ("Office router")');
    expect(text).toContain('WAN external address 203.0.113.7, Connected');
    expect(text).toContain('UPnP ON; lists 1 mapping');
    expect(text).toContain('NAT-PMP answers, result 0, external 203.0.113.7');
    expect(text).toContain('tcp/80 192.168.1.50:80 no end all IP Camera');
    expect(text).toContain('4 of 8 messages arrived unaltered; altered: INVITE outward by udp');
    expect(text).toContain(
      'another port for each destination (symmetric); changes port numbers; UDP answers get through for 30 s or more, and less than 60 s',
    );
    expect(text).toContain(
      "listened at 192.168.1.10 on 82 endpoints; 3 messages arrived; this machine's firewall: off",
    );
    expect(text).toMatch(/CHECKLIST nec-sl ✔ attested A: \S.* on \d{4}-\d\d-\d\d, valid until \d{4}-\d\d-\d\d/);
    expect(text).toContain('2 without an answer: answer them with sallyport checklist');
  });

  test('has its findings in the order of the report, each with what to do', () => {
    const text = read(bad);
    const places = bad.findings.map(({ seen }) => text.indexOf(seen));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    for (const { remedy } of bad.findings) expect(text).toContain(remedy);
  });

  test('tells since when a mapping is there', () => {
    const held = evidence({
      lan: lan([igd([mapping('tcp/80')])]),
      outside: outside({ proofs: proofs({ arrived: ['tcp/80'] }) }),
    });
    const before = report(held, { startedAt: '2026-10-01T07:00:00.000Z' });
    expect(read(report(held, { earlier: [before] }))).toContain('First seen 2026-10-01 07:00:00 UTC');
  });

  test('tells what could not be bound', () => {
    const unbound = [{ endpoint: 'tcp/80' as const, reason: 'privileged' as const, detail: 'x' }];
    const bound = standIn().bound.filter((endpoint) => endpoint !== 'tcp/80');
    expect(read(report(evidence({ standIn: standIn({ bound, unbound }) })))).toContain('not on tcp/80 (privileged)');
  });
});

describe('what is not known', () => {
  test('is never told as nothing', () => {
    const dead = outside({ check: null, proofs: [], problems: [{ part: 'vantage', message: 'no answer' }] });
    const text = read(report(evidence({ outside: dead })));
    expect(text).toContain('REACHABLE FROM OUTSIDE Not known');
    expect(text).toContain('from inside only');
    expect(read(report(bare()))).toContain('Silent UDP ports may be open');
    expect(read(report(bare()))).toContain('no stand-in listened');
    const inside = read(report(evidence({ outside: null, standIn: null }), { kind: 'lan' }));
    expect(inside).toContain('There was no check from outside');
    expect(inside).toContain('then run preinstall, or this again.');
    expect(inside).not.toMatch(/✔|Nothing needs to be done/);
    expect(read(report(evidence({ lan: lan([router({ problems: ['cut off'] })]) })))).toContain('UPnP not known');
  });

  test('that is fit says what is left to do of the checklist', () => {
    const fit = (state: 'attested' | 'missing') => {
      const checklist = { checklist: 'nec-sl', items: [item('attested', 'A'), item(state, 'B')] };
      return read({ ...report(evidence({ checklist })), verdict: 'compliant', client: 'acme' });
    };
    expect(fit('missing')).toContain('1 item of the checklist is open: sallyport checklist --client acme');
    expect(fit('missing')).not.toContain('Nothing needs to be done');
    expect(fit('attested')).not.toContain('of the checklist is open');
  });

  test('comes before the rest where there is no verdict', () => {
    const text = read(report(evidence({ standIn: standIn({ firewall: { state: 'on', detail: 'nftables' } }) })));
    expect(text.indexOf('WHAT COULD NOT BE DETERMINED')).toBeLessThan(text.indexOf('REACHABLE FROM OUTSIDE'));
  });
});

test('changes tell what is fixed, new, still there and not known', () => {
  const before = report(
    evidence({
      lan: lan([igd([], { externalAddress: '192.168.0.2' })]),
      outside: outside({ proofs: proofs({ arrived: ['tcp/80', 'tcp/8000'] }) }),
    }),
  );
  const after = report(evidence({ outside: outside({ proofs: proofs({ arrived: ['tcp/8000', 'udp/5060'] }) }) }), {
    startedAt: '2026-11-22T11:00:00.000Z',
  });
  const text = renderSiteChanges(sayChanges(compareSites(before, after)), PLAIN).replace(/\s+/g, ' ');
  expect(text).toContain('✖ NOT FIT → ✖ NOT FIT');
  expect(text).toContain('closed tcp/80 static forward');
  expect(text).toContain('still open tcp/8000');
  expect(text).toContain('OPENED udp/5060');
  expect(text).toMatch(
    /Fixed .*UPnP is on.*New .*udp\/5060.*Still there .*tcp\/8000.*not known to be fixed MEDIUM Two NATs/,
  );
  const same = renderSiteChanges(sayChanges(compareSites(report(evidence()), report(evidence()))), PLAIN);
  expect(same).toContain('Nothing was found, before or now.');
});
