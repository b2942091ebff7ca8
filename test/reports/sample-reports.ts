import { joinReport } from './joined-report.js';
import type { Report, ReportedObservation } from '../../src/model/report.js';
import type { ReportedFinding, ReportedUndetermined } from '../../src/model/finding.js';

/*
 * Reports as a dealer would get them, with TEST-NET addresses; texts are of realistic length.
 */

const base: Report = {
  schema: 'sallyport/report@1',
  tool: { name: 'sallyport', version: '0.1.0', ruleset: '1' },
  target: {
    input: 'pbx.example.net',
    address: '203.0.113.7',
    name: 'pbx.example.net',
    resolvedAt: '2026-01-05T10:22:30.812Z',
    scope: 'public',
    problem: null,
  },
  vantage: { source: 'outsider', address: '198.51.100.9', scope: 'public', ownAddress: false, control: null },
  profile: { name: 'closed', digest: 'a'.repeat(64), requires: false },
  authorization: null,
  startedAt: '2026-01-05T10:22:31.204Z',
  durationMs: 3410,
  interrupted: false,
  failOn: 'low',
  verdict: 'compliant',
  summary: 'Everything is as the profile "closed" wants it: nothing of the phone system can be reached.',
  findings: [],
  observations: [],
  unlisted: {},
  undetermined: [],
  liveness: {
    srttMs: 23.4,
    answers: 9,
    lost: 0,
    recheck: [{ endpoint: 'tcp/80', before: 'syn-ack', after: 'syn-ack' }],
  },
  errors: [],
};

/** An observation with the defaults of a silent TCP port. */
export function sampleObservation(change: Partial<ReportedObservation>): ReportedObservation {
  return {
    endpoint: 'tcp/80',
    probe: 'tcp-connect',
    state: 'filtered',
    reason: 'no-response',
    rttMs: null,
    tries: 4,
    atMs: 3100,
    evidence: {},
    service: null,
    identity: null,
    ...change,
  };
}

/** A finding with the defaults of an exposed admin page. */
export function sampleFinding(change: Partial<ReportedFinding>): ReportedFinding {
  return {
    rule: 'admin-exposed',
    about: 'exposure',
    data: {},
    headline: 'An administration interface is reachable',
    severity: 'critical',
    effect: 'violation',
    endpoint: 'tcp/80',
    title: 'WebPro administration can be reached from the internet',
    seen: 'tcp/80 answered as NEC WebPro, SL2100, 3.10.50 (title "WebPro", Server: Henry/1.1).',
    matters:
      'Anybody can try to log in and take over the phone system. On SL1100 and SL2100 voicemail can be read without a password (CVE-2019-20028).',
    remedy:
      'Remove the forward of port 80 from the router, or switch its DMZ off. For maintenance from afar use a VPN, or let in only your own address.',
    programs: ['90-54-01'],
    references: ['CVE-2019-20028', 'CVE-2019-20029'],
    fixedBy: ['router', 'phone-system'],
    observations: ['tcp/80'],
    ...change,
  };
}

const quiet = (endpoint: ReportedObservation['endpoint'], service: string | null): ReportedObservation =>
  endpoint.startsWith('tcp')
    ? sampleObservation({ endpoint, service })
    : sampleObservation({ endpoint, service, probe: 'sip-options', state: 'open|filtered', tries: 4 });

const profiled: ReportedObservation[] = [
  quiet('tcp/80', 'webpro'),
  quiet('tcp/5060', 'sip-trunk'),
  quiet('tcp/5070', 'sip-3rd-party'),
  quiet('tcp/5080', 'nec-ip-phone'),
  quiet('tcp/5963', 'dim'),
  quiet('tcp/8000', 'pcpro'),
  quiet('tcp/8181', 'cti'),
  quiet('tcp/60010', 'smdr'),
  quiet('udp/1900', 'upnp'),
  quiet('udp/5060', 'sip-trunk'),
  quiet('udp/5070', 'sip-3rd-party'),
  quiet('udp/5080', 'nec-ip-phone'),
  quiet('udp/5081', 'nec-ip-phone'),
  quiet('udp/5351', 'nat-pmp'),
];
const canaries: ReportedObservation[] = (
  ['tcp/2000', 'tcp/41873', 'tcp/50912', 'tcp/61044', 'udp/43210', 'udp/58031'] as const
).map((endpoint) => ({ ...quiet(endpoint, null), probe: `canary-${endpoint.slice(0, 3)}` }));

/** The same observations, with some of them changed. */
function change(changes: Partial<Record<string, Partial<ReportedObservation>>>): ReportedObservation[] {
  return [...profiled, ...canaries].map((each) => ({ ...each, ...changes[each.endpoint] }));
}

const lanSide: ReportedUndetermined = {
  rule: 'silent-udp',
  data: {},
  endpoint: null,
  what: 'Whether UPnP is on inside the network',
  why: 'A router that ignores UPnP from the internet may still obey it on the LAN; look at its settings.',
  blocking: false,
};
const silentUdp: ReportedUndetermined = {
  rule: 'silent-udp',
  data: {},
  endpoint: 'udp/5060',
  what: 'Whether SIP trunks are open to the provider',
  why: 'No answer to us: closed to us, or nothing there.',
  blocking: false,
};

const answers = { state: 'open', reason: 'syn-ack', rttMs: 23.4, tries: 1 } as const;
const sipAnswer = { state: 'open', reason: 'sip-response', rttMs: 25.02, tries: 1 } as const;
const sip = (label: string): Partial<ReportedObservation> => ({
  ...sipAnswer,
  identity: {
    fingerprint: 'nec-sip',
    kind: 'nec-sip',
    label,
    model: 'SL2100',
    version: null,
    confidence: 'certain',
    basis: ['Server: NEC SL2100/2.1'],
  },
});

/** A phone system in the router's DMZ: eight findings. */
export const dmzReport: Report = {
  ...base,
  verdict: 'violation',
  summary: 'The phone system is open to the internet: 8 findings, 3 of them critical. Consistent with a DMZ.',
  findings: [
    sampleFinding({
      rule: 'dmz-suspected',
      severity: 'high',
      endpoint: null,
      title: 'The router seems to pass everything to the phone system (DMZ or 1:1 NAT)',
      seen: 'WebPro, PCPro, the DIM terminal and SIP answer together; random ports are refused although the router is silent otherwise. Consistent with a DMZ or 1:1 NAT.',
      matters: 'Every service of the phone system is exposed, also those that nobody thinks of.',
      remedy:
        'Switch the DMZ (also called "exposed host") off in the router, and forward only what the profile allows.',
      programs: [],
      references: [],
      observations: ['tcp/80', 'tcp/8000', 'tcp/5963', 'udp/5060'],
    }),
    sampleFinding({}),
    sampleFinding({
      endpoint: 'tcp/8000',
      title: 'PCPro programming can be reached from the internet',
      seen: 'tcp/8000 accepted a connection and said nothing, as PCPro does.',
      programs: ['90-54-02'],
      references: [],
    }),
    sampleFinding({
      endpoint: 'tcp/5963',
      title: 'The DIM maintenance terminal can be reached from the internet',
      seen: 'tcp/5963 asked for "User ID:".',
      programs: [],
      references: ['CVE-2019-20033'],
    }),
    sampleFinding({
      rule: 'sip-open-to-world',
      severity: 'high',
      endpoint: 'udp/5060',
      title: 'SIP answers everybody, not only the provider',
      seen: 'udp/5060 answered OPTIONS with 200 OK, Server: NEC SL2100/2.1.',
      matters: 'Machines try out SIP passwords day and night; one hit makes calls at the customer’s cost.',
      remedy: 'Let only the SIP provider’s addresses through to port 5060 in the router.',
      programs: ['10-28', '10-29', '10-36'],
      references: [],
    }),
    sampleFinding({
      rule: 'admin-default-port',
      severity: 'medium',
      title: 'WebPro is on its default port',
      programs: ['90-54-01'],
      references: [],
    }),
    sampleFinding({
      rule: 'unlisted-open',
      severity: 'medium',
      endpoint: 'tcp/8181',
      title: 'An endpoint is open that the profile does not list',
      seen: 'tcp/8181 accepted a connection.',
      programs: [],
      references: [],
    }),
    sampleFinding({
      rule: 'nat-pmp-exposed',
      severity: 'low',
      endpoint: 'udp/5351',
      title: 'NAT-PMP answers on the internet side',
      seen: 'udp/5351 told its external address.',
      programs: [],
      references: ['RFC 6886 §3.2'],
    }),
  ],
  observations: change({
    'tcp/80': {
      ...answers,
      identity: {
        fingerprint: 'nec-webpro',
        kind: 'nec-webpro',
        label: 'NEC WebPro, SL2100, 3.10.50',
        model: 'SL2100',
        version: '3.10.50',
        confidence: 'certain',
        basis: ['title "WebPro"', 'Server: Henry/1.1'],
      },
    },
    'tcp/8000': answers,
    'tcp/8181': answers,
    'tcp/5963': {
      ...answers,
      identity: {
        fingerprint: 'nec-dim',
        kind: 'nec-dim',
        label: 'NEC DIM maintenance terminal',
        model: null,
        version: null,
        confidence: 'likely',
        basis: ['prompt "User ID:"'],
      },
    },
    'tcp/5060': sip('NEC SIP server, SL2100'),
    'udp/5060': sip('NEC SIP server, SL2100'),
    'tcp/5070': { state: 'closed', reason: 'conn-refused', rttMs: 22.9, tries: 1 },
    'tcp/2000': { state: 'closed', reason: 'conn-refused', rttMs: 22.9, tries: 1 },
    'tcp/41873': { state: 'closed', reason: 'conn-refused', rttMs: 22.9, tries: 1 },
    'udp/5351': { state: 'open', reason: 'nat-pmp-response', rttMs: 22.1, tries: 1 },
  }),
  undetermined: [lanSide],
};

/** One open administration interface and nothing else, as docs/formats.md shows it. */
export const exampleReport: Report = {
  ...dmzReport,
  summary: 'Profile “closed” is not met: 1 finding, the worst critical.',
  findings: dmzReport.findings.slice(1, 2),
  observations: dmzReport.observations.filter(({ endpoint }) => endpoint === 'tcp/80'),
  undetermined: [],
};

/** A site that refuses everything but is there. */
export const cleanReport: Report = {
  ...base,
  target: { ...base.target, input: '203.0.113.20', address: '203.0.113.20', name: null, resolvedAt: null },
  durationMs: 162,
  observations: [...profiled, ...canaries].map((each) => ({
    ...each,
    state: 'closed',
    reason: each.endpoint.startsWith('tcp') ? 'conn-refused' : 'port-unreach',
    rttMs: 20.6,
    tries: 1,
  })),
  undetermined: [lanSide],
};

/** A site on which nothing at all answers. */
export const silentReport: Report = {
  ...base,
  summary:
    'Nothing that the profile "closed" forbids was found, but there was no sign of life: well protected, or offline, or the wrong address.',
  findings: [
    sampleFinding({
      rule: 'no-sign-of-life',
      severity: 'info',
      effect: 'note',
      endpoint: null,
      title: 'No sign of life',
      seen: 'None of 20 probes was answered.',
      matters: 'A well protected site looks like this, and so does one that is off line or another one’s address.',
      remedy: 'Make sure that the address is right and that the line is up, for instance by --control.',
      programs: [],
      references: [],
      observations: [],
    }),
  ],
  observations: [...profiled, ...canaries],
  undetermined: [silentUdp, lanSide],
  liveness: { srttMs: null, answers: 0, lost: 0, recheck: [] },
};

/** We were shut out half-way and cut off. */
export const inconclusiveReport: Report = {
  ...base,
  verdict: 'inconclusive',
  interrupted: true,
  summary: 'No verdict: the site stopped answering in the middle of the check, and the check was cut off.',
  vantage: {
    ...base.vantage,
    address: '192.168.1.20',
    scope: 'private',
    control: { endpoint: 'control.example.net:443', before: 'answered', after: 'silent' },
  },
  findings: [
    sampleFinding({
      rule: 'blocked-mid-check',
      severity: 'medium',
      effect: 'inconclusive',
      endpoint: 'tcp/80',
      title: 'The site shut us out in the middle of the check',
      seen: 'tcp/80 had answered and was silent when it was asked again at the end.',
      matters: 'What came after that cannot be told from being closed.',
      remedy: 'Check again later with --timing polite, or from another address.',
      programs: [],
      references: [],
    }),
  ],
  observations: change({ 'tcp/80': answers, 'udp/5060': { state: 'error', reason: 'cut-off', tries: 0 } }),
  undetermined: [
    silentUdp,
    {
      rule: 'silent-udp',
      data: {},
      endpoint: null,
      what: 'Every endpoint after the first',
      why: 'The site was silent from then on.',
      blocking: true,
    },
    {
      rule: 'silent-udp',
      data: {},
      endpoint: 'udp/5060',
      what: 'Whether SIP answers',
      why: 'The check was cut off before.',
      blocking: true,
    },
  ],
};

/** Our own trouble: crashes, no descriptors, and a name that did not resolve would look alike. */
export const troubledReport: Report = {
  ...base,
  verdict: 'inconclusive',
  summary: 'No verdict: 14 endpoints could not be looked at, and one rule crashed.',
  observations: profiled.map((each) => ({ ...each, state: 'error', reason: 'fd-limit', tries: 3 })),
  undetermined: [
    {
      rule: 'silent-udp',
      data: {},
      endpoint: null,
      what: '14 endpoints',
      why: 'This machine ran out of file descriptors.',
      blocking: true,
    },
  ],
  errors: [{ unit: 'rule dmz-suspected', message: "Cannot read properties of undefined (reading 'state')" }],
  liveness: { srttMs: null, answers: 0, lost: 0, recheck: [] },
};

/** A name without an address. */
export const unresolvedReport: Report = {
  ...base,
  target: {
    input: 'gone.example.net',
    address: null,
    name: 'gone.example.net',
    resolvedAt: null,
    scope: null,
    problem: 'the name does not exist (ENOTFOUND)',
  },
  vantage: { ...base.vantage, address: null, scope: null },
  verdict: 'inconclusive',
  summary: 'No verdict: there is no address to check.',
  durationMs: 12,
  undetermined: [
    {
      rule: 'silent-udp',
      data: {},
      endpoint: null,
      what: 'Everything',
      why: 'The name did not resolve.',
      blocking: true,
    },
  ],
  liveness: { srttMs: null, answers: 0, lost: 0, recheck: [] },
};

/** A report full of what a hostile device could send. */
export const hostileText =
  '\x1b[2J\x1b]0;owned\x07\r\n\t\u202eevil\u2066\u200b\u00ad\u2028\u{e0041}\ud800\x7f\x9b31m<script>';

/** Every sample by name. */
export const SAMPLES: Readonly<Record<string, Report>> = {
  dmz: dmzReport,
  clean: cleanReport,
  silent: silentReport,
  inconclusive: inconclusiveReport,
  troubled: troubledReport,
  joined: joinReport(hostileText.slice(0, 40)),
  unresolved: unresolvedReport,
};
