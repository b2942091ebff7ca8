import { createReport } from '../../../src/check/judge/say-report.js';
import type { ReportOptions } from '../../../src/check/judge/judge-survey.js';
import { parseEndpointId, type EndpointId } from '../../../src/model/endpoint.js';
import { OUTSIDER, type Access, type Profile, type ProfileSource } from '../../../src/model/profile.js';
import type { Evidence } from '../../../src/model/evidence.js';
import type { Identity, IdentityKind, Reason, State, Survey } from '../../../src/model/report.js';
import { SERVICES, type ServiceId } from '../../../src/model/service.js';
import type { Seen } from '../../../src/check/rules/trust.js';

const REASONS: Record<State, Reason> = {
  open: 'syn-ack',
  closed: 'conn-refused',
  filtered: 'no-response',
  'open|filtered': 'no-response',
  error: 'fd-limit',
};

/** What may be told of an observation besides its endpoint and state. */
export interface Extra {
  readonly probe?: string;
  readonly reason?: Reason;
  readonly evidence?: Evidence;
  readonly identity?: Identity | null;
}

/** One observation, with the usual reason of its state. */
export function see(endpoint: EndpointId, state: State, extra: Extra = {}): Seen {
  const answered = state === 'open' || state === 'closed';
  return {
    endpoint,
    probe: extra.probe ?? (endpoint.startsWith('udp') ? 'sip-options-udp' : 'tcp-banner'),
    state,
    reason: extra.reason ?? REASONS[state],
    rttMs: answered ? 12.4 : null,
    tries: 1,
    atMs: 20,
    evidence: extra.evidence ?? {},
    identity: extra.identity ?? null,
  };
}

/** An open endpoint with an identity. */
export function answer(endpoint: EndpointId, kind: IdentityKind, extra: Partial<Identity> & Extra = {}): Seen {
  const { probe, reason, evidence, ...rest } = extra;
  return see(endpoint, 'open', {
    ...(probe ? { probe } : {}),
    ...(reason ? { reason } : {}),
    ...(evidence ? { evidence } : {}),
    identity: {
      fingerprint: kind,
      kind,
      label: `label of ${kind}`,
      model: null,
      version: null,
      confidence: 'certain',
      basis: [`basis of ${kind}`],
      ...rest,
    },
  });
}

export const HTTP = {
  status: 200,
  server: null,
  title: null,
  location: null,
  authenticate: null,
  body: '',
  truncated: false,
};
export const SIP = {
  status: 200,
  phrase: 'OK',
  server: null,
  userAgent: null,
  contentType: null,
  allow: null,
  body: '',
};
export const NAT_PMP = { version: 0, opcode: 128, result: 0, epoch: 7, externalAddress: '203.0.113.7' };
export const SSDP = { st: 'upnp:rootdevice', usn: 'uuid:1::upnp:rootdevice', server: 'box', location: null };

/** Three random TCP canaries, tcp/2000 and two random UDP canaries. */
export function canaries(tcp: State, udp: State = tcp === 'closed' ? 'closed' : 'open|filtered'): Seen[] {
  const port = (state: State) => (state === 'open' ? 'syn-ack' : REASONS[state]);
  const random = (['tcp/23456', 'tcp/34567', 'tcp/45678', 'tcp/2000'] as const).map((endpoint) =>
    see(endpoint, tcp, { probe: 'canary-tcp', reason: port(tcp) }),
  );
  const datagrams = (['udp/24567', 'udp/35678'] as const).map((endpoint) =>
    see(endpoint, udp, { probe: 'canary-udp' }),
  );
  return [...random, ...datagrams];
}

/** Every probed service in one state: `closed`, or silent (`filtered`, over UDP `open|filtered`). */
export function services(state: 'closed' | 'silent', except: readonly EndpointId[] = []): Seen[] {
  const endpoints = SERVICES.filter(({ probed }) => probed).flatMap(
    (service): readonly EndpointId[] => service.endpoints,
  );
  return endpoints
    .filter((endpoint) => !except.includes(endpoint))
    .map((endpoint) => {
      const silent = parseEndpointId(endpoint)?.transport === 'udp' ? 'open|filtered' : 'filtered';
      return see(endpoint, state === 'closed' ? 'closed' : silent);
    });
}

/** A closed site that gives signs of life by refusals: the observations named, all other services refused. */
export function site(...seen: Seen[]): Seen[] {
  const all = [
    ...services(
      'closed',
      seen.map(({ endpoint }) => endpoint),
    ),
    ...canaries('closed'),
  ];
  return [...seen, ...all.filter(({ endpoint }) => !seen.some((one) => one.endpoint === endpoint))];
}

type SurveyParts = Omit<Partial<Survey>, 'target' | 'vantage' | 'liveness'> & {
  target?: Partial<Survey['target']>;
  vantage?: Partial<Survey['vantage']>;
  liveness?: Partial<Survey['liveness']>;
};

/** A survey of 203.0.113.7 by an outsider. */
export function survey(observations: readonly Seen[], parts: SurveyParts = {}): Survey {
  const answers = observations.filter(({ state }) => state === 'open' || state === 'closed').length;
  return {
    startedAt: '2026-01-03T10:22:31.000Z',
    durationMs: 3100,
    interrupted: false,
    unlisted: {},
    errors: [],
    ...parts,
    target: {
      input: 'site.example',
      address: '203.0.113.7',
      name: 'site.example',
      resolvedAt: '2026-01-03T10:22:31.000Z',
      scope: 'public',
      problem: null,
      ...parts.target,
    },
    vantage: {
      source: OUTSIDER,
      address: '198.51.100.9',
      scope: 'public',
      ownAddress: false,
      control: null,
      ...parts.vantage,
    },
    liveness: { srttMs: answers > 0 ? 12 : null, answers, lost: 0, recheck: [], ...parts.liveness },
    observations: [...observations],
  };
}

/** What a profile of the tests says: access of outsiders by service, moved endpoints. */
export interface ProfileParts {
  readonly access?: Partial<Record<ServiceId, Access>>;
  readonly moved?: Partial<Record<ServiceId, readonly EndpointId[]>>;
  readonly sources?: Readonly<Record<string, ProfileSource>>;
  readonly unlisted?: Access;
  readonly alive?: EndpointId;
}

/** All known services; nothing may be reached unless said. */
export function profile({
  access = {},
  moved = {},
  sources = {},
  unlisted = 'must-not',
  alive,
}: ProfileParts = {}): Profile {
  return {
    name: 'test',
    title: 'A profile for tests',
    description: '',
    file: null,
    sources,
    unlisted,
    ...(alive && { alive }),
    services: SERVICES.map((service) => ({
      ...service,
      endpoints: moved[service.id] ?? service.endpoints,
      defaultEndpoints: service.endpoints,
      access: { [OUTSIDER]: access[service.id] ?? 'must-not' },
    })),
  };
}

/** Judges a survey by a profile, in words. */
export function judge(
  seen: Survey,
  by: Profile,
  options: Pick<ReportOptions, 'failOn' | 'waivers' | 'rules' | 'silence' | 'today'>,
): ReturnType<typeof createReport> {
  return createReport(seen, { profile: by, profileDigest: '', authorization: null, ...options });
}
