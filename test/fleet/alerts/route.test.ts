import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routeEvent } from '../../../src/fleet/alerts/route.js';
import type { Route } from '../../../src/fleet/alerts/alert-config-schema.js';
import { CHANGE_KINDS } from '../../../src/model/change.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { change, clientEvent, operatorEvent } from './samples.js';

const route = (partial: Partial<Route>): Route => ({ to: ['main'], severity: 'info', mode: 'immediate', ...partial });
const routed = (routes: readonly Route[], event = clientEvent()) =>
  routeEvent({ routes, operator: { to: ['ops'] } }, event);

const critical = change({ severity: 'critical', kind: 'exposed', key: 'c' });
const low = change({ severity: 'low', kind: 'resolved', key: 'l' });

describe('routeEvent', () => {
  test.each<[string, Partial<Route>, boolean]>([
    ['everything', {}, true],
    ['the same severity', { severity: 'critical' }, true],
    ['the group', { groups: ['basel', 'zurich'] }, true],
    ['another group', { groups: ['basel'] }, false],
    ['the tag', { tags: ['silver', 'gold'] }, true],
    ['another tag', { tags: ['silver'] }, false],
    ['the kind', { kinds: ['exposed'] }, true],
    ['another kind', { kinds: ['resolved', 'service-lost'] }, false],
    ['group, but not tag', { groups: ['zurich'], tags: ['silver'] }, false],
  ])('%s', (_, partial, heard) => {
    expect(routed([route(partial)])).toEqual(
      heard ? [{ channel: 'main', mode: 'immediate', event: clientEvent() }] : [],
    );
  });

  test('a client without group is in none', () => {
    expect(routed([route({ groups: ['zurich'] })], clientEvent({ client: { group: null } }))).toEqual([]);
  });

  test('only the changes that are wanted are told', () => {
    const event = clientEvent({ changes: [low, critical] });
    expect(routed([route({ severity: 'high' })], event)).toMatchObject([{ event: { changes: [critical] } }]);
    expect(routed([route({ kinds: ['resolved'] })], event)).toMatchObject([{ event: { changes: [low] } }]);
    expect(routed([route({ severity: 'high', kinds: ['resolved'] })], event)).toEqual([]);
  });

  test('a channel of several routes gets one message, at once where one wants that', () => {
    const event = clientEvent({ changes: [low, critical] });
    const routes = [
      route({ mode: 'digest', to: ['main', 'other'], kinds: ['resolved'] }),
      route({ severity: 'high', to: ['main', 'main'] }),
      route({ groups: ['basel'], to: ['basel'] }),
    ];
    expect(routed(routes, event)).toEqual([
      { channel: 'main', mode: 'immediate', event },
      { channel: 'other', mode: 'digest', event: { ...event, changes: [low] } },
    ]);
  });

  test('trouble of our own goes to the operator alone, at once', () => {
    const config = { routes: [route({})], operator: { to: ['ops', 'main', 'ops'] } };
    expect(routeEvent(config, operatorEvent)).toEqual(
      ['ops', 'main'].map((channel) => ({ channel, mode: 'immediate', event: operatorEvent })),
    );
  });

  test('for any routes: one entry a channel, exactly the changes that some route wants', () => {
    const someOf = <T>(values: readonly T[]) =>
      fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
    const anyRoute = fc.record({
      to: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
      severity: fc.constantFrom(...SEVERITIES),
      groups: someOf(['g', 'h']),
      tags: someOf(['s', 't']),
      kinds: someOf(CHANGE_KINDS),
      mode: fc.constantFrom('immediate' as const, 'digest' as const),
    }) as fc.Arbitrary<Route>;
    const anyChange = fc
      .tuple(fc.constantFrom(...CHANGE_KINDS), fc.constantFrom(...SEVERITIES), fc.nat())
      .map(([kind, severity, key]) => change({ kind, severity, key: String(key) }));
    const anyEvent = fc
      .tuple(fc.constantFrom('g', 'h', 'i', null), fc.subarray(['s', 't', 'u']), fc.array(anyChange, { maxLength: 6 }))
      .map(([group, tags, changes]) => clientEvent({ client: { group, tags }, changes }));
    fc.assert(
      fc.property(fc.array(anyRoute, { maxLength: 6 }), anyEvent, (routes, event) => {
        const entries = routed(routes, event);
        expect(new Set(entries.map(({ channel }) => channel)).size).toBe(entries.length);
        for (const channel of ['a', 'b', 'c']) {
          const wanting = (one: (typeof event.changes)[number]) =>
            routes.filter(
              ({ to, severity, groups, tags, kinds }) =>
                to.includes(channel) &&
                SEVERITIES.indexOf(one.severity) <= SEVERITIES.indexOf(severity) &&
                (groups === undefined || groups.some((group) => group === event.client.group)) &&
                (tags === undefined || tags.some((tag) => event.client.tags.includes(tag))) &&
                (kinds === undefined || kinds.includes(one.kind)),
            );
          const wanted = event.changes.filter((one) => wanting(one).length > 0);
          const entry = entries.find((found) => found.channel === channel);
          expect(entry?.event).toEqual(wanted.length > 0 ? { ...event, changes: wanted } : undefined);
          const modes = wanted.flatMap((one) => wanting(one).map(({ mode }) => mode));
          if (entry) expect(entry.mode).toBe(modes.includes('immediate') ? 'immediate' : 'digest');
        }
      }),
    );
  });
});
