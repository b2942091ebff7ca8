import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Endpoint, type EndpointId, endpointId, parseEndpointId } from '../../../src/model/endpoint.js';
import type { Profile, ProfileService } from '../../../src/model/profile.js';
import { SERVICES } from '../../../src/model/service.js';
import {
  chooseMovedSearch,
  createPlanner,
  LIKELIEST_MOVED_PORTS,
  LIKELY_MOVED_PORTS,
  type PlannedProbe,
} from '../../../src/check/probes/plan.js';
import { chooseProbe } from '../../../src/check/probes/registry.js';

const port = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }),
  fc.integer({ min: 30_000, max: 30_020 }),
  fc.constantFrom(80, 2_000, 5_060),
);
const endpoint: fc.Arbitrary<Endpoint> = fc.record({ transport: fc.constantFrom('tcp', 'udp'), port });
const ports = fc.uniqueArray(endpoint, { selector: endpointId, maxLength: 40 });
/** Draws that often hit the ports on which the services and ports above crowd. */
const random = fc.integer().map((seed) => {
  const draw = createRandom(seed);
  return () => (draw() < 0.5 ? draw() : (10_000.5 + Math.floor(draw() * 21)) / 41_000);
});

/** The shipped services, some of them moved or added elsewhere. */
const profile: fc.Arbitrary<Profile> = fc
  .array(fc.option(fc.array(endpoint, { minLength: 1, maxLength: 3 })), {
    minLength: SERVICES.length,
    maxLength: SERVICES.length,
  })
  .map((moved) => buildProfile(moved.map((endpoints) => endpoints?.map(endpointId) ?? null)));

const options = fc.record(
  { profile, ports, findMoved: fc.constantFrom('likely', 'likeliest', 'none') },
  { requiredKeys: ['profile'] },
);

function buildProfile(moved: readonly (readonly EndpointId[] | null)[] = []): Profile {
  const services = SERVICES.map((service, k): ProfileService => {
    const endpoints: readonly EndpointId[] = moved[k] ?? service.endpoints;
    return { ...service, endpoints, defaultEndpoints: service.endpoints, access: {} };
  });
  return { name: 'x', title: '', description: '', file: null, sources: {}, services, unlisted: 'must-not' };
}

/** A linear congruential generator: random numbers that a failing test can repeat. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

const isCanary = ({ probe }: PlannedProbe): boolean => probe.id.startsWith('canary-');
const listServiceEndpoints = ({ services }: Profile): EndpointId[] => [
  ...services.flatMap(({ endpoints }) => endpoints),
  ...SERVICES.flatMap(({ endpoints }) => endpoints as readonly EndpointId[]),
];

describe('createPlanner', () => {
  test('looks at each endpoint once, with a probe of its transport', () => {
    fc.assert(
      fc.property(options, random, (given, draw) => {
        const plan = createPlanner(given)(draw);
        expect(new Set(plan.map(({ endpoint: id }) => id)).size).toBe(plan.length);
        expect(plan.map(({ endpoint: id }) => parseEndpointId(id))).toEqual(
          plan.map(({ port: number, probe }) => ({ transport: probe.transport, port: number })),
        );
      }),
    );
  });

  test('never puts a canary on the endpoint of a service', () => {
    fc.assert(
      fc.property(options, random, (given, draw) => {
        const taken = new Set(listServiceEndpoints(given.profile));
        for (const { endpoint: id } of createPlanner(given)(draw).filter(isCanary)) expect(taken).not.toContain(id);
      }),
    );
  });

  test('has three random TCP canaries and two of UDP, and tcp/2000 where nothing else is there', () => {
    fc.assert(
      fc.property(options, random, (given, draw) => {
        const canaries = createPlanner(given)(draw).filter(isCanary);
        const high = canaries.filter(({ port: number }) => number >= 20_000 && number <= 60_999);
        expect(high.filter(({ probe }) => probe.id === 'canary-tcp')).toHaveLength(3);
        expect(high.filter(({ probe }) => probe.id === 'canary-udp')).toHaveLength(2);
        const rest = canaries.filter((canary) => !high.includes(canary)).map(({ endpoint: id }) => id);
        const used = [...listServiceEndpoints(given.profile), ...(given.ports ?? []).map(endpointId)];
        expect(rest).toEqual(used.includes('tcp/2000') ? [] : ['tcp/2000']);
      }),
    );
  });

  test("covers the profile's services and the makers' places of them, or the ports given instead", () => {
    fc.assert(
      fc.property(options, random, (given, draw) => {
        const planned = new Set(createPlanner(given)(draw).map(({ endpoint: id }) => id));
        const wanted =
          given.ports?.map(endpointId) ??
          given.profile.services
            .filter(({ probed }) => probed)
            .flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints]);
        const places = { likely: LIKELY_MOVED_PORTS, likeliest: LIKELIEST_MOVED_PORTS, none: [] };
        const moved = places[given.findMoved ?? 'none'].map((number) => endpointId({ transport: 'tcp', port: number }));
        expect([...wanted, ...moved].filter((id) => !planned.has(id))).toEqual([]);
      }),
    );
  });

  test('plans nothing besides that', () => {
    fc.assert(
      fc.property(profile, ports, random, (given, only, draw) => {
        const plan = createPlanner({ profile: given, ports: only, canaries: false })(draw);
        expect(plan.map(({ endpoint: id }) => id).sort()).toEqual(only.map(endpointId).sort());
      }),
    );
  });

  test.each([
    [undefined, { single: true }, 'likely'],
    [undefined, { single: false }, 'likeliest'],
    [undefined, { single: true, ports: true }, 'none'],
    [true, { single: false, ports: true }, 'likely'],
    [false, { single: true }, 'none'],
  ] as const)('where --find-moved is %s, of %j: looks for moved administration in %s places', (given, of, search) => {
    expect(chooseMovedSearch(given, of)).toBe(search);
  });

  test('the likeliest places are among the likely ones', () => {
    expect(LIKELY_MOVED_PORTS).toEqual(expect.arrayContaining([...LIKELIEST_MOVED_PORTS]));
  });

  test('asks each service in its own protocol, wherever it was moved', () => {
    const moved = SERVICES.map(({ id }) => (id === 'dim' ? (['tcp/34567'] as const) : null));
    const plan = createPlanner({ profile: buildProfile(moved), canaries: false })();
    const probeOf = (id: EndpointId) => plan.find(({ endpoint: planned }) => planned === id)?.probe.id;
    expect([probeOf('tcp/34567'), probeOf('tcp/5963'), probeOf('tcp/80')]).toEqual([
      'dim-prompt',
      'dim-prompt',
      'http-get',
    ]);
    expect([probeOf('udp/5060'), probeOf('udp/1900')]).toEqual(['sip-options-udp', 'ssdp-search']);
    expect(plan.some(({ endpoint: id }) => id === 'udp/10020')).toBe(false);
  });

  test('asks what matters first, at random within each kind, and canaries last', () => {
    const draw = createRandom(7);
    const given = buildProfile();
    const kindOf = new Map(given.services.flatMap(({ endpoints, kind }) => endpoints.map((id) => [id, kind])));
    const plans = Array.from({ length: 200 }, () => createPlanner({ profile: given, findMoved: 'likely' })(draw));
    const order = ['admin', 'sip', 'other', 'moved', 'canary'];
    for (const plan of plans) {
      const ranks = plan.map((one) => {
        const kind = kindOf.get(one.endpoint) ?? 'moved';
        return order.indexOf(isCanary(one) ? 'canary' : order.includes(kind) ? kind : 'other');
      });
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }
    const admin = [...kindOf].filter(([, kind]) => kind === 'admin').map(([id]) => id);
    expect(new Set(plans.map(([first]) => first!.endpoint))).toEqual(new Set(admin));
  });

  test('draws canaries that differ from target to target', () => {
    const draw = createRandom(7);
    const given = buildProfile();
    const plans = Array.from({ length: 400 }, () => createPlanner({ profile: given })(draw));
    const canaries = new Set(plans.flatMap((plan) => plan.filter(isCanary).map(({ endpoint: id }) => id)));
    expect(canaries.size).toBeGreaterThan(1_900);
  });

  test('still has canaries where all ports are looked at: they take the place of other probes, not of services', () => {
    const all = Array.from({ length: 65_535 }, (_, k): Endpoint => ({ transport: 'tcp', port: k + 1 }));
    const plan = createPlanner({ profile: buildProfile(), ports: all })(createRandom(1));
    expect(plan).toHaveLength(65_535 + 2);
    expect(plan.filter(({ probe }) => probe.id === 'canary-tcp')).toHaveLength(3);
    for (const service of ['tcp/80', 'tcp/5060'] as const) {
      expect(plan.find(({ endpoint: id }) => id === service)?.probe.id).not.toMatch(/^canary/);
    }
  });

  test('ends whatever the numbers that it draws', () => {
    for (const number of [0, 0.5, 1 - 2 ** -32]) {
      const plan = createPlanner({ profile: buildProfile() })(() => number);
      expect(plan.filter(isCanary).length).toBeGreaterThanOrEqual(2);
      for (const { port: drawn } of plan) expect(drawn).toBeLessThanOrEqual(65_535);
    }
  });

  test('looks up services as the registry does', () => {
    const given = buildProfile();
    for (const { endpoint: id, probe } of createPlanner({ profile: given, canaries: false })()) {
      const service = given.services.find(({ endpoints }) => endpoints.includes(id))!;
      expect(probe).toBe(chooseProbe(probe.transport, service.id));
    }
  });
});
