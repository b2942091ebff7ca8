import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadAnswers } from '../../../src/files/checklists/checklist-answers.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../../src/files/checklists/checklist.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { checklistStateSchema } from '../../../src/model/checklist.js';
import { checklistState } from '../../../src/site/checklist/checklist-state.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-checklist-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string) {
  const file = join(folder, 'own.yaml');
  await writeFile(file, text);
  return loadChecklist(file);
}

/** What is wrong with a checklist, without the file's name. */
async function problemsOf(text: string): Promise<string[]> {
  const error: unknown = await load(text).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message.split('\n').map((line) => line.replace(`${folder}/own.yaml:`, ''));
}

const ITEM = 'id: doors, title: Doors, rule: shut, how: shut them';

describe('the shipped checklist', () => {
  /** Every program of the maker's hardening that no packet shows. */
  const PROGRAMS = [
    ...['90-02', '90-02', '90-54-01', '90-54-02', '90-28', '47-02-01', '47-03', '21-04', '21-05', '21-06-01'],
    ...['21-05-01', '21-06'],
  ];

  test('has every program', async () => {
    const { items } = await loadChecklist(DEFAULT_CHECKLIST);
    expect(items.flatMap(({ programs }) => programs)).toEqual(PROGRAMS);
    // A program is named in words as well where it is to be used.
    for (const { programs, how } of items) for (const program of programs) expect(how).toContain(program);
  });

  test('has every item', async () => {
    const { name, items } = await loadChecklist(DEFAULT_CHECKLIST);
    expect(name).toBe(DEFAULT_CHECKLIST);
    expect(items.map(({ id, measuredBy }) => (measuredBy ? `${id}: ${measuredBy}` : id))).toEqual([
      ...['installer-account', 'installer-account-handed-over', 'admin-ports-moved', 'user-pro-passwords', 'web-users'],
      ...['voicemail-codes', 'unused-station-mailboxes', 'unused-group-mailboxes', 'find-me-follow-me', 'disa'],
      ...['inmail-restricted', 'international-table-assigned', 'international-table-entry', 'international-permits'],
      ...['carrier-restriction', 'upnp-off: preinstall', 'no-dmz: preinstall'],
      ...['sip-alg-off: preinstall', 'admin-pages-not-public: check', 'admin-https', 'remote-phones-protected'],
      ...['sip-credentials', 'mailbox-mail-reviewed', 'leavers'],
    ]);
  });

  test('tells the figures of the rules', async () => {
    const { items } = await loadChecklist(DEFAULT_CHECKLIST);
    const tell = (id: string) => {
      const item = items.find((one) => one.id === id);
      return `${item?.rule} ${item?.how}`;
    };
    expect(tell('installer-account')).toMatch(/at most 10 characters.*at most 8 out of 0 to 9, \* and #/);
    expect(tell('admin-ports-moved')).toMatch(/not on port 80 .* not on port 8000/);
    expect(tell('voicemail-codes')).toMatch(/4 digits.*More, Setup, Code; or 67, then 7/);
    for (const mailboxes of ['unused-station-mailboxes', 'unused-group-mailboxes'])
      expect(tell(mailboxes)).toMatch(/"Undefined" on an SL1100, or to "None" on an SL2100/);
    for (const id of ['inmail-restricted', 'international-table-assigned']) expect(tell(id)).toContain('class 15');
    expect(tell('international-table-entry')).toMatch(/Entry 01 of the table is 011/);
  });

  test('asks for nothing that is measured, and fits the report', async () => {
    const checklist = await loadChecklist(DEFAULT_CHECKLIST);
    for (const { attestedBy, measuredBy, validDays } of checklist.items) {
      expect(attestedBy.length > 0).toBe(measuredBy === null);
      expect(validDays > 0).toBe(measuredBy === null);
    }
    expect(checklistStateSchema.parse(checklistState(checklist, [], new Date())).items).toHaveLength(24);
  });

  test('names its schema', () => {
    const text = readFileSync(new URL('../../../profiles/checklists/nec-sl.yaml', import.meta.url), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/checklist\.schema\.json\n/);
  });
});

test('a checklist of one’s own is read from a file; an answer holds for a year where nothing is said', async () => {
  const text = `name: own\ntitle: Own\nitems:\n  - { ${ITEM}, attested-by: [customer] }\n  - { ${ITEM.replace('doors', 'b')}, measured-by: check }\n`;
  expect(await load(text)).toEqual({
    name: 'own',
    title: 'Own',
    items: [
      {
        ...{ id: 'doors', title: 'Doors', programs: [], rule: 'shut', how: 'shut them' },
        ...{ attestedBy: ['customer'], measuredBy: null, validDays: 365 },
      },
      {
        ...{ id: 'b', title: 'Doors', programs: [], rule: 'shut', how: 'shut them' },
        ...{ attestedBy: [], measuredBy: 'check', validDays: 0 },
      },
    ],
  });
});

describe('is refused with place and key:', () => {
  const own = (items: string) => `name: own\ntitle: Own\nitems:\n${items}\n`;
  test.each([
    [
      'two items of one id',
      own(`  - { ${ITEM}, measured-by: check }\n  - { ${ITEM}, measured-by: check }`),
      '5:7: items.doors.id: "doors" is given twice',
    ],
    ['an item that nobody stands for', own(`  - { ${ITEM} }`), '4:5: items.doors: give attested-by or measured-by'],
    [
      'an item that is measured and attested',
      own(`  - { ${ITEM}, measured-by: check, attested-by: [dealer] }`),
      '4:80: items.doors.attested-by: cannot be combined with measured-by',
    ],
    [
      'days of what is measured',
      own(`  - { ${ITEM}, measured-by: check, valid-days: 3 }`),
      '4:80: items.doors.valid-days: cannot be combined with measured-by',
    ],
    [
      'an unknown role',
      own(`  - { ${ITEM}, attested-by: [boss] }`),
      '4:74: items.doors.attested-by[0]: expected installer, dealer, customer, provider',
    ],
    ['nobody', own(`  - { ${ITEM}, attested-by: [] }`), '4:60: items.doors.attested-by: name someone'],
    ['a program that is none', own(`  - { ${ITEM}, attested-by: [dealer], programs: [902] }`), /programs\[0\]: /],
    [
      'an unknown key',
      own(`  - { ${ITEM}, attested-by: [dealer], valid-day: 3 }`),
      '4:83: items.doors.valid-day: unknown key (did you mean "valid-days"?)',
    ],
    [
      'no day at all',
      own(`  - { ${ITEM}, attested-by: [dealer], valid-days: 0 }`),
      '4:83: items.doors.valid-days: expected a number of days, 1 to 3650',
    ],
    ['no items', 'name: own\ntitle: Own\nitems: []\n', /^3:1: items: /],
    [
      'a bad id',
      own(`  - { ${ITEM.replace('doors', 'Doors!')}, attested-by: [dealer] }`),
      /^4:7: items\.id: expected a lower-case name/,
    ],
    [
      'controls',
      own(`  - { ${ITEM}, attested-by: [dealer], title: "a\\tb" }`).replace('title: Doors, ', ''),
      /control characters are not allowed/,
    ],
  ])('%s', async (_, text, expected) => {
    const [problem, ...others] = await problemsOf(text);
    expect(others).toEqual([]);
    if (typeof expected === 'string') expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  test('all at once', async () => {
    const problems = await problemsOf(own(`  - { ${ITEM} }\n  - { ${ITEM} }`));
    expect(problems).toHaveLength(3);
  });

  test('a name that none has', async () => {
    await expect(loadChecklist('nec-ls')).rejects.toThrow(
      'no checklist "nec-ls" (did you mean "nec-sl"?); there are nec-sl, and files, given with a path or .yaml ending',
    );
    await expect(loadChecklist('./none.yaml')).rejects.toThrow('./none.yaml: no such file');
  });
});

test('the examples of the documentation are valid', async () => {
  const text = readFileSync(new URL('../../../docs/checklist.md', import.meta.url), 'utf8');
  const [answers = '', own = ''] = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
  expect(await load(own)).toMatchObject({ name: 'own', items: [{ id: 'cabinet' }] });
  const file = join(folder, 'answers.yaml');
  await writeFile(file, answers);
  const context = { clientId: 'acme', by: undefined, role: undefined, now: new Date() };
  expect(await loadAnswers(file, await loadChecklist(DEFAULT_CHECKLIST), context)).toHaveLength(3);
});
