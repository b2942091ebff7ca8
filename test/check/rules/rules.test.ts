import { describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import type { EndpointId } from '../../../src/model/endpoint.js';
import type { Survey } from '../../../src/model/report.js';
import type { Finding, FindingData } from '../../../src/model/finding.js';
import { RULES } from '../../../src/check/rules/registry.js';
import {
  judge,
  answer,
  canaries,
  HTTP,
  NAT_PMP,
  profile,
  see,
  services,
  SIP,
  site,
  SSDP,
  survey,
  type ProfileParts,
} from './build-survey.js';

/** One situation: `says` are findings as `rule severity effect endpoint`, of which `only` those of the rule are compared. */
interface Situation {
  readonly name: string;
  readonly seen: Survey;
  readonly profile?: ProfileParts;
  readonly says: readonly string[];
}

const inside = { ...SSDP, location: 'http://192.168.0.10:49152/desc.xml' };
const tarpit = [...canaries('open'), ...services('closed')];
const tarpitOfWeb = [
  ...(['tcp/23456', 'tcp/34567', 'tcp/45678', 'tcp/2000'] as const).map((port) => recorder(port, 'canary-tcp')),
  ...services('closed', ['tcp/5060', 'tcp/8000']),
];
const helperSite = site(see('tcp/5060', 'open'), see('tcp/2000', 'open', { probe: 'canary-tcp' }));
const control = { endpoint: '198.51.100.1:443', before: 'answered', after: 'answered' } as const;
const recheck = (answered: boolean, before: 'syn-ack' | 'conn-refused' = 'syn-ack') => ({
  recheck: [{ endpoint: 'tcp/80' as const, before, after: answered ? before : ('no-response' as const) }],
});
const begun = { endpoint: 'tcp/80', before: 'no-response', after: 'conn-refused', witness: true } as const;
const necAnswers = [answer('tcp/80', 'nec-webpro'), see('tcp/8000', 'open'), answer('tcp/5963', 'nec-dim')];
/** Something that names itself by its greeting, or does not. */
const greets = (endpoint: EndpointId, label: string, confidence: 'likely' | 'possible' = 'likely') =>
  answer(endpoint, 'other', { fingerprint: 'banner', label, confidence, evidence: { banner: label } });
const must = { access: { 'sip-trunk': 'must' } } as const;
const unasked = see('udp/5060', 'open|filtered', { evidence: { portTaken: true } });
const dealer = { title: 'dealer', cidrs: ['198.51.100.0/24'] };

const SITUATIONS: Record<string, Situation[]> = {
  'vantage-broken': [
    {
      name: 'the control was silent before',
      seen: survey(site(), { vantage: { control: { ...control, before: 'silent' } } }),
      says: ['high inconclusive null'],
    },
    {
      name: 'the control was silent after',
      seen: survey(site(), { vantage: { control: { ...control, after: 'silent' } } }),
      says: ['high inconclusive null'],
    },
    { name: 'the control answered', seen: survey(site(), { vantage: { control } }), says: [] },
    {
      name: 'every probe failed on our side',
      seen: survey([see('tcp/80', 'error', { reason: 'no-route' })]),
      says: ['high inconclusive null'],
    },
    { name: 'one probe failed', seen: survey(site(see('tcp/80', 'error'))), says: [] },
    {
      name: 'every probe was cut off',
      seen: survey([see('tcp/80', 'error', { reason: 'cut-off' })], { interrupted: true }),
      says: [],
    },
  ],
  'vantage-inside': [
    { name: 'own address', seen: survey(site(), { vantage: { ownAddress: true } }), says: ['high inconclusive null'] },
    {
      name: 'loopback',
      seen: survey(site(), { target: { address: '127.0.0.1', scope: 'loopback' }, vantage: { ownAddress: true } }),
      says: ['info note null'],
    },
    { name: 'another address', seen: survey(site()), says: [] },
  ],
  'address-missing': [
    {
      name: 'a name that does not resolve',
      seen: survey([], { target: { address: null, scope: null, problem: 'no such name' } }),
      says: ['medium inconclusive null'],
    },
    { name: 'an address', seen: survey(site()), says: [] },
  ],
  'nothing-looked-at': [
    { name: 'no observation', seen: survey([]), says: ['medium inconclusive null'] },
    { name: 'no address', seen: survey([], { target: { address: null } }), says: [] },
    { name: 'only counted endpoints', seen: survey([], { unlisted: { 'closed/conn-refused': 9 } }), says: [] },
    { name: 'observations', seen: survey(site()), says: [] },
  ],
  'check-cut-off': [
    { name: 'interrupted', seen: survey(site(), { interrupted: true }), says: ['medium inconclusive null'] },
    { name: 'ran to its end', seen: survey(site()), says: [] },
  ],
  'blacklisted-mid-check': [
    {
      name: 'silent at the end',
      seen: survey(site(), { liveness: recheck(false) }),
      says: ['medium inconclusive tcp/80'],
    },
    { name: 'answers at the end', seen: survey(site(), { liveness: recheck(true) }), says: [] },
    {
      name: 'may have been silent while this machine stood still',
      seen: survey(site(), { liveness: { recheck: [begun], stoodStillMs: 1_100 } }),
      says: ['medium inconclusive tcp/80'],
    },
  ],
  'every-port-opens': [
    { name: 'a tarpit', seen: survey(tarpit), says: ['medium inconclusive null'] },
    {
      name: 'one canary open of three',
      seen: survey(site(see('tcp/23456', 'open', { probe: 'canary-tcp' }))),
      says: ['medium inconclusive null'],
    },
    {
      name: 'two open, one failed',
      seen: survey([
        see('tcp/23456', 'open', { probe: 'canary-tcp' }),
        see('tcp/34567', 'open', { probe: 'canary-tcp' }),
        see('tcp/45678', 'error', { probe: 'canary-tcp' }),
      ]),
      says: ['medium inconclusive null'],
    },
    {
      name: 'one random canary and tcp/2000',
      seen: survey([
        see('tcp/23456', 'open', { probe: 'canary-tcp' }),
        see('tcp/2000', 'open', { probe: 'canary-tcp' }),
      ]),
      says: ['medium inconclusive null'],
    },
    { name: 'tcp/2000 alone', seen: survey(site(see('tcp/2000', 'open', { probe: 'canary-tcp' }))), says: [] },
  ],
  'dmz-suspected': [
    {
      name: 'several NEC services and refused canaries',
      seen: survey(site(...necAnswers, answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } }))),
      says: ['critical violation null'],
    },
    { name: 'refusals of a REJECT router alone', seen: survey(site()), says: [] },
    { name: 'refusals, but two endpoints silent', seen: survey(site(see('tcp/80', 'filtered'))), says: [] },
    {
      name: 'two forwards behind a router that refuses',
      seen: survey(site(answer('tcp/80', 'nec-webpro'), see('tcp/8000', 'open'))),
      says: [],
    },
    {
      name: 'three forwards behind a silent router',
      seen: survey([...necAnswers, ...canaries('filtered'), ...services('silent', ['tcp/80', 'tcp/8000', 'tcp/5963'])]),
      says: [],
    },
    {
      name: 'things that name themselves on as many ports',
      seen: survey(
        site(
          recorder('tcp/80'),
          greets('tcp/8000', 'SSH server "SSH-2.0-x"'),
          greets('tcp/5963', 'VNC server "RFB 003.008"'),
          recorder('tcp/8181'),
          recorder('tcp/5060'),
        ),
      ),
      says: [],
    },
    {
      name: 'the same services where the profile allows them',
      seen: survey(site(...necAnswers, answer('udp/5060', 'nec-sip'))),
      profile: { access: { webpro: 'may', pcpro: 'may', dim: 'may', 'sip-trunk': 'may' } },
      says: [],
    },
    {
      name: 'an inside device and refused canaries',
      seen: survey(site(answer('udp/1900', 'upnp-device', { evidence: { ssdp: [inside] } }))),
      says: ['high violation null'],
    },
    {
      name: 'an inside device, and refusals limited in rate where administration may have been moved',
      seen: survey(
        site(
          answer('udp/1900', 'upnp-device', { confidence: 'possible', evidence: { ssdp: [inside] } }),
          see('tcp/8080', 'filtered', { probe: 'moved-admin' }),
        ),
      ),
      says: [],
    },
    {
      name: 'an inside device behind a silent router: a forward of 1900',
      seen: survey([answer('udp/1900', 'upnp-device', { evidence: { ssdp: [inside] } }), ...canaries('filtered')]),
      says: [],
    },
  ],
  'admin-interface-reachable': [
    { name: 'WebPro', seen: survey(site(answer('tcp/80', 'nec-webpro'))), says: ['critical violation tcp/80'] },
    { name: 'PCPro, unidentified', seen: survey(site(see('tcp/8000', 'open'))), says: ['critical violation tcp/8000'] },
    {
      name: 'reset after accept',
      seen: survey(site(see('tcp/5963', 'open', { reason: 'reset-after-accept' }))),
      says: ['critical violation tcp/5963'],
    },
    {
      name: 'a handshake of a tarpit that refuses most random ports',
      seen: survey(site(see('tcp/8000', 'open'), see('tcp/23456', 'open', { probe: 'canary-tcp' }))),
      says: [],
    },
    {
      name: 'WebPro behind such a tarpit',
      seen: survey(site(answer('tcp/80', 'nec-webpro'), see('tcp/23456', 'open', { probe: 'canary-tcp' }))),
      says: ['critical violation tcp/80'],
    },
    {
      name: 'a web server that names itself in no way',
      seen: survey(site(answer('tcp/80', 'web-server', { confidence: 'possible', evidence: { http: HTTP } }))),
      says: ['critical violation tcp/80'],
    },
    { name: 'a recorder', seen: survey(site(recorder('tcp/80'))), says: [] },
    { name: 'SSH on 8000', seen: survey(site(greets('tcp/8000', 'SSH server "SSH-2.0-x"'))), says: [] },
    {
      name: 'text on 8000 that does not identify itself',
      seen: survey(site(greets('tcp/8000', 'unidentified, sends "-ERR unknown command"', 'possible'))),
      says: ['critical violation tcp/8000'],
    },
    {
      name: 'TLS on 8000 that tells nothing more',
      seen: survey(site(greets('tcp/8000', 'TLS server with a certificate for "localhost"', 'possible'))),
      says: ['critical violation tcp/8000'],
    },
    {
      name: 'Telnet and a login on 5963',
      seen: survey(site(greets('tcp/5963', 'Telnet server "login:"', 'possible'))),
      says: ['critical violation tcp/5963'],
    },
    {
      name: 'what calls itself by a name of NEC’s in a way that we do not know',
      seen: survey(
        site(
          greets('tcp/8000', 'FTP server "220 SL2100 FTP server ready"'),
          recorder('tcp/80', 'http-get', { title: 'NEC SV9100 Administration' }),
        ),
      ),
      says: ['critical violation tcp/80', 'critical violation tcp/8000'],
    },
    {
      name: 'allowed',
      seen: survey(site(answer('tcp/80', 'nec-webpro'))),
      profile: { access: { webpro: 'may' } },
      says: [],
    },
    { name: 'closed', seen: survey(site()), says: [] },
  ],
  'moved-admin-found': [
    {
      name: 'WebPro on 8443',
      seen: survey(site(answer('tcp/8443', 'nec-webpro'))),
      says: ['critical violation tcp/8443'],
    },
    { name: 'DIM on 80', seen: survey(site(answer('tcp/80', 'nec-dim'))), says: ['critical violation tcp/80'] },
    {
      name: 'WebPro still on 80 too',
      seen: survey(site(answer('tcp/80', 'nec-webpro'), answer('tcp/18080', 'nec-webpro'))),
      profile: { access: { webpro: 'may' }, moved: { webpro: ['tcp/18080'] } },
      says: ['critical violation tcp/80'],
    },
    {
      name: 'WebPro on an unlisted port that is allowed, though WebPro is not',
      seen: survey(site(answer('tcp/8443', 'nec-webpro'))),
      profile: { unlisted: 'may' },
      says: ['critical violation tcp/8443'],
    },
    {
      name: 'a prompt that may be the DIM terminal',
      seen: survey(site(answer('tcp/2323', 'nec-dim', { confidence: 'possible' }))),
      says: ['high violation tcp/2323'],
    },
    {
      name: 'WebPro where the profile moved it',
      seen: survey(site(answer('tcp/18080', 'nec-webpro'))),
      profile: { access: { webpro: 'may' }, moved: { webpro: ['tcp/18080'] } },
      says: [],
    },
    { name: 'another web server on 8443', seen: survey(site(recorder('tcp/8443'))), says: [] },
  ],
  'inside-device-answers-ssdp': [
    {
      name: 'a device with a private place',
      seen: survey(site(answer('udp/1900', 'upnp-device', { evidence: { ssdp: [inside] } }))),
      says: ['critical violation udp/1900'],
    },
    {
      name: 'something vague with a private place',
      seen: survey(site(answer('udp/1900', 'upnp-device', { confidence: 'possible', evidence: { ssdp: [inside] } }))),
      says: ['high violation udp/1900'],
    },
    {
      name: 'a gateway with a private place',
      seen: survey(site(answer('udp/1900', 'upnp-gateway', { evidence: { ssdp: [inside] } }))),
      says: [],
    },
    {
      name: 'a device with a public place',
      seen: survey(
        site(
          answer('udp/1900', 'upnp-device', { evidence: { ssdp: [{ ...SSDP, location: 'http://203.0.113.7/d' }] } }),
        ),
      ),
      says: [],
    },
  ],
  'upnp-answers-on-wan': [
    {
      name: 'a gateway',
      seen: survey(site(answer('udp/1900', 'upnp-gateway', { evidence: { ssdp: [inside] } }))),
      says: ['critical violation udp/1900'],
    },
    {
      name: 'an unidentified answer',
      seen: survey(site(see('udp/1900', 'open', { reason: 'ssdp-response', evidence: { ssdp: [SSDP] } }))),
      says: ['high violation udp/1900'],
    },
    { name: 'silence', seen: survey(site(see('udp/1900', 'open|filtered'))), says: [] },
  ],
  'nat-pmp-answers-on-wan': [
    {
      name: 'an answer',
      seen: survey(site(answer('udp/5351', 'nat-pmp-gateway', { evidence: { natPmp: NAT_PMP } }))),
      says: ['high violation udp/5351'],
    },
    { name: 'silence', seen: survey(site(see('udp/5351', 'open|filtered'))), says: [] },
  ],
  'sip-open-to-world': [
    {
      name: 'SIP over UDP',
      seen: survey(site(answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } }))),
      says: ['high violation udp/5060'],
    },
    {
      name: 'SIP on an unlisted port',
      seen: survey(site(see('udp/5065', 'open', { evidence: { sip: SIP } }))),
      says: ['high violation udp/5065'],
    },
    {
      name: 'allowed',
      seen: survey(site(answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } }))),
      profile: { access: { 'sip-trunk': 'may' } },
      says: [],
    },
    { name: 'silence', seen: survey(site(see('udp/5060', 'open|filtered'))), says: [] },
    { name: 'a SIP helper', seen: survey(helperSite), says: [] },
  ],
  'forbidden-service-open': [
    { name: 'call records', seen: survey(site(see('tcp/60010', 'open'))), says: ['high violation tcp/60010'] },
    {
      name: 'a SIP port that does not speak SIP',
      seen: survey(site(see('tcp/5060', 'open'))),
      says: ['high violation tcp/5060'],
    },
    {
      name: 'media',
      seen: survey(site(see('udp/10020', 'open', { reason: 'udp-response' }))),
      says: ['high violation udp/10020'],
    },
    { name: 'closed', seen: survey(site()), says: [] },
  ],
  'unlisted-endpoint-open': [
    { name: 'a port that nobody listed', seen: survey(site(see('tcp/443', 'open'))), says: ['high violation tcp/443'] },
    {
      name: 'one canary open',
      seen: survey(site(see('tcp/23456', 'open', { probe: 'canary-tcp' }))),
      says: [],
    },
    { name: 'handshakes of a tarpit', seen: survey([...tarpit, see('tcp/443', 'open')]), says: [] },
    {
      name: 'text that the tarpit does not send',
      seen: survey([...tarpit, recorder('tcp/443')]),
      says: ['high violation tcp/443'],
    },
    {
      name: 'unidentified text that the honeypot sends everywhere',
      seen: survey([
        see('tcp/23456', 'open', { probe: 'canary-tcp', evidence: { banner: 'a' } }),
        see('tcp/34567', 'open', { probe: 'canary-tcp', evidence: { banner: 'b' } }),
        see('tcp/443', 'open', { evidence: { banner: 'c' } }),
      ]),
      says: [],
    },
    {
      name: 'text that the honeypot sends everywhere',
      seen: survey([recorder('tcp/23456', 'canary-tcp'), recorder('tcp/34567', 'canary-tcp'), recorder('tcp/443')]),
      says: [],
    },
    {
      name: 'unlisted may be open',
      seen: survey(site(see('tcp/443', 'open'))),
      profile: { unlisted: 'may' },
      says: [],
    },
    { name: 'tcp/2000 of a SIP helper', seen: survey(helperSite), says: [] },
    {
      name: 'tcp/2000 beside SIP that answers',
      seen: survey(
        site(see('tcp/5060', 'open', { evidence: { sip: SIP } }), see('tcp/2000', 'open', { probe: 'canary-tcp' })),
      ),
      says: ['high violation tcp/2000'],
    },
  ],
  'foreign-service': [
    { name: 'a recorder on 80', seen: survey(site(recorder('tcp/80'))), says: ['high violation tcp/80'] },
    ...(['tcp/8000', 'tcp/5963', 'tcp/5060', 'tcp/8181', 'tcp/60010'] as const).map((endpoint) => ({
      name: `SSH on ${endpoint}`,
      seen: survey(site(greets(endpoint, 'SSH server "SSH-2.0-x"'))),
      says: [`high violation ${endpoint}`],
    })),
    {
      name: 'a router of NEC’s for homes',
      seen: survey(site(recorder('tcp/80', 'http-get', { title: 'NEC Aterm' }))),
      says: ['high violation tcp/80'],
    },
    { name: 'a web server on 8181', seen: survey(site(recorder('tcp/8181'))), says: ['high violation tcp/8181'] },
    {
      name: 'a web server on a SIP port, and on all others',
      seen: survey([...tarpitOfWeb, recorder('tcp/5060'), recorder('tcp/8000')]),
      says: [],
    },
    {
      name: 'a recorder on an allowed 80',
      seen: survey(site(recorder('tcp/80'))),
      profile: { access: { webpro: 'may' } },
      says: ['medium violation tcp/80'],
    },
    {
      name: 'a web server on 5060',
      seen: survey(site(recorder('tcp/5060'))),
      profile: { access: { 'sip-trunk': 'may' } },
      says: ['medium violation tcp/5060'],
    },
    {
      name: 'WebPro and PCPro exchanged, both allowed',
      seen: survey(site(answer('tcp/8000', 'nec-webpro'))),
      profile: { access: { webpro: 'may', pcpro: 'may' } },
      says: ['medium violation tcp/8000'],
    },
    { name: 'another SIP server', seen: survey(site(answer('udp/5060', 'sip-server'))), says: [] },
    { name: 'WebPro', seen: survey(site(answer('tcp/80', 'nec-webpro'))), says: [] },
  ],
  'required-unreachable': [
    { name: 'refused', seen: survey(site()), profile: must, says: ['high violation udp/5060'] },
    {
      name: 'silent',
      seen: survey([...services('silent'), ...canaries('filtered')]),
      profile: must,
      says: ['high violation udp/5060'],
    },
    { name: 'only a SIP helper', seen: survey(helperSite), profile: must, says: ['high violation udp/5060'] },
    {
      name: 'answers',
      seen: survey(site(answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } }))),
      profile: must,
      says: [],
    },
    { name: 'cut off', seen: survey(site(), { interrupted: true }), profile: must, says: [] },
    { name: 'shut out', seen: survey(site(), { liveness: recheck(false) }), profile: must, says: [] },
    { name: 'our own failure', seen: survey(site(see('udp/5060', 'error'))), profile: must, says: [] },
    { name: 'silent, and not asked from port 5060', seen: survey(site(unasked)), profile: must, says: [] },
    {
      name: 'a dead control',
      seen: survey(site(), { vantage: { control: { ...control, after: 'error' } } }),
      profile: must,
      says: [],
    },
    { name: 'one port not looked at', seen: survey([see('tcp/5060', 'closed')]), profile: must, says: [] },
    {
      name: 'a tarpit',
      seen: survey([...tarpit.filter(({ endpoint }) => endpoint !== 'tcp/5060'), see('tcp/5060', 'open')]),
      profile: must,
      says: [],
    },
    { name: 'not required', seen: survey(site()), says: [] },
  ],
  'default-admin-port': [
    {
      name: 'forwarded on purpose',
      seen: survey(site(answer('tcp/80', 'nec-webpro'))),
      profile: { access: { webpro: 'may' } },
      says: ['medium violation tcp/80'],
    },
    {
      name: 'moved',
      seen: survey(site(answer('tcp/18080', 'nec-webpro'))),
      profile: { access: { webpro: 'may' }, moved: { webpro: ['tcp/18080'] } },
      says: [],
    },
    { name: 'forbidden', seen: survey(site(answer('tcp/80', 'nec-webpro'))), says: [] },
  ],
  'sip-helper-handshake': [
    { name: '5060 and 2000 open, mute', seen: survey(helperSite), says: ['low note tcp/5060'] },
    { name: 'only 5060', seen: survey(site(see('tcp/5060', 'open'))), says: [] },
    { name: 'every port opens', seen: survey([...canaries('open'), see('tcp/5060', 'open')]), says: [] },
    {
      name: 'SIP text',
      seen: survey(site(see('tcp/5060', 'open', { evidence: { sip: SIP } }), see('tcp/2000', 'open'))),
      says: [],
    },
  ],
  'no-sign-of-life': [
    {
      name: 'all silent',
      seen: survey([...services('silent'), ...canaries('filtered')]),
      says: ['medium inconclusive null'],
    },
    {
      name: 'all silent but ping',
      seen: survey(services('silent'), { liveness: { echo: { before: 'answered', after: 'answered' } } }),
      says: ['info note null'],
    },
    {
      name: 'all unreachable, as a router on the way says',
      seen: survey([see('tcp/80', 'filtered', { reason: 'host-unreach' })], { liveness: { answers: 1 } }),
      says: ['medium inconclusive null'],
    },
    {
      name: 'all silent but ping, also the service that always answers',
      seen: survey(services('silent'), { liveness: { echo: { before: 'answered', after: 'answered' } } }),
      profile: { alive: 'tcp/443' },
      says: ['medium inconclusive null'],
    },
    { name: 'a refusal', seen: survey(site()), says: [] },
    {
      name: 'a counted refusal',
      seen: survey(services('silent'), { unlisted: { 'closed/conn-refused': 1 } }),
      says: [],
    },
    { name: 'cut off', seen: survey(services('silent'), { interrupted: true }), says: [] },
  ],
  'sign-of-life-missing': [
    {
      name: 'refused like all else',
      seen: survey(site(see('tcp/443', 'closed'))),
      profile: { alive: 'tcp/443' },
      says: ['medium inconclusive tcp/443'],
    },
    { name: 'open', seen: survey(site(see('tcp/443', 'open'))), profile: { alive: 'tcp/443' }, says: [] },
    { name: 'silence', seen: survey(services('silent')), profile: { alive: 'tcp/443' }, says: [] },
  ],
  'address-not-public': [
    {
      name: 'CGNAT',
      seen: survey(site(), { target: { address: '100.64.0.9', scope: 'cgnat' } }),
      says: ['info note null'],
    },
    { name: 'loopback', seen: survey(site(), { target: { address: '127.0.0.1', scope: 'loopback' } }), says: [] },
    { name: 'public', seen: survey(site()), says: [] },
  ],
};

function recorder(endpoint: EndpointId, probe = 'http-get', page: { readonly title?: string } = {}) {
  const http = { ...HTTP, server: 'Recorder/2.0', title: 'DVR', ...page };
  return answer(endpoint, 'web-server', { probe, confidence: 'possible', evidence: { http } });
}

const ruleOf = (id: string) => RULES.find((rule) => rule.id === id)!;

/** Data has the form that its rule gives it, with nothing more in it, and can be kept as JSON. */
function expectData(form: z.ZodType | undefined, data: FindingData): void {
  expect(form?.parse(data)).toEqual(data);
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
}

const short = ({ severity, effect, endpoint }: Finding) => `${severity} ${effect} ${endpoint}`;

describe.each(Object.entries(SITUATIONS))('%s', (rule, situations) => {
  test.each(situations)('$name → $says', ({ seen, profile: parts, says }) => {
    const { findings, errors } = judge(seen, profile(parts), { failOn: 'low' });
    expect(errors).toEqual([]);
    const found = findings.filter((finding) => finding.rule === rule);
    expect(found.map(short)).toEqual(says);
    for (const { data } of found) expectData(ruleOf(rule).data, data);
  });
});

/** Undetermined entries: a part of the text, and whether it blocks; null where the rule has nothing to say. */
const UNKNOWNS: Record<
  string,
  { name: string; seen: Survey; profile?: ProfileParts; says: [RegExp, boolean] | null }[]
> = {
  'probe-error': [
    { name: 'descriptors', seen: survey(site(see('tcp/80', 'error'))), says: [/tcp\/80.*limit on open files/s, true] },
    {
      name: 'counted errors',
      seen: survey(site(), { unlisted: { 'error/internal': 3 } }),
      says: [/3 endpoints.*error in sallyport/s, true],
    },
    {
      name: 'cut off, some of it counted',
      seen: survey([...site(), see('tcp/81', 'error', { reason: 'cut-off' })], { unlisted: { 'error/cut-off': 3 } }),
      says: [/tcp\/81 and 3 more.*cut off too early/s, true],
    },
    {
      name: 'counted, and open',
      seen: survey(site(), { unlisted: { 'open/syn-ack': 2 } }),
      says: [/2 endpoints.*open/s, true],
    },
    { name: 'none', seen: survey(site()), says: null },
  ],
  'vantage-is-named-source': [
    {
      name: 'an outsider with the dealer’s address',
      seen: survey(site()),
      profile: { sources: { dealer } },
      says: [/belongs to the source “dealer”/, false],
    },
    {
      name: 'a dealer with a stranger’s address',
      seen: survey(site(), { vantage: { source: 'dealer', address: '192.0.2.1' } }),
      profile: { sources: { dealer } },
      says: [/in none of the networks/, false],
    },
    {
      name: 'a dealer behind NAT',
      seen: survey(site(), { vantage: { source: 'dealer', address: '192.168.1.5', scope: 'private' } }),
      profile: { sources: { dealer } },
      says: null,
    },
    {
      name: 'the dealer',
      seen: survey(site(), { vantage: { source: 'dealer' } }),
      profile: { sources: { dealer } },
      says: null,
    },
    { name: 'nobody known', seen: survey(site()), says: null },
  ],
  'services-not-looked-at': [
    { name: 'media, never probed', seen: survey(site()), says: [/voice media/, false] },
    {
      name: 'required media, never probed',
      seen: survey(site()),
      profile: { access: { rtp: 'must' } },
      says: [/voice media/, false],
    },
    {
      name: 'a required service that answers on the one port looked at',
      seen: survey([answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } })]),
      profile: must,
      says: [/SIP trunks/, false],
    },
    { name: 'a required service', seen: survey([see('tcp/80', 'closed')]), profile: must, says: [/SIP trunks/, true] },
  ],
  'silent-udp': [
    { name: 'SIP', seen: survey(site(see('udp/5060', 'open|filtered'))), says: [/udp\/5060/, false] },
    { name: 'canaries only', seen: survey([see('tcp/80', 'closed'), ...canaries('filtered')]), says: null },
    { name: 'refused', seen: survey(site()), says: null },
  ],
  'blacklisted-mid-check': [
    {
      name: 'silent endpoints',
      seen: survey(site(see('udp/5060', 'open|filtered')), { liveness: recheck(false) }),
      says: [/udp\/5060/, true],
    },
    {
      name: 'refusals that came when this machine stood still',
      seen: survey(site(), { liveness: { recheck: [begun], stoodStillMs: 1_100 } }),
      says: [/This machine stood still/, true],
    },
  ],
  'rate-limit-suspected': [
    {
      name: 'too many to ask again',
      seen: survey(site(), { liveness: { lost: 2, unasked: 3 } }),
      says: [/3 more silent endpoints are closed/, true],
    },
  ],
  'every-port-opens': [
    { name: 'a handshake', seen: survey([...tarpit, see('tcp/443', 'open')]), says: [/tcp\/443/, true] },
    {
      name: 'a handshake where one random port opens',
      seen: survey(site(see('tcp/8000', 'open'), see('tcp/23456', 'open', { probe: 'canary-tcp' }))),
      says: [/tcp\/8000/, true],
    },
  ],
  'sip-helper-handshake': [
    { name: 'a handshake', seen: survey(helperSite), says: [/tcp\/5060/, true] },
    {
      name: 'a handshake that the profile allows',
      seen: survey(helperSite),
      profile: { access: { 'sip-trunk': 'may' }, unlisted: 'may' },
      says: [/tcp\/5060/, false],
    },
  ],
  'sip-port-taken': [
    { name: 'SIP that is forbidden', seen: survey(site(unasked)), says: [/udp\/5060.*port 5060/s, true] },
    { name: 'SIP that is required', seen: survey(site(unasked)), profile: must, says: [/udp\/5060/, true] },
    {
      name: 'SIP that may be there or not',
      seen: survey(site(unasked)),
      profile: { access: { 'sip-trunk': 'may' } },
      says: [/udp\/5060/, false],
    },
    {
      name: 'a port that no service has',
      seen: survey(site(see('udp/5099', 'open|filtered', { evidence: { portTaken: true } }))),
      says: [/udp\/5099/, true],
    },
    { name: 'silence after all tries', seen: survey(site(see('udp/5060', 'open|filtered'))), says: null },
    {
      name: 'SIP that answers',
      seen: survey(site(answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } }))),
      says: null,
    },
  ],
  'vantage-broken': [
    {
      name: 'a control that was not asked again',
      seen: survey(site(), { vantage: { control: { ...control, after: null } } }),
      says: [/not asked again/, true],
    },
  ],
  'required-unreachable': [
    {
      name: 'a handshake without SIP',
      seen: survey(site(see('tcp/5060', 'open'))),
      profile: must,
      says: [/SIP trunks works.*no SIP answer/s, true],
    },
  ],
  'beyond-our-view': [
    { name: 'LAN-side UPnP', seen: survey(site()), says: [/Whether UPnP is on inside/, false] },
    { name: 'no address', seen: survey([], { target: { address: null } }), says: null },
  ],
};

describe.each(Object.entries(UNKNOWNS))('%s leaves open', (rule, situations) => {
  test.each(situations)('$name', ({ seen, profile: parts, says }) => {
    const rules = RULES.filter(({ id }) => id === rule);
    const { undetermined } = judge(seen, profile(parts), { failOn: 'low', rules });
    const told = undetermined.filter(({ what, why }) => says === null || says[0].test(`${what}\n${why}`));
    expect(told.map(({ blocking }) => blocking)).toEqual(says === null ? [] : [says[1]]);
    for (const { data } of told) expectData(ruleOf(rule).doubt, data);
  });
});

test('UPnP seen from outside is not called invisible', () => {
  const seen = survey(site(answer('udp/1900', 'upnp-gateway', { evidence: { ssdp: [inside] } })));
  const { undetermined } = judge(seen, profile(), { failOn: 'low' });
  expect(undetermined.filter(({ what }) => what.includes('UPnP'))).toEqual([]);
});

test('every rule is tried here', () => {
  expect(new Set([...Object.keys(SITUATIONS), ...Object.keys(UNKNOWNS)])).toEqual(new Set(RULES.map(({ id }) => id)));
});
