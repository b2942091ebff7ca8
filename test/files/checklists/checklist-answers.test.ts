import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AnswersContext, loadAnswers } from '../../../src/files/checklists/checklist-answers.js';
import { InputError } from '../../../src/files/text/input-error.js';
import type { Checklist } from '../../../src/model/checklist.js';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const texts = { programs: [], rule: 'rule', how: 'how' };
const checklist: Checklist = {
  name: 'own',
  title: 'Own',
  items: [
    { id: 'doors', title: 'Doors', ...texts, attestedBy: ['installer', 'dealer'], measuredBy: null, validDays: 30 },
    { id: 'windows', title: 'Windows', ...texts, attestedBy: ['installer'], measuredBy: null, validDays: 7 },
    { id: 'keys', title: 'Keys', ...texts, attestedBy: ['customer', 'dealer'], measuredBy: null, validDays: 7 },
    { id: 'walls', title: 'Walls', ...texts, attestedBy: [], measuredBy: 'check', validDays: 0 },
  ],
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-answers-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string, given: Partial<AnswersContext> = {}) {
  const file = join(folder, 'answers.yaml');
  await writeFile(file, text);
  return loadAnswers(file, checklist, { clientId: 'acme', by: undefined, role: undefined, now: NOW, ...given });
}

async function problemsOf(text: string): Promise<string[]> {
  const error: unknown = await load(text).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message.split('\n').map((line) => line.replace(`${folder}/answers.yaml:`, ''));
}

test('answers are read in short and with a note; each holds for the days of its item', async () => {
  const text = 'by: Ann\nrole: installer\nanswers:\n  doors: yes\n  windows: { answer: na, note: there are none }\n';
  const common = { clientId: 'acme', checklist: 'own', by: 'Ann', role: 'installer', at: NOW.toISOString() };
  expect(await load(text)).toEqual([
    { ...common, item: 'doors', answer: 'yes', note: '', expiresAt: '2026-12-22T12:00:00.000Z' },
    {
      ...common,
      item: 'windows',
      answer: 'not-applicable',
      note: 'there are none',
      expiresAt: '2026-11-29T12:00:00.000Z',
    },
  ]);
});

test.each([
  ['yes', 'yes'],
  ['no', 'no'],
  ['na', 'not-applicable'],
  ['unknown', 'unknown'],
])('%s is %s', async (word, answer) => {
  expect(await load(`by: Ann\nrole: dealer\nanswers: { doors: ${word} }\n`)).toMatchObject([{ answer }]);
});

test('who answers may be given besides, and counts for more than the file', async () => {
  const answers = 'answers: { keys: yes }\n';
  const bob = { by: 'Bob', role: 'customer' } as const;
  expect(await load(answers, bob)).toMatchObject([bob]);
  expect(await load(`by: Ann\nrole: installer\n${answers}`, bob)).toMatchObject([bob]);
});

describe('is refused with place and key:', () => {
  const head = 'by: Ann\nrole: installer\nanswers:\n';
  test.each([
    [
      'an item that is none',
      `${head}  door: yes\n`,
      '4:3: answers.door: checklist own has no item "door" (did you mean "doors"?)',
    ],
    ['what is measured', `${head}  walls: yes\n`, '4:3: answers.walls: is measured by sallyport check, not attested'],
    [
      'what others have to attest',
      `${head}  keys: yes\n`,
      '4:3: answers.keys: cannot be attested as installer, only as customer or dealer',
    ],
    [
      'a word that is none',
      `${head}  doors: perhaps\n`,
      '4:3: answers.doors: expected yes, no, na (does not apply) or unknown',
    ],
    ['a switch', `${head}  doors: true\n`, '4:3: answers.doors: expected yes, no, na (does not apply) or unknown'],
    [
      'a word that is none, with a note',
      `${head}  doors: { answer: si, note: x }\n`,
      '4:12: answers.doors.answer: expected yes, no, na (does not apply) or unknown',
    ],
    [
      'a note without an answer',
      `${head}  doors: { note: x }\n`,
      '4:3: answers.doors.answer: expected yes, no, na (does not apply) or unknown',
    ],
    ['an unknown key', `${head}  doors: { answer: yes, notes: x }\n`, /^4:25: answers\.doors\.notes: unknown key/],
    ['a key of the file that is none', `bye: Ann\n${head}  doors: yes\n`, '1:1: bye: unknown key (did you mean "by"?)'],
    [
      'a role that is none',
      head.replace('installer', 'boss') + '  doors: yes\n',
      '2:1: role: expected installer, dealer, customer, provider',
    ],
    ['nobody', 'role: dealer\nanswers: { doors: yes }\n', '1:1: who answers? give the key "by" or the option by'],
    ['no role', 'by: Ann\nanswers: { doors: yes }\n', '1:1: as whom? give the key "role" or the option role'],
    ['no answers', 'by: Ann\nrole: dealer\n', '1:1: key "answers" is missing'],
    ['an item that is answered twice', `${head}  doors: yes\n  doors: no\n`, '5:3: key "doors" is given twice'],
  ])('%s', async (_, text, expected) => {
    const [problem, ...others] = await problemsOf(text);
    expect(others).toEqual([]);
    if (typeof expected === 'string') expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  test('all at once, and nothing is taken', async () => {
    const problems = await problemsOf(`${head}  doors: yes\n  walls: no\n  keys: yes\n  constructor: yes\n`);
    expect(problems.map((line) => line.slice(0, 3))).toEqual(['5:3', '6:3', '7:3']);
  });
});
