import { expect } from '@jest/globals';
import type { ChecklistState } from '../../../src/model/checklist.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import type { Gateway, LanSurvey, PortMapping, SsdpFound, WanConnection } from '../../../src/model/lan.js';
import type { Profile } from '../../../src/model/profile.js';
import type { Report } from '../../../src/model/report.js';
import { SERVICES } from '../../../src/model/service.js';
import type { Outside, Proof, SipComparison, SiteEvidence, SiteReport, StandIn } from '../../../src/model/site.js';
import { createReport } from '../../../src/check/judge/say-report.js';
import type { Seen } from '../../../src/check/rules/trust.js';
import { SITE_RULES } from '../../../src/site/rules/registry.js';
import { createSiteReport } from '../../../src/site/judge/say-site-report.js';
import { canaries, profile, services, survey } from '../../check/rules/build-survey.js';

export const PUBLIC = '203.0.113.7';
export const ROUTER = '192.168.1.1';
export const PBX = '192.168.1.10';
export const STARTED = '2026-11-22T09:00:00.000Z';

export const ENDPOINTS: readonly EndpointId[] = SERVICES.flatMap((service): readonly EndpointId[] => service.endpoints);
export const CANARIES: readonly EndpointId[] = ['tcp/41001', 'tcp/42002', 'udp/43003', 'udp/44004'];

/** A router that answers neither UPnP nor NAT-PMP. */
export function router(parts: Partial<Gateway> = {}): Gateway {
  return {
    address: ROUTER,
    interface: 'eth0',
    isDefault: true,
    answers: [],
    device: null,
    connections: [],
    natPmp: null,
    pcp: null,
    problems: [],
    ...parts,
  };
}

export const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';

export function igdAnswer(server = 'Linux UPnP/1.1 MiniUPnPd/2.3.7'): SsdpFound {
  return { st: IGD, usn: `uuid:1::${IGD}`, server, location: `http://${ROUTER}:5000/rootDesc.xml`, from: ROUTER };
}

/** A router with UPnP on, and these mappings. */
export function igd(mappings: readonly PortMapping[] = [], parts: Partial<Gateway & WanConnection> = {}): Gateway {
  const { externalAddress = PUBLIC, list = { complete: true, why: null }, status = 'Connected', ...rest } = parts;
  return router({
    answers: [igdAnswer()],
    device: {
      deviceType: IGD,
      friendlyName: 'Office router',
      manufacturer: 'Acme',
      modelName: 'Acme R7',
      modelNumber: '7',
    },
    connections: [
      {
        serviceType: 'urn:schemas-upnp-org:service:WANIPConnection:1',
        status,
        uptimeSeconds: 60,
        externalAddress,
        mappings: [...mappings],
        list,
      },
    ],
    ...rest,
  });
}

/** A mapping of an endpoint to the same port of the phone system. */
export function mapping(endpoint: EndpointId, parts: Partial<PortMapping> = {}): PortMapping {
  const [transport, port] = endpoint.split('/') as ['tcp' | 'udp', string];
  return {
    transport,
    externalPort: Number(port),
    remoteHost: null,
    internalClient: PBX,
    internalPort: Number(port),
    enabled: true,
    description: 'a device',
    leaseSeconds: 0,
    ...parts,
  };
}

export const NAT_PMP = { version: 0, opcode: 128, result: 0, epoch: 7, externalAddress: PUBLIC };

export function lan(gateways: readonly Gateway[], parts: Partial<LanSurvey> = {}): LanSurvey {
  return {
    startedAt: STARTED,
    durationMs: 4000,
    interrupted: false,
    firewall: { state: 'off', detail: 'no rules' },
    multicast: true,
    interfaces: [{ name: 'eth0', address: PBX, prefixLength: 24 }],
    gateways: [...gateways],
    devices: [],
    pbx: null,
    errors: [],
    ...parts,
  };
}

export function standIn(parts: Partial<StandIn> = {}): StandIn {
  return {
    address: PBX,
    bound: [...ENDPOINTS, ...CANARIES],
    unbound: [],
    firewall: { state: 'off', detail: 'no rules' },
    ...parts,
  };
}

export interface ProofParts {
  readonly arrived?: readonly EndpointId[];
  /** Where some arrived that did not come by their own port. */
  readonly at?: Readonly<Partial<Record<EndpointId, EndpointId>>>;
  readonly leaveOut?: readonly EndpointId[];
  readonly state?: Proof['state'];
  /** Something shows that we were not shut out. */
  readonly vouched?: boolean;
}

/** Messages to every endpoint and to random ports, of which these arrived. */
export function proofs({
  arrived = [],
  at = {},
  leaveOut = [],
  state = 'filtered',
  vouched = true,
}: ProofParts = {}): Proof[] {
  return [...ENDPOINTS, ...CANARIES]
    .filter((endpoint) => !leaveOut.includes(endpoint))
    .map((endpoint) => {
      const came = arrived.includes(endpoint);
      return {
        endpoint,
        kind: CANARIES.includes(endpoint) ? 'canary' : 'service',
        arrived: came,
        arrivedAt: came ? (at[endpoint] ?? endpoint) : null,
        from: came ? '198.51.100.9:40000' : null,
        state: came ? 'open' : state,
        reason: came ? 'syn-ack' : state === 'error' ? 'no-route' : 'no-response',
        tries: 3,
        receipt: came,
        vouchedBy: came || !vouched ? null : 'tcp/22',
      };
    });
}

/** SIP both ways, by UDP and TCP, as it was sent. */
export function sip(change: (one: SipComparison) => Partial<SipComparison> = () => ({})): SipComparison[] {
  return (['udp', 'tcp'] as const).flatMap((transport) =>
    (['outward', 'inward'] as const).flatMap((direction) =>
      ['OPTIONS', 'INVITE'].map((message) => {
        const one: SipComparison = { transport, direction, message, state: 'same', differences: [], detail: null };
        return { ...one, ...change(one) };
      }),
    ),
  );
}

/** The check of the site's public address, at which this was seen and all else is silent. */
export function check(seen: readonly Seen[] = [], agreed: Profile = profile()): Report {
  const places = seen.map(({ endpoint }) => endpoint);
  return createReport(survey([...seen, ...services('silent', places), ...canaries('filtered')]), {
    profile: agreed,
    profileDigest: 'digest',
    authorization: null,
    failOn: 'low',
  });
}

export function outside(parts: Partial<Outside> = {}): Outside {
  return {
    vantage: 'vantage.example.com:8443',
    address: PUBLIC,
    scope: 'documentation',
    hops: [],
    check: check(),
    proofs: proofs(),
    sip: sip(),
    sipPorts: { udp: 5060, tcp: 5060 },
    nat: { mapping: 'endpoint-independent', portPreserved: true, mapped: [], binding: null, problem: null },
    problems: [],
    ...parts,
  };
}

/** A clean site, seen from both sides with a stand-in, or what differs from that. */
export function evidence(parts: Partial<SiteEvidence> = {}): SiteEvidence {
  return { lan: lan([router()]), pbxAddress: PBX, standIn: standIn(), outside: outside(), checklist: null, ...parts };
}

/** The same without a stand-in. */
export function bare(parts: Partial<SiteEvidence> = {}, seen: Partial<Outside> = {}): SiteEvidence {
  return evidence({ standIn: null, outside: outside({ proofs: [], ...seen }), ...parts });
}

export interface ReportParts {
  readonly kind?: SiteReport['kind'];
  readonly profile?: Profile;
  readonly earlier?: readonly SiteReport[];
  readonly startedAt?: string;
  readonly interrupted?: boolean;
}

/** The report of a site, of which all that rules found has its form and survives JSON. */
export function report(seen: SiteEvidence, parts: ReportParts = {}): SiteReport {
  const site = createSiteReport(seen, {
    kind: parts.kind ?? 'preinstall',
    client: null,
    profile: parts.profile ?? profile(),
    profileDigest: 'digest',
    startedAt: parts.startedAt ?? STARTED,
    durationMs: 5000,
    interrupted: parts.interrupted ?? false,
    earlier: parts.earlier ?? [],
  });
  const ruleOf = (id: string) => SITE_RULES.find((rule) => rule.id === id);
  const found = [
    ...site.findings.map(({ rule, data }) => ({ data, form: ruleOf(rule)?.data })),
    ...site.undetermined.map(({ rule, data }) => ({ data, form: ruleOf(rule)?.doubt })),
  ];
  // One expectation for all of them: properties come here thousands of times.
  expect(
    found.map(({ data, form }) => ({
      parsed: form?.safeParse(data),
      kept: JSON.parse(JSON.stringify(data)) as unknown,
    })),
  ).toEqual(found.map(({ data }) => ({ parsed: { success: true, data }, kept: data })));
  return site;
}

/** What counts: rules of violations, of what stands in the way, and blocking gaps. */
export function verdictOf(site: SiteReport) {
  const rules = (effect: string) => site.findings.filter((one) => one.effect === effect).map(({ rule }) => rule);
  return {
    verdict: site.verdict,
    violations: rules('violation'),
    inconclusive: rules('inconclusive'),
    blocking: site.undetermined.filter(({ blocking }) => blocking).map(({ what }) => what),
  };
}

/** Cause and basis by endpoint, random ports left out. */
export function causes(site: SiteReport): Record<string, string> {
  return Object.fromEntries(
    site.reachable
      .filter(({ endpoint }) => !CANARIES.includes(endpoint))
      .map(({ endpoint, basis, cause }) => [endpoint, `${basis} ${cause}`]),
  );
}

export function item(state: ChecklistState['items'][number]['state'], title: string): ChecklistState['items'][number] {
  return {
    id: title.toLowerCase().replaceAll(' ', '-'),
    title,
    programs: ['90-02'],
    how: 'Change it in program 90-02.',
    state,
    by: state === 'missing' ? null : 'A. Installer',
    role: 'installer',
    at: state === 'missing' ? null : '2026-11-01T10:00:00.000Z',
    expiresAt: '2027-05-01T00:00:00.000Z',
    note: '',
  };
}
