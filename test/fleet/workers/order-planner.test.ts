import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OrderPlanner } from '../../../src/fleet/workers/order-planner.js';

const lookAt = (address: string) => ({ target: { address } });
const networkOf = (address: string) => address.slice(0, address.lastIndexOf('.'));

const addresses = fc.tuple(fc.nat(4), fc.nat(255)).map(([net, host]) => `198.51.${net}.${host}`);

test('each look is ordered once, and no network is in two orders at a time', () => {
  const steps = fc.array(
    fc.oneof(fc.record({ add: addresses }), fc.constant('order' as const), fc.record({ end: fc.nat() })),
    {
      maxLength: 200,
    },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), (all, most) => {
      const planner = new OrderPlanner<ReturnType<typeof lookAt>>(most);
      const out = new Map<string, string[]>();
      const [added, ordered]: [string[], string[]] = [[], []];
      let made = 0;
      const order = (): number => {
        const looks = planner.next(`order ${(made += 1)}`).map(({ target }) => target.address);
        expect(looks.length).toBeLessThanOrEqual(most);
        const busy = new Set([...out.values()].flat().map(networkOf));
        expect(looks.filter((address) => busy.has(networkOf(address)))).toEqual([]);
        if (looks.length > 0) out.set(`order ${made}`, looks);
        ordered.push(...looks);
        return looks.length;
      };
      const end = (at: number): void => {
        const name = [...out.keys()][at % Math.max(1, out.size)];
        if (name === undefined) return;
        out.delete(name);
        planner.done(name);
      };
      for (const step of all) {
        if (step === 'order') order();
        else if ('add' in step) {
          added.push(step.add);
          planner.add(lookAt(step.add));
        } else end(step.end);
        expect(planner.waiting).toBe(added.length - ordered.length);
        expect(planner.out).toBe(out.size);
      }
      // All of them are ordered once orders end.
      while (out.size > 0) end(0);
      while (order() > 0) end(0);
      expect(ordered.sort()).toEqual(added.sort());
    }),
  );
});

test('an order of someone before keeps its networks to itself until it is done', () => {
  const planner = new OrderPlanner<ReturnType<typeof lookAt>>(8);
  planner.noteOut('before', [lookAt('198.51.100.1')]);
  planner.add(lookAt('198.51.100.2'));
  planner.add(lookAt('203.0.113.2'));
  expect(planner.next('one').map(({ target }) => target.address)).toEqual(['203.0.113.2']);
  expect(planner.next('two')).toEqual([]);
  planner.done('before');
  expect(planner.next('three').map(({ target }) => target.address)).toEqual(['198.51.100.2']);
});
