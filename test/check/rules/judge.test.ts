import { describe, expect, test } from '@jest/globals';
import { type Survey } from '../../../src/model/report.js';
import { type Finding, reportedFindingSchema, reportedUndeterminedSchema } from '../../../src/model/finding.js';
import type { Severity } from '../../../src/model/severity.js';
import { RULES } from '../../../src/check/rules/registry.js';
import type { Facts } from '../../../src/check/rules/facts.js';
import { NOTHING, type Rule } from '../../../src/check/rules/rule.js';
import { sayFinding, sayUndetermined } from '../../../src/check/judge/engine.js';
import { judgeSurvey } from '../../../src/check/judge/judge-survey.js';
import {
  judge,
  answer,
  canaries,
  profile,
  see,
  services,
  SIP,
  site,
  survey,
  type ProfileParts,
} from './build-survey.js';

const control = { endpoint: '198.51.100.1:443', before: 'answered', after: 'silent' } as const;
const shutOut = {
  recheck: [{ endpoint: 'tcp/80' as const, before: 'syn-ack' as const, after: 'no-response' as const }],
};
const webpro = answer('tcp/80', 'nec-webpro');
const silent = [...services('silent'), ...canaries('filtered')];
const must = { access: { 'sip-trunk': 'must' } } as const;
const crash: Rule<Facts> = {
  id: 'crash',
  title: 'crashes',
  severity: 'low',
  explain: '',
  about: 'exposure',
  fixedBy: ['dealer'],
  find() {
    throw new Error('boom '.repeat(500));
  },
};

interface Case {
  name: string;
  seen: Survey;
  verdict: string;
  summary: RegExp;
  parts?: ProfileParts;
  failOn?: Severity;
  rules?: readonly Rule<Facts>[];
}

const CASES: Case[] = [
  { name: 'a closed site', seen: survey(site()), verdict: 'compliant', summary: /we found nothing open/ },
  {
    name: 'silence',
    seen: survey(silent),
    verdict: 'inconclusive',
    summary: /nothing answered \(well closed, offline, the wrong address, or we are shut out\)/,
  },
  {
    name: 'silence that ping vouches for',
    seen: survey(silent, { liveness: { echo: { before: 'answered', after: 'answered' } } }),
    verdict: 'compliant',
    summary: /nothing answers, and the line works, as ping shows/,
  },
  {
    name: 'silence in which ping fell silent too',
    seen: survey(silent, { liveness: { echo: { before: 'answered', after: 'silent' } } }),
    verdict: 'inconclusive',
    summary: /nothing answered/,
  },
  {
    name: 'silence of a required service',
    seen: survey(silent),
    parts: must,
    verdict: 'violation',
    summary: /SIP trunks cannot be reached/,
  },
  {
    name: 'a required service that answers',
    seen: survey(site(answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } }))),
    parts: must,
    verdict: 'compliant',
    summary: /what must be reachable is/,
  },
  {
    name: 'WebPro',
    seen: survey(site(webpro)),
    verdict: 'violation',
    summary: /1 finding, the worst critical: WebPro/,
  },
  {
    name: 'an interrupted check',
    seen: survey(site(), { interrupted: true }),
    verdict: 'inconclusive',
    summary: /cut off/,
  },
  {
    name: 'WebPro before the interruption',
    seen: survey(site(webpro), { interrupted: true }),
    verdict: 'violation',
    summary: /WebPro/,
  },
  {
    name: 'WebPro before we were shut out',
    seen: survey(site(webpro), { liveness: shutOut }),
    verdict: 'violation',
    summary: /WebPro/,
  },
  { name: 'being shut out', seen: survey(site(), { liveness: shutOut }), verdict: 'inconclusive', summary: /blocked/ },
  {
    name: 'WebPro behind a dead control',
    seen: survey(site(webpro), { vantage: { control } }),
    verdict: 'inconclusive',
    summary: /our own connection failed/,
  },
  {
    name: 'WebPro from inside',
    seen: survey(site(webpro), { vantage: { ownAddress: true } }),
    verdict: 'inconclusive',
    summary: /inside/,
  },
  {
    name: 'WebPro on loopback',
    seen: survey(site(webpro), { target: { scope: 'loopback', address: '127.0.0.1' }, vantage: { ownAddress: true } }),
    verdict: 'violation',
    summary: /WebPro/,
  },
  {
    name: 'no address',
    seen: survey([], { target: { address: null, problem: 'no such name' } }),
    verdict: 'inconclusive',
    summary: /not checked: “no such name”/,
  },
  { name: 'no observation', seen: survey([]), verdict: 'inconclusive', summary: /no endpoint was checked/ },
  {
    name: 'one failed probe',
    seen: survey(site(see('tcp/80', 'error'))),
    verdict: 'inconclusive',
    summary: /state of tcp\/80 is not known/,
  },
  {
    name: 'one failed probe beside WebPro',
    seen: survey(site(webpro, see('tcp/8000', 'error'))),
    verdict: 'violation',
    summary: /WebPro/,
  },
  {
    name: 'only failed probes',
    seen: survey([see('tcp/80', 'error')]),
    verdict: 'inconclusive',
    summary: /our own connection failed/,
  },
  {
    name: 'a crashed probe',
    seen: survey(site(), { errors: [{ unit: 'probe/x', message: 'm' }] }),
    verdict: 'inconclusive',
    summary: /probe\/x/,
  },
  {
    name: 'a crashed rule',
    seen: survey(site()),
    rules: [...RULES, crash],
    verdict: 'inconclusive',
    summary: /rule\/crash/,
  },
  {
    name: 'a crashed rule beside WebPro',
    seen: survey(site(webpro)),
    rules: [crash, ...RULES],
    verdict: 'violation',
    summary: /WebPro/,
  },
  {
    name: 'a tarpit',
    seen: survey([...canaries('open'), ...services('closed')]),
    verdict: 'inconclusive',
    summary: /ports open that no one uses/,
  },
  {
    name: 'a SIP helper on ports that are forbidden',
    seen: survey(site(see('tcp/5060', 'open'), see('tcp/2000', 'open', { probe: 'canary-tcp' }))),
    verdict: 'inconclusive',
    summary: /whether a server is behind tcp\/5060 and tcp\/2000 is not known/,
  },
  {
    name: 'a SIP helper on ports that are allowed',
    seen: survey(site(see('tcp/5060', 'open'), see('tcp/2000', 'open', { probe: 'canary-tcp' }))),
    parts: { access: { 'sip-trunk': 'may' }, unlisted: 'may' },
    verdict: 'compliant',
    summary: /is met/,
  },
  {
    name: 'a tarpit that refuses one port in eight, with mute handshakes on what is forbidden',
    seen: survey(
      site(
        ...(['tcp/80', 'tcp/8000', 'tcp/5963', 'tcp/5060', 'tcp/8181'] as const).map((one) => see(one, 'open')),
        ...(['tcp/23456', 'tcp/34567'] as const).map((one) => see(one, 'open', { probe: 'canary-tcp' })),
      ),
    ),
    verdict: 'inconclusive',
    summary: /ports open that no one uses/,
  },
  {
    name: 'a medium finding where only high ones count',
    seen: survey(site(webpro)),
    parts: { access: { webpro: 'may' } },
    failOn: 'high',
    verdict: 'compliant',
    summary: /1 lesser finding remains/,
  },
  {
    name: 'a medium finding',
    seen: survey(site(webpro)),
    parts: { access: { webpro: 'may' } },
    verdict: 'violation',
    summary: /default port/,
  },
  {
    name: 'a note, though all severities count',
    seen: survey(silent, { liveness: { echo: { before: 'answered', after: 'answered' } } }),
    failOn: 'info',
    verdict: 'compliant',
    summary: /nothing answers/,
  },
];

describe('verdict', () => {
  test.each(CASES)('of $name: $verdict', ({ seen, parts, failOn = 'low', rules = RULES, verdict, summary }) => {
    const judgement = judge(seen, profile(parts), { failOn, rules });
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.summary).toMatch(summary);
    expect(judgement.summary.length).toBeLessThanOrEqual(512);
  });
});

test('a crashed rule is an error of bounded length, after those of the survey', () => {
  const errors = [{ unit: 'probe/x', message: 'm' }];
  const judgement = judge(survey(site(), { errors }), profile(), { failOn: 'low', rules: [crash] });
  expect(judgement.errors.map(({ unit, message }) => [unit, message.length])).toEqual([
    ['probe/x', 1],
    ['rule/crash', 512],
  ]);
});

test('an interruption is never compliant, whatever the rules say', () => {
  const seen = survey(site(), { interrupted: true });
  expect(judge(seen, profile(), { failOn: 'low', rules: [] }).verdict).toBe('inconclusive');
});

test('texts of a rule are cut to the limits of the report', () => {
  const long = 'x'.repeat(5000);
  const finding = { severity: 'low' as const, effect: 'note' as const, endpoint: null, observations: [] };
  const texts = { title: long, seen: long, matters: long, remedy: long, programs: [long], references: [long] };
  const rule: Rule<Facts> = {
    ...crash,
    id: 'long',
    title: long,
    find: () => ({
      findings: [{ ...finding, data: {} }],
      undetermined: [{ endpoint: null, data: {}, blocking: false }],
    }),
    data: NOTHING,
    say: () => texts,
    doubt: NOTHING,
    sayDoubt: () => ({ what: long, why: long }),
  };
  const judged = judgeSurvey(survey(site()), {
    ...{ profile: profile(), profileDigest: '', authorization: null, failOn: 'low', rules: [rule] },
  });
  const speakers = new Map([['long', rule]]);
  const findings = judged.findings.map((one) => ({ ...one, ...sayFinding(speakers, one) }));
  const undetermined = judged.undetermined.map((one) => ({ ...one, ...sayUndetermined(speakers, one) }));
  expect(reportedFindingSchema.safeParse(findings[0]).error).toBeUndefined();
  expect(reportedUndeterminedSchema.safeParse(undetermined[0]).error).toBeUndefined();
});

describe('what no rule here has words for', () => {
  const speakers = new Map(RULES.map((rule) => [rule.id, rule]));
  const finding: Finding = {
    rule: 'sip-open-to-world',
    about: 'exposure',
    severity: 'high',
    effect: 'violation',
    endpoint: 'udp/5060',
    observations: [],
    data: {},
  };
  const doubt = { rule: 'silent-udp', endpoint: null, data: {}, blocking: false };

  test.each([
    ['whose data has another form', finding, 'SIP answers where it should not'],
    ['of a rule that is gone', { ...finding, rule: 'gone' }, 'gone'],
  ])('a finding %s is shown by its rule and endpoint', (_name, one, headline) => {
    const said = sayFinding(speakers, one);
    expect(reportedFindingSchema.safeParse({ ...one, ...said }).error).toBeUndefined();
    expect(said).toMatchObject({ headline, title: `${headline}: udp/5060` });
    expect(said.seen).toMatch(/cannot explain/);
  });

  test('a report of a version that did not say who puts it right is read', () => {
    const { fixedBy, ...old } = { ...finding, ...sayFinding(speakers, finding) };
    expect(fixedBy).toEqual(['router', 'phone-system']);
    expect(reportedFindingSchema.parse(old).fixedBy).toEqual([]);
  });

  test.each([
    ['whose data has another form', doubt, /Silent UDP ports may be open/],
    ['of a rule that is gone', { ...doubt, rule: 'gone' }, /gone/],
  ])('an undetermined entry %s is shown by its rule', (_name, one, what) => {
    const said = sayUndetermined(speakers, one);
    expect(said.what).toMatch(what);
    expect(said.why).toMatch(/cannot explain/);
  });

  test('a rule that throws when it speaks does not stop the report', () => {
    const mute: Rule<Facts> = {
      ...crash,
      data: NOTHING,
      say() {
        throw new Error('boom');
      },
    };
    expect(sayFinding(new Map([['crash', mute]]), { ...finding, rule: 'crash' }).title).toBe('crashes: udp/5060');
  });
});

test('of two observations of one open endpoint, the more telling one is judged', () => {
  const seen = survey([webpro, see('tcp/80', 'open'), ...canaries('closed')]);
  const spoken = judge(seen, profile(), { failOn: 'low' }).findings.filter(({ endpoint }) => endpoint === 'tcp/80');
  expect(spoken.map(({ seen: text }) => /label of nec-webpro/.test(text))).toEqual([true]);
});

test('findings come worst first, the site before its endpoints, then by endpoint', () => {
  const seen = survey(
    site(
      see('tcp/443', 'open'),
      answer('tcp/5963', 'nec-dim'),
      webpro,
      see('tcp/8000', 'open'),
      see('udp/5065', 'open', { evidence: { sip: SIP } }),
    ),
  );
  const { findings } = judge(seen, profile(), { failOn: 'low' });
  expect(findings.map(({ severity, endpoint }) => `${severity} ${endpoint}`)).toEqual([
    'critical tcp/80',
    'critical tcp/5963',
    'critical tcp/8000',
    'high null',
    'high tcp/443',
    'high udp/5065',
  ]);
});

test('observations come by endpoint, with the service of the profile', () => {
  const seen = survey([see('udp/5060', 'closed'), see('tcp/443', 'closed'), see('tcp/80', 'closed')]);
  const { observations } = judge(seen, profile(), { failOn: 'low' });
  expect(observations.map(({ endpoint, service }) => [endpoint, service])).toEqual([
    ['tcp/80', 'webpro'],
    ['tcp/443', null],
    ['udp/5060', 'sip-trunk'],
  ]);
});

test('a source that the profile does not know is an outsider', () => {
  const seen = survey(site(webpro), { vantage: { source: 'constructor' } });
  expect(judge(seen, profile(), { failOn: 'low' }).verdict).toBe('violation');
});

test('a named source is judged by its own access', () => {
  const base = profile();
  const services = base.services.map((service) => ({
    ...service,
    access: { ...service.access, dealer: 'may' as const },
  }));
  const dealt = { ...base, services, sources: { dealer: { title: 'dealer', cidrs: [] } } };
  const pcpro = survey(site(see('tcp/8000', 'open')), { vantage: { source: 'dealer' } });
  expect(judge(pcpro, dealt, { failOn: 'low' }).findings.map(({ rule }) => rule)).toEqual(['default-admin-port']);
});

describe('wording', () => {
  const hostile = '\u001b[31m<b>"“\ud83d\ude00'.repeat(40).slice(0, 256);

  test('a finding says endpoint, identity and evidence, and names the advisories', () => {
    const [finding] = judge(survey(site(webpro)), profile(), { failOn: 'low' }).findings;
    expect(finding?.seen).toMatch(/tcp\/80.*syn-ack.*label of nec-webpro.*basis of nec-webpro.*“outsider”/s);
    expect(finding?.programs).toEqual(['90-54-01']);
    expect(finding?.references).toContain('CVE-2019-20028');
  });

  test('the DIM advisory is not claimed for the SL series', () => {
    const [finding] = judge(survey(site(answer('tcp/5963', 'nec-dim'))), profile(), { failOn: 'low' }).findings;
    expect(finding?.matters).toMatch(/does not name the SL series/);
  });

  test('a vague answer is not called NEC’s', () => {
    const dim = answer('tcp/5963', 'nec-dim', { confidence: 'possible' });
    const [finding] = judge(survey(site(dim)), profile(), { failOn: 'low' }).findings;
    expect(finding?.seen).toMatch(/is possibly.*would fit others too/);
  });

  test('PCPro is known by its port alone', () => {
    const [finding] = judge(survey(site(see('tcp/8000', 'open'))), profile(), { failOn: 'low' }).findings;
    expect(finding?.seen).toMatch(/Only the port suggests/);
  });

  test('a DMZ is never called proven', () => {
    const open = [webpro, see('tcp/8000', 'open'), answer('tcp/5963', 'nec-dim')];
    const [finding] = judge(survey(site(...open)), profile(), { failOn: 'low' }).findings.filter(
      ({ rule }) => rule === 'dmz-suspected',
    );
    expect(finding?.title).toMatch(/^Consistent with/);
    expect(JSON.stringify(finding)).not.toMatch(/prove[ns]/);
  });

  test('a NAT-PMP address that is not the target is told', () => {
    const natPmp = { version: 0, opcode: 128, result: 0, epoch: 1, externalAddress: '192.0.2.99' };
    const seen = survey(site(answer('udp/5351', 'nat-pmp-gateway', { evidence: { natPmp } })));
    expect(judge(seen, profile(), { failOn: 'low' }).findings[0]?.seen).toMatch(/192\.0\.2\.99.*not the target/);
  });

  test('long hostile labels do not push the rest out of a finding', () => {
    const seen = survey(site(answer('tcp/80', 'nec-webpro', { label: hostile, basis: [hostile.repeat(2)] })));
    const [finding] = judge(seen, profile(), { failOn: 'low' }).findings;
    expect(reportedFindingSchema.safeParse(finding).success).toBe(true);
    expect(finding?.seen).toMatch(/does not let us \(“outsider”\) reach it\.$/);
  });
});
