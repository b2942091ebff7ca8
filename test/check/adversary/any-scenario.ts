import fc from 'fast-check';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { SERVICES } from '../../../src/model/service.js';
import type { Adversary, Nature, TrueSite } from './simulated-site.js';

/** A site, who stands before it, and a seed of all chance. */
export interface Scenario {
  readonly site: TrueSite;
  readonly adversary: Adversary | null;
  readonly seed: number;
}

const ENDPOINTS: readonly EndpointId[] = SERVICES.filter(({ probed }) => probed).flatMap(({ endpoints }) => endpoints);

const openness = { kind: fc.constant('open' as const), speaks: fc.boolean() };
const promptlyOpen: fc.Arbitrary<Nature> = fc.record({ ...openness, lost: fc.constant(0), slowMs: fc.constant(0) });
const slowlyOpen: fc.Arbitrary<Nature> = fc.record({
  ...openness,
  lost: fc.constant(0),
  slowMs: fc.integer({ min: 1, max: 2_000 }),
});
const lossilyOpen: fc.Arbitrary<Nature> = fc.record({ ...openness, lost: fc.constant(1), slowMs: fc.constant(0) });
const shut: fc.Arbitrary<Nature> = fc.record({ kind: fc.constantFrom('refused' as const, 'silent' as const) });

function anySite(open: fc.Arbitrary<Nature> | null, loss = 0): fc.Arbitrary<TrueSite> {
  const some = (nature: fc.Arbitrary<Nature>, max: number): fc.Arbitrary<TrueSite['endpoints']> =>
    fc.dictionary(fc.constantFrom(...ENDPOINTS), nature, { maxKeys: max });
  const none = fc.constant<TrueSite['endpoints']>({});
  return fc
    .record({
      rttMs: fc.integer({ min: 1, max: 500 }),
      pings: fc.boolean(),
      shut: fc.oneof(none, some(shut, 8)),
      open: open ? fc.oneof({ weight: 1, arbitrary: none }, { weight: 4, arbitrary: some(open, 3) }) : none,
      others: fc.constantFrom('refused' as const, 'silent' as const),
      refusal: fc.constantFrom('reset' as const, 'port-unreach' as const, 'admin-prohibited' as const),
      limitsIcmp: fc.boolean(),
      loss: fc.constant(loss),
    })
    .map(({ shut: closed, open: opened, ...site }) => ({ ...site, endpoints: { ...closed, ...opened } }));
}

const anyTrigger: fc.Arbitrary<Adversary['trigger']> = fc.oneof(
  fc.record({ by: fc.constant('flows' as const), after: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ by: fc.constant('flows' as const), after: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ by: fc.constant('time' as const), afterMs: fc.integer({ min: 1, max: 6_000 }) }),
  fc.record({
    by: fc.constant('rate' as const),
    perSecond: fc.integer({ min: 1, max: 10 }),
    burst: fc.integer({ min: 1, max: 12 }),
  }),
);

const ANSWERS = ['drop', 'port-unreach', 'host-unreach', 'admin-prohibited'] as const;

/** A ban goes on to the end: what one hid that is over before the check is, nobody can tell from one place. */
const anyAdversary: fc.Arbitrary<Adversary> = fc.record({
  trigger: anyTrigger,
  tcp: fc.constantFrom(...ANSWERS, 'reset' as const),
  udp: fc.constantFrom(...ANSWERS, 'pass' as const),
  sparesPing: fc.boolean(),
  near: fc.constantFrom(0.1, 0.9, 1),
});

/** Any site, and any who shuts us out of it. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  site: anySite(fc.oneof(promptlyOpen, slowlyOpen, lossilyOpen)),
  adversary: anyAdversary,
  seed: fc.nat(),
});

/** Any site of which nobody shuts us out, and on which what is open answers at once. */
export const calmScenario: fc.Arbitrary<Scenario> = fc.record({
  site: anySite(promptlyOpen),
  adversary: fc.constant(null),
  seed: fc.nat(),
});

/** Any site on which nothing is open, behind a line that loses packets. */
export const lossyScenario: fc.Arbitrary<Scenario> = fc.record({
  site: anySite(null, 0.01),
  adversary: fc.constant(null),
  seed: fc.nat(),
});

/** A silent site with something open that is asked late, before which all is refused after the first few flows. */
export const soonRefusedScenario: fc.Arbitrary<Scenario> = fc.record({
  site: fc.record({
    ...{ rttMs: fc.integer({ min: 1, max: 100 }), pings: fc.boolean(), loss: fc.constant(0) },
    endpoints: fc.constant({ 'tcp/60010': { kind: 'open' as const, lost: 0, slowMs: 0, speaks: false } }),
    ...{ others: fc.constant('silent' as const), refusal: fc.constant('reset' as const), limitsIcmp: fc.boolean() },
  }),
  adversary: fc.record({
    trigger: fc.record({ by: fc.constant('flows' as const), after: fc.integer({ min: 2, max: 4 }) }),
    tcp: fc.constantFrom('reset' as const, 'port-unreach' as const),
    ...{ udp: fc.constant('port-unreach' as const), sparesPing: fc.boolean(), near: fc.constantFrom(0.1, 1) },
  }),
  seed: fc.nat(),
});
