import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { editEntry, readEntry } from '../../../src/files/clients/edit-inventory.js';
import { createInventories } from './inventory-files.js';

const inventories = createInventories();

test('the cells of a CSV row are edited by column, with a byte order mark and columns of one’s own kept', async () => {
  const text = '\uFEFFid;x-own;address;paused\r\nacme;"a;b";192.0.2.7;no\r\nbolt;;192.0.2.8\r\n';
  const file = inventories.write('own.csv', text);
  const entry = (await readEntry(file, 'bolt'))!;
  expect(entry.parts.map(({ label }) => label)).toEqual(['id', 'x-own', 'address', 'paused']);
  expect(entry.line).toBe(3);
  const edit = { id: 'bolt', version: entry.version, values: ['bolt', '', '192.0.2.8', 'yes'] };
  expect(await editEntry(file, edit)).toEqual({ kind: 'done' });
  expect(readFileSync(file, 'utf8')).toBe(text.replace('192.0.2.8', '192.0.2.8;yes'));
  await expect(
    editEntry(file, { ...edit, version: (await readEntry(file, 'bolt'))!.version, values: ['bolt', '', 'x y', ''] }),
  ).rejects.toThrow(/own\.csv:3:\d+: /);
});

test('an edit of an older text is a conflict, and one of a client that is gone as well', async () => {
  const file = inventories.write('gone.csv', 'id,address\nacme,192.0.2.7\n');
  const edit = { id: 'acme', version: 'old', values: ['acme', '192.0.2.9'] };
  expect(await editEntry(file, edit)).toMatchObject({ kind: 'conflict', now: { line: 2 } });
  expect(await editEntry(file, { ...edit, id: 'nobody' })).toEqual({ kind: 'conflict', now: null });
});

test('a file that is not UTF-8 is not edited, since it could not be written back', async () => {
  const file = inventories.write('old.csv', Buffer.from('id,address,name\nacme,192.0.2.7,S\xf6hne\n', 'latin1'));
  await expect(readEntry(file, 'acme')).rejects.toThrow('save it as UTF-8');
});

test('keys that are left out stay left out', async () => {
  const file = inventories.write('ignored.yaml', 'clients:\n  - id: acme\n    address: 192.0.2.7\n    crm: 12\n');
  const { version } = (await readEntry(file, 'acme'))!;
  const edit = { id: 'acme', version, values: ['id: acme\naddress: 192.0.2.9\ncrm: 13'] };
  await expect(editEntry(file, edit)).rejects.toThrow('crm');
  expect(await editEntry(file, edit, ['crm'])).toEqual({ kind: 'done' });
});
