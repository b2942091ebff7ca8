import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/fleet/store/open-store.js';
import { checklistStateSchema } from '../../src/model/checklist.js';
import { createFiles, runHere, sallyport } from './run.js';

const files = createFiles();

let stores = 0;
const newStore = () => join(files.directory, `checklist-${++stores}`, 'store.sqlite');

const item = (id: string, by: string) =>
  `  - { id: ${id}, title: The ${id}, rule: shut, how: shut them, attested-by: [${by}], valid-days: 30 }\n`;
const own = files.write(
  'own.yaml',
  `name: own\ntitle: Own\nitems:\n${item('doors', 'installer, dealer')}${item('keys', 'customer')}` +
    '  - { id: walls, title: The walls, rule: stand, how: build, measured-by: check }\n',
);
const byAnn = files.write('ann.yaml', 'by: Ann\nrole: installer\nanswers: { doors: yes }\n');
const byBob = files.write(
  'bob.yaml',
  'by: Bob\nrole: customer\nanswers:\n  keys: { answer: na, note: there are none }\n',
);

const checklist = (store: string, ...args: readonly string[]) =>
  runHere(['checklist', '--client', 'acme', '--checklist', own, '--store', store, ...args]);

/** Text as it was before it was broken into lines. */
const joinLines = (text: string) => text.replace(/\s+/g, ' ');

/** The states of all items, by id. */
async function states(store: string): Promise<Record<string, string>> {
  const { stdout } = await checklist(store, '--show', '--format', 'json');
  const { client, ...state } = JSON.parse(stdout) as { client: string };
  expect(client).toBe('acme');
  return Object.fromEntries(checklistStateSchema.parse(state).items.map((one) => [one.id, one.state]));
}

test('answers of several people from files make a whole; the exit code says how it stands', async () => {
  const store = newStore();
  const first = await checklist(store, '--answers', byAnn);
  expect(first).toMatchObject({ code: 3, stderr: '' });
  expect(joinLines(first.stdout)).toContain(
    '1 of 2 attested or not applicable, 1 without an answer; 1 measured instead of asked.',
  );
  expect(await checklist(store, '--answers', byBob)).toMatchObject({ code: 0, stderr: '' });
  expect(await states(store)).toEqual({ doors: 'attested', keys: 'not-applicable', walls: 'measured' });
  const no = files.write('no.yaml', 'answers: { doors: { answer: no, note: left open } }\n');
  const refused = await checklist(store, '--answers', no, '--by', 'Cy', '--role', 'dealer');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/not done .*The doors\n.*doors\n +Cy, dealer, on \d{4}-\d\d-\d\d: left open\n/);
  const shown = await checklist(store, '--show');
  expect(shown).toEqual({ ...refused, code: 1 });
});

test('answers that have run out end with 3', async () => {
  const path = newStore();
  const store = await openStore(path);
  const old = { clientId: 'acme', checklist: 'own', by: 'Ann', answer: 'yes', note: '' } as const;
  const times = { at: '2026-01-01T00:00:00.000Z', expiresAt: '2026-02-01T00:00:00.000Z' };
  await store.addAnswers([
    { ...old, item: 'doors', role: 'dealer', ...times },
    { ...old, item: 'keys', role: 'customer', ...times, expiresAt: '2999-01-01T00:00:00.000Z' },
  ]);
  await store.close();
  expect((await checklist(path, '--show')).code).toBe(3);
  expect(await states(path)).toMatchObject({ doors: 'expired', keys: 'attested' });
});

test('as a user runs it: the shipped checklist, a client that nothing is known of, a store that is made', async () => {
  const store = newStore();
  const answers = files.write('nec.yaml', 'by: Ann\nrole: installer\nanswers: { inmail-restricted: yes }\n');
  const args = ['checklist', '--client', 'acme', '--answers', answers, '--store', store];
  const { code, stdout, stderr } = await sallyport(args);
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(stdout).toMatch(/✔ attested {4}The InMail ports .*\n +inmail-restricted, program 21-04\n/);
  expect(joinLines(stdout)).toContain(
    '1 of 20 attested or not applicable, 19 without an answer; 4 measured instead of asked.',
  );
});

describe('is refused, and nothing is stored:', () => {
  const bad = files.write('bad.yaml', 'by: Ann\nrole: installer\nanswers:\n  doors: yes\n  keys: yes\n  walls: no\n');

  test('answers of which some are wrong', async () => {
    const store = newStore();
    const { code, stdout, stderr } = await checklist(store, '--answers', bad);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `sallyport: ${bad}:5:3: answers.keys: cannot be attested as installer, only as customer`,
      `sallyport: ${bad}:6:3: answers.walls: is measured by sallyport check, not attested`,
      '',
    ]);
    expect(existsSync(store)).toBe(false);
  });

  const byNobody = files.write('nobody.yaml', 'role: dealer\nanswers: { doors: yes }\n');
  const asNobody = files.write('as-nobody.yaml', 'by: Ann\nanswers: { doors: yes }\n');

  test.each([
    [['--client', 'acme', '--checklist', own, '--answers', byNobody], 'give the key "by" or --by NAME'],
    [['--client', 'acme', '--checklist', own, '--answers', asNobody], 'give the key "role" or --role ROLE'],
    [['--client', 'a/b'], '"a/b" is not a client id'],
    [['--client', ''], '--client: a value is missing'],
    [['--client', 'acme', '--role', 'custommer'], '(did you mean "customer"?)'],
    [['--client', 'acme', '--by', ' '], '--by: must not be empty'],
    [['--client', 'acme', '--by', 'x'.repeat(129)], '--by: at most 128 characters'],
    [['--client', 'acme', '--by', 'a', '--by', 'b'], '--by: expected one value, not 2'],
    [['--client', 'acme', '--checklist', 'nec-ls'], '(did you mean "nec-sl"?)'],
    [['--client', 'acme', '--answers', '/nonexistent/file'], '/nonexistent/file: no such file'],
    [['--client', 'acme', '--show', '--by', 'Ann'], '--by has no effect with --show'],
    [['--client', 'acme', '--answers', byAnn, '--all'], '--all has no effect with --answers'],
    [['--client', 'acme', '--show'], 'there is no store at '],
    [[], '--client ID is missing; see sallyport checklist --help'],
  ])('%j', async (args, message) => {
    const store = newStore();
    const { code, stdout, stderr } = await runHere(['checklist', ...args, '--store', store]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^sallyport: [^\n]+\n$/);
    expect(existsSync(store)).toBe(false);
  });

  test('asking where there is no terminal', async () => {
    const store = newStore();
    const ran = await sallyport(['checklist', '--client', 'acme', '--store', store], { input: 'Ann\ninstaller\ny\n' });
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sallyport: there is no terminal to ask on: give the answers with --answers FILE, or use --show\n',
    });
    expect(existsSync(store)).toBe(false);
  });
});
