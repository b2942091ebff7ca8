import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAnswer } from '../../../src/files/checklists/checklist-answers.js';
import {
  type Checklist,
  CHECKLIST_ANSWERS,
  type ChecklistAnswer,
  type ChecklistItem,
  checklistStateSchema,
  type Role,
  ROLES,
  type StoredAnswer,
} from '../../../src/model/checklist.js';
import { checklistState } from '../../../src/site/checklist/checklist-state.js';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const DAY_MS = 86_400_000;

const item = (id: string, change: Partial<ChecklistItem> = {}): ChecklistItem => ({
  ...{ id, title: `Title of ${id}`, programs: ['90-02'], rule: 'rule', how: 'how' },
  ...{ attestedBy: ['installer', 'dealer'], measuredBy: null, validDays: 30 },
  ...change,
});
const checklist: Checklist = {
  name: 'own',
  title: 'Own',
  items: [
    item('first'),
    item('second', { validDays: 7 }),
    item('seen', { attestedBy: [], measuredBy: 'check', validDays: 0 }),
  ],
};

/** An answer given so many days ago. */
const give = (id: string, answer: ChecklistAnswer, daysAgo = 0, role: Role = 'installer'): StoredAnswer =>
  createAnswer(
    checklist,
    checklist.items.find((one) => one.id === id)!,
    { answer, note: 'noted' },
    { clientId: 'acme', by: 'Ann', role, now: new Date(NOW.getTime() - daysAgo * DAY_MS) },
  );

const states = (answers: readonly StoredAnswer[], now = NOW) =>
  checklistState(checklist, answers, now).items.map(({ state }) => state);

describe('an item is', () => {
  test.each([
    ['missing where nobody answered', [], 'missing'],
    ['attested by a yes', [give('first', 'yes')], 'attested'],
    ['refused by a no', [give('first', 'no')], 'refused'],
    ['not applicable where so answered', [give('first', 'not-applicable')], 'not-applicable'],
    ['missing where it is not known', [give('first', 'unknown')], 'missing'],
    ['attested until the answer ends', [give('first', 'yes', 30 - 1 / DAY_MS)], 'attested'],
    ['expired from then on', [give('first', 'yes', 30)], 'expired'],
    ['expired where it did not apply long ago', [give('first', 'not-applicable', 31)], 'expired'],
    ['refused for as long as nothing else is said', [give('first', 'no', 999)], 'refused'],
    ['what was said last: no', [give('first', 'yes', 2), give('first', 'no', 1)], 'refused'],
    ['what was said last: yes', [give('first', 'no', 2), give('first', 'yes', 1)], 'attested'],
    ['missing where somebody is no longer sure', [give('first', 'yes', 2), give('first', 'unknown', 1)], 'missing'],
    ['expired, however good it was before', [give('first', 'yes', 90), give('first', 'yes', 40)], 'expired'],
    ['missing where the one who said so cannot attest it', [give('first', 'yes', 0, 'customer')], 'missing'],
  ] satisfies [string, StoredAnswer[], string][])('%s', (_, answers, expected) => {
    expect(states(answers)).toEqual([expected, 'missing', 'measured']);
  });

  test('measured whatever anybody says', () => {
    expect(states([give('seen', 'yes'), give('seen', 'no')])).toEqual(['missing', 'missing', 'measured']);
  });
});

test('a state tells who said what, when, and until when it holds', () => {
  const [first, second, seen] = checklistState(checklist, [give('second', 'yes', 1)], NOW).items;
  expect(second).toEqual({
    ...{ id: 'second', title: 'Title of second', programs: ['90-02'], how: 'how', state: 'attested' },
    ...{ by: 'Ann', role: 'installer', note: 'noted', attestedBy: ['installer', 'dealer'] },
    ...{ at: '2026-11-21T12:00:00.000Z', expiresAt: '2026-11-28T12:00:00.000Z' },
  });
  const nobody = { by: null, role: null, at: null, expiresAt: null, note: '' };
  for (const one of [first, seen]) expect(one).toMatchObject(nobody);
});

test('each item has one state, which the last answer alone decides, and nobody is attested without a word', () => {
  const answer = fc.record({
    id: fc.constantFrom('first', 'second', 'seen', 'gone'),
    answer: fc.constantFrom(...CHECKLIST_ANSWERS),
    daysAgo: fc.integer({ min: 0, max: 60 }),
    role: fc.constantFrom(...ROLES),
  });
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 12 }), (given) => {
      const answers = given.map(({ id, ...rest }) => ({
        ...give('first', rest.answer, rest.daysAgo, rest.role),
        item: id,
      }));
      const state = checklistStateSchema.parse(checklistState(checklist, answers, NOW));
      expect(state.items.map(({ id }) => id)).toEqual(['first', 'second', 'seen']);
      const lastOnly = [...new Map(answers.map((one) => [one.item, one])).values()];
      expect(checklistState(checklist, lastOnly, NOW)).toEqual(state);
      for (const { id, state: is } of state.items) {
        const last = lastOnly.find((one) => one.item === id);
        if (is === 'attested') expect(last).toMatchObject({ answer: 'yes' });
      }
    }),
  );
});
