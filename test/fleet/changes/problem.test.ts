import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findProblem } from '../../../src/fleet/changes/problem.js';
import { CHANGE_KINDS, type ChangeKind, type StoredChange } from '../../../src/model/change.js';
import { change } from '../alerts/samples.js';

const AT = (id: number) => new Date(Date.UTC(2026, 0, id)).toISOString();
const stored = (id: number, kind: ChangeKind, { key = 'k', alerted = true } = {}): StoredChange => ({
  ...{ ...change({ kind, key }), clientId: 'c', slot: 's', sweepId: id },
  ...{ id, at: AT(id), alerted },
});
const find = (kind: ChangeKind, ...history: StoredChange[]) => findProblem(change({ kind, key: 'k' }), AT(20), history);

test.each<[string, ReturnType<typeof find>, string | null, boolean | null]>([
  ['begins with itself', find('exposed'), AT(20), true],
  [
    'begins with the first since its last end',
    find('resolved', stored(4, 'exposed'), stored(3, 'exposed'), stored(2, 'resolved'), stored(1, 'exposed')),
    AT(3),
    false,
  ],
  ['goes on out of sight', find('resolved', stored(2, 'lost-sight'), stored(1, 'exposed')), AT(1), false],
  ['begins anew after its end', find('exposed', stored(2, 'resolved'), stored(1, 'exposed')), AT(20), true],
  [
    'ends what was told, not what was held back',
    find(
      'resolved',
      stored(3, 'exposed', { alerted: false }),
      stored(2, 'resolved', { alerted: false }),
      stored(1, 'exposed'),
    ),
    AT(1),
    false,
  ],
  ['is not that of another thing', find('resolved', stored(1, 'exposed', { key: 'other' })), null, null],
  ['is none for another address', find('address-changed', stored(1, 'exposed')), null, null],
])('a problem %s', (_, problem, openedAt, isOpening) => {
  expect(problem && { openedAt: problem.openedAt, isOpening: problem.isOpening }).toEqual(
    openedAt === null ? null : { openedAt, isOpening },
  );
});

test('what was held back and is told later belongs to what was told before it', () => {
  const held = stored(4, 'resolved', { alerted: false });
  expect(findProblem(held, AT(20), [held, stored(3, 'exposed'), stored(5, 'exposed')])).toMatchObject({
    openedAt: AT(3),
  });
});

test('the opening is always a beginning of the same thing, whatever the history', () => {
  const history = fc
    .array(
      fc.record({ kind: fc.constantFrom(...CHANGE_KINDS), key: fc.constantFrom('k', 'l'), alerted: fc.boolean() }),
      { maxLength: 12 },
    )
    .map((all) => all.map(({ kind, ...given }, index) => stored(index + 1, kind, given)));
  fc.assert(
    fc.property(fc.constantFrom(...CHANGE_KINDS), history, (kind, all) => {
      const problem = find(kind, ...all);
      if (problem)
        expect([problem.opening.kind, problem.opening.key]).toEqual([
          expect.stringMatching(/^(?:exposed|service-lost)$/),
          'k',
        ]);
      if (['exposed', 'service-lost'].includes(kind)) expect(problem).not.toBeNull();
    }),
  );
});
