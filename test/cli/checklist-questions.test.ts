import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { askAnswerer, askItems } from '../../src/cli/commands/checklist.js';
import { openDialog } from '../../src/cli/kit/dialog.js';
import type { ChecklistItem } from '../../src/model/checklist.js';

const item = (id: string): ChecklistItem => ({
  ...{ id, title: `Title of ${id}`, programs: ['90-02'], rule: 'It is shut.', how: 'Shut it.' },
  ...{ attestedBy: ['installer'], measuredBy: null, validDays: 30 },
});

/** A dialog with somebody who types a line whenever one is asked for, and closes the input after the last. */
function talk(...lines: readonly string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  const dialog = openDialog(input, output, false);
  const typing = lines[Symbol.iterator]();
  let shown = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (!text.endsWith(': ')) return;
    const { value, done } = typing.next();
    if (done) input.end();
    else input.write(`${value}\n`);
  });
  return { dialog, shown: () => shown };
}

/** Asks for items, and gives what was kept as `item answer note`. */
async function answer(ids: readonly string[], ...lines: readonly string[]) {
  const { dialog, shown } = talk(...lines);
  const kept: string[] = [];
  const finished = await askItems(dialog, ids.map(item), 80, async ({ id }, { answer: word, note }) => {
    // What is kept takes time, and lines go on coming.
    await new Promise((resolve) => setImmediate(resolve));
    kept.push(`${id} ${word} ${note}`.trim());
  });
  dialog.close();
  return { kept, finished, shown: shown() };
}

describe('items', () => {
  test('are asked one by one; a note is asked for no and na', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const { kept, finished, shown } = await answer(ids, 'y', 'n', ' later ', 'na', '', 'u', 'skip');
    expect({ kept, finished }).toEqual({
      kept: ['a yes', 'b no later', 'c not-applicable', 'd unknown'],
      finished: true,
    });
    for (const [index, id] of ids.entries()) expect(shown).toContain(`${index + 1} of 5 Title of ${id}\n`);
    expect(shown.match(/Is this the case\?/g)).toHaveLength(5);
    expect(shown.match(/Note \(/g)).toHaveLength(2);
  });

  test.each([
    ['y', ['a yes']],
    ['YES', ['a yes']],
    ['No', ['a no']],
    ['n/a', ['a not-applicable']],
    ['unknown', ['a unknown']],
    ['', []],
    ['s', []],
  ])('%j is understood', async (word, kept) => {
    expect(await answer(['a'], word, '')).toMatchObject({ kept, finished: true });
  });

  test('are asked again where the answer is none, and a note that is too long too', async () => {
    const { kept, shown } = await answer(['a'], 'maybe', 'constructor', 'n', 'x'.repeat(513), 'short');
    expect(kept).toEqual(['a no short']);
    expect(shown.match(/Is this the case\?/g)).toHaveLength(3);
    expect(shown.match(/Note \(/g)).toHaveLength(2);
  });

  test('that were answered before the input ended are kept', async () => {
    expect(await answer(['a', 'b', 'c'], 'y', 'y')).toMatchObject({ kept: ['a yes', 'b yes'], finished: false });
    expect(await answer(['a', 'b'], 'n')).toMatchObject({ kept: ['a no'], finished: false });
    expect(await answer(['a'])).toMatchObject({ kept: [], finished: false });
  });

  test('none are asked where there are none', async () => {
    expect(await answer([], 'y')).toEqual({ kept: [], finished: true, shown: '' });
  });
});

describe('who answers', () => {
  const nobody = { by: undefined, role: undefined };

  test('is asked until it is told', async () => {
    const { dialog } = talk('', 'x'.repeat(129), ' Ann ', 'boss', 'Dealer');
    expect(await askAnswerer(dialog, nobody)).toEqual({ by: 'Ann', role: 'dealer' });
  });

  test('is not asked where it is given', async () => {
    const { dialog, shown } = talk('customer');
    expect(await askAnswerer(dialog, { ...nobody, by: 'Ann' })).toEqual({ by: 'Ann', role: 'customer' });
    expect(shown()).not.toContain('Your name');
    const all = talk();
    expect(await askAnswerer(all.dialog, { by: 'Ann', role: 'dealer' })).toEqual({ by: 'Ann', role: 'dealer' });
    expect(all.shown()).toBe('');
  });

  test('is nobody where the input ends', async () => {
    expect(await askAnswerer(talk().dialog, nobody)).toBeNull();
    expect(await askAnswerer(talk('Ann').dialog, nobody)).toBeNull();
  });
});

test('lines that come before they are asked for are answers in turn', async () => {
  const input = new PassThrough();
  const dialog = openDialog(input, new PassThrough(), false);
  input.end('one\ntwo\nthree');
  expect(await dialog.ask('1 ')).toBe('one');
  await new Promise((resolve) => setImmediate(resolve));
  for (const line of ['two', 'three', null, null]) expect(await dialog.ask('? ')).toBe(line);
});

test('Ctrl-C on a terminal ends the dialog', async () => {
  const input = new PassThrough();
  const dialog = openDialog(input, new PassThrough(), true);
  const answered = dialog.ask('Well? ');
  input.write('half an answ\u0003');
  expect(await answered).toBeNull();
  expect(await dialog.ask('Again? ')).toBeNull();
});
