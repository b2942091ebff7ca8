import { describe, expect, test } from '@jest/globals';
import { checklistState } from '../../src/site/checklist/checklist-state.js';
import type { Checklist, ChecklistAnswer, ChecklistItem, StoredAnswer } from '../../src/model/checklist.js';
import { renderChecklist, renderQuestion } from '../../src/reports/checklist-table.js';
import { displayWidth } from '../../src/words/layout.js';
import { createPaint } from '../../src/reports/paint.js';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const item = (id: string, change: Partial<ChecklistItem> = {}): ChecklistItem => ({
  ...{ id, title: `The ${id} are shut`, programs: [], rule: `No open ${id}.`, how: `Shut the ${id}.` },
  ...{ attestedBy: ['installer', 'dealer'], measuredBy: null, validDays: 365 },
  ...change,
});
const answer = (id: string, word: ChecklistAnswer, change: Partial<StoredAnswer> = {}): StoredAnswer => ({
  ...{ clientId: 'acme', checklist: 'own', item: id, answer: word, by: 'Ann', role: 'installer', note: '' },
  ...{ at: '2026-11-20T09:00:00.000Z', expiresAt: '2027-11-20T09:00:00.000Z' },
  ...change,
});

const own: Checklist = {
  name: 'own',
  title: 'Own',
  items: [
    item('doors', { programs: ['90-54-01', '90-54-02'] }),
    item('windows', { programs: ['90-02'] }),
    item('gates'),
    item('hatches'),
    item('flaps'),
    item('walls', { attestedBy: [], measuredBy: 'preinstall', validDays: 0 }),
  ],
};
const answers = [
  answer('doors', 'yes'),
  answer('windows', 'no', { note: 'one is broken' }),
  answer('gates', 'not-applicable', { note: 'there are none' }),
  answer('hatches', 'yes', { expiresAt: '2026-11-21T09:00:00.000Z' }),
];

const render = (checklist: Checklist, given: readonly StoredAnswer[], width = 80, color = false) =>
  renderChecklist('acme', checklist, checklistState(checklist, given, NOW), { width, paint: createPaint(color) });

test('every state is told in words: who, as whom, when, until when; what is open, with what to do and by whom', () => {
  expect(render(own, answers)).toBe(`acme: Own (own)

✔ attested    The doors are shut
              doors, programs 90-54-01, 90-54-02
              Ann, installer, on 2026-11-20, valid until 2027-11-20

✖ not done    The windows are shut
              windows, program 90-02
              Ann, installer, on 2026-11-20: one is broken
              To do: Shut the windows.
              Confirmed by: installer, dealer

– n/a         The gates are shut
              gates
              Ann, installer, on 2026-11-20, valid until 2027-11-20: there are
              none

? expired     The hatches are shut
              hatches
              Ann, installer, on 2026-11-20, was valid until 2026-11-21
              To do: Shut the hatches.
              Confirmed by: installer, dealer

? no answer   The flaps are shut
              flaps
              To do: Shut the flaps.
              Confirmed by: installer, dealer

· measured    The walls are shut
              walls
              Not asked: sallyport preinstall measures it

2 of 5 attested or not applicable, 1 not done, 1 expired, 1 without an answer; 1
measured instead of asked.
`);
});

test('colours change nothing but colours', () => {
  const colored = render(own, answers, 80, true);
  expect(colored).toContain('\u001b[');
  // eslint-disable-next-line no-control-regex
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(render(own, answers));
});

describe('what users and files say is escaped, and kept within the width', () => {
  const nasty = '\u001b[31mred\u0007 \u202egnp\u2028 \r\n' + 'long'.repeat(60);
  const bad: Checklist = {
    name: nasty,
    title: nasty,
    items: [item('a', { title: nasty, how: nasty, rule: nasty, programs: [nasty] })],
  };
  // eslint-disable-next-line no-control-regex
  const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/;

  test.each([80, 40])('%i columns', (width) => {
    const texts = [
      render(bad, [answer('a', 'no', { by: nasty, note: nasty })], width),
      renderQuestion(bad.items[0]!, '1 of 1', width),
    ];
    for (const text of texts) {
      expect(text).toContain('\\x1b[31mred');
      expect(text).not.toMatch(UNSAFE);
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    }
  });
});

test('a question tells what has to be so, and how to make it so', () => {
  expect(renderQuestion(own.items[0]!, '1 of 5', 80)).toBe(
    '\n1 of 5 The doors are shut\n  doors, programs 90-54-01, 90-54-02\n  No open doors.\n  How: Shut the doors.\n',
  );
});
