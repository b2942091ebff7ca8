import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { findCsvEntry, replaceCsvEntry } from '../../../src/files/clients/edit-csv.js';

const TEXT = `sep=;\r
ID;Name;address;notes\r
acme; "Acme; Dental" ;192.0.2.7;"one\r
two ""three"""\r
\r
bolt;Bolt;192.0.2.8\r
`;

describe('a row of a CSV inventory', () => {
  test('is found with its cells, those too that it leaves out', () => {
    expect(findCsvEntry(TEXT, 'acme')?.fields).toEqual([
      { column: 'ID', value: 'acme' },
      { column: 'Name', value: 'Acme; Dental' },
      { column: 'address', value: '192.0.2.7' },
      { column: 'notes', value: 'one\r\ntwo "three"' },
    ]);
    expect(findCsvEntry(TEXT, 'bolt')?.fields.map(({ value }) => value)).toEqual(['bolt', 'Bolt', '192.0.2.8', '']);
  });

  test.each(['nobody', 'ID', 'Acme; Dental'])('is not there for %j', (id) => {
    expect(findCsvEntry(TEXT, id)).toBeNull();
  });

  test.each(['', '\n\n', 'name,address\nacme,x', '"'])('is not there in %j, and nothing is thrown', (text) => {
    expect(findCsvEntry(text, 'acme')).toBeNull();
  });

  test('has only those cells written anew that are different', () => {
    const entry = findCsvEntry(TEXT, 'acme')!;
    const values = entry.fields.map(({ value }) => value);
    expect(replaceCsvEntry(TEXT, entry, values)).toBe(TEXT);
    expect(replaceCsvEntry(TEXT, entry, values.with(2, '192.0.2.70'))).toBe(TEXT.replace('192.0.2.7;', '192.0.2.70;'));
    const bolt = findCsvEntry(TEXT, 'bolt')!;
    expect(replaceCsvEntry(TEXT, bolt, ['bolt', 'Bolt', '192.0.2.8', 'a;b'])).toBe(
      TEXT.replace('bolt;Bolt;192.0.2.8', 'bolt;Bolt;192.0.2.8;"a;b"'),
    );
  });
});

test('any row can be replaced by any other: all around it stays byte for byte, and it parses to what was written', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom('a"b', ' x ', 'a,b', 'a;b', 'one\ntwo', 'one\r\ntwo', '"', ''),
  );
  const clean = cell.map((text) => text.replaceAll('\u0000', '').trim());
  const row = fc.tuple(clean, clean, clean);
  const places = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 5 }),
    at: fc.nat(),
    other: row,
    delimiter: fc.constantFrom(',', ';', '\t'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    ending: fc.boolean(),
  });
  fc.assert(
    fc.property(places, ({ rows, at, other, delimiter, lineEnd, ending }) => {
      const quote = (text: string) => (/^[\w.]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`);
      const lines = rows.map((cells, index) => [`c${index}`, ...cells.map(quote)].join(delimiter));
      const text = [['id', 'a', 'b', 'c'].join(delimiter), ...lines].join(lineEnd) + (ending ? lineEnd : '');
      const index = at % rows.length;
      const entry = findCsvEntry(text, `c${index}`)!;
      const edited = replaceCsvEntry(text, entry, [`c${index}`, ...other]);
      expect(edited.startsWith(text.slice(0, entry.start))).toBe(true);
      expect(edited.endsWith(text.slice(entry.end))).toBe(true);
      const read = parse(edited, {
        delimiter,
        record_delimiter: lineEnd,
        relax_column_count: true,
        skip_empty_lines: true,
      });
      const wanted = rows.map((cells, row) => [`c${row}`, ...(row === index ? other : cells)]);
      expect(read.slice(1)).toEqual(wanted);
    }),
  );
});
