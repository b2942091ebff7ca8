import fc from 'fast-check';
import type { EndpointId, Transport } from '../../../src/model/endpoint.js';
import { OUTSIDER, type Access, type Profile } from '../../../src/model/profile.js';
import type { Evidence } from '../../../src/model/evidence.js';
import {
  ADDRESS_SCOPES,
  IDENTITY_KINDS,
  REASONS,
  STATES,
  type Identity,
  type Survey,
} from '../../../src/model/report.js';
import { SERVICES } from '../../../src/model/service.js';
import { CODE_POINT } from '../../words/code-point.js';

/** Text as hostile as a target may send it, long ones among it. */
const text = (max: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: CODE_POINT, maxLength: Math.min(max, 24) }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('\u001b[2J', '“”', '\ud83d', '<b>').map((part) => part.repeat(max).slice(0, max)),
    },
  );
const maybe = (max: number) => fc.option(text(max));

/** Endpoints that the rules know, and some that they don't. */
const endpoint: fc.Arbitrary<EndpointId> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<EndpointId>(...SERVICES.flatMap((service): readonly EndpointId[] => service.endpoints)),
  },
  { weight: 2, arbitrary: fc.constantFrom<EndpointId>('tcp/2000', 'tcp/443', 'tcp/23456', 'tcp/34567', 'udp/35678') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom<Transport>('tcp', 'udp'), fc.integer({ min: 1, max: 65_535 }))
      .map(([t, p]): EndpointId => `${t}/${p}`),
  },
);

const http = fc.record({
  status: fc.integer(),
  server: maybe(256),
  title: maybe(256),
  location: maybe(512),
  authenticate: maybe(256),
  body: text(2048),
  truncated: fc.boolean(),
});
const sip = fc.record({
  status: fc.integer(),
  phrase: text(256),
  server: maybe(256),
  userAgent: maybe(256),
  contentType: maybe(256),
  allow: maybe(256),
  body: text(512),
});
const ssdp = fc.record({
  st: maybe(256),
  usn: maybe(256),
  server: maybe(256),
  location: fc.oneof(
    maybe(512),
    fc.constantFrom('http://192.168.1.1/x', 'http://[fd00::1]:80/', 'http://203.0.113.7/'),
  ),
});
const natPmp = fc.record({
  version: fc.integer(),
  opcode: fc.integer(),
  result: fc.integer(),
  epoch: fc.option(fc.integer()),
  externalAddress: fc.option(text(15)),
});
const evidence = fc.record(
  {
    http,
    login: http,
    sip,
    ssdp: fc.array(ssdp, { maxLength: 3 }),
    natPmp,
    banner: text(1024),
    from: text(64),
    fromPort5060: fc.boolean(),
    ended: fc.constantFrom('reset', 'closed'),
    detail: text(256),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Evidence>;

const identity: fc.Arbitrary<Identity> = fc.record({
  fingerprint: text(64),
  kind: fc.constantFrom(...IDENTITY_KINDS),
  label: text(256),
  model: fc.option(fc.oneof(text(64), fc.constant('SV9100'))),
  version: maybe(64),
  confidence: fc.constantFrom('certain', 'likely', 'possible'),
  basis: fc.array(text(512), { maxLength: 3 }),
});

const observation = fc.record({
  endpoint,
  probe: fc.oneof(fc.constantFrom('canary-tcp', 'canary-udp', 'http-get'), text(64)),
  state: fc.constantFrom(...STATES),
  reason: fc.constantFrom(...REASONS),
  rttMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
  tries: fc.nat(),
  atMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  evidence: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: evidence }),
  identity: fc.option(identity),
});

const address = fc.oneof(fc.ipV4(), fc.ipV6(), text(64));
const scope = fc.option(fc.constantFrom(...ADDRESS_SCOPES));
const asked = fc.constantFrom('answered', 'silent', 'error');
const source = fc.constantFrom(OUTSIDER, 'dealer', 'constructor', '__proto__');

/** Any survey that fits the model. */
export const anySurvey: fc.Arbitrary<Survey> = fc.record({
  target: fc.record({
    input: text(512),
    address: fc.option(address, { freq: 8 }),
    name: maybe(255),
    resolvedAt: fc.constantFrom(null, '2026-01-03T10:22:31.000Z'),
    scope,
    problem: fc.option(text(512), { freq: 1 }),
  }),
  vantage: fc.record({
    source,
    address: fc.option(address),
    scope,
    ownAddress: fc.boolean(),
    control: fc.option(fc.record({ endpoint: text(300), before: asked, after: fc.option(asked) })),
  }),
  startedAt: fc.constant('2026-01-03T10:22:31.000Z'),
  durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  interrupted: fc.boolean(),
  liveness: fc.record({
    srttMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    answers: fc.nat(),
    lost: fc.nat(),
    recheck: fc.array(
      fc.record({ endpoint, before: fc.constantFrom(...REASONS), after: fc.constantFrom(...REASONS) }),
      { maxLength: 3 },
    ),
  }),
  observations: fc.array(observation, { maxLength: 24 }),
  unlisted: fc.dictionary(
    fc.oneof(fc.constantFrom('closed/conn-refused', 'open|filtered/no-response', 'error/internal'), text(20)),
    fc.integer(),
    { maxKeys: 3 },
  ),
  errors: fc.array(fc.record({ unit: text(128), message: text(512) }), { maxLength: 2 }),
});

/** A survey from a sound vantage of a public address, whose check ran to its end and lost nothing. */
export const soundSurvey: fc.Arbitrary<Survey> = anySurvey.map((survey) => ({
  ...survey,
  target: { ...survey.target, address: '203.0.113.7', scope: 'public', problem: null },
  vantage: { ...survey.vantage, ownAddress: false, control: null },
  interrupted: false,
  liveness: { ...survey.liveness, recheck: [] },
  errors: [],
}));

const access = fc.constantFrom<Access>('must', 'may', 'must-not');

/** Profiles of the known services, with some moved, any access, and sources with any networks. */
export const anyProfile: fc.Arbitrary<Profile> = fc.record({
  name: text(128),
  title: text(128),
  description: fc.constant(''),
  file: fc.constant(null),
  sources: fc.dictionary(
    fc.constantFrom('dealer', 'constructor'),
    fc.record({
      title: text(128),
      cidrs: fc.array(fc.oneof(text(64), fc.constantFrom('198.51.100.0/24', '::/0', '1.2.3.4/99'))),
    }),
  ),
  services: fc
    .array(
      fc.record({
        endpoints: fc.option(fc.array(endpoint, { maxLength: 3 })),
        outsider: access,
        dealer: fc.option(access),
      }),
      {
        minLength: SERVICES.length,
        maxLength: SERVICES.length,
      },
    )
    .map((parts) =>
      SERVICES.map((service, index) => ({
        ...service,
        endpoints: parts[index]?.endpoints ?? service.endpoints,
        defaultEndpoints: service.endpoints,
        access: {
          [OUTSIDER]: parts[index]?.outsider ?? 'must-not',
          ...(parts[index]?.dealer ? { dealer: parts[index].dealer } : {}),
        },
      })),
    ),
  unlisted: access,
});
