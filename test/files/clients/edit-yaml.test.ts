import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { findYamlEntry, replaceYamlEntry } from '../../../src/files/clients/edit-yaml.js';

const TEXT = `# All clients
version: 1
groups: { north: { title: North } } # one
clients:
  # the first
  - id: acme # by hand
    name: Acme Dental
    # why
    notes: |
      one

      two
    tags: [gold,
      voip]   # tags

  - { id: bolt, name: 'Bolt', address: 192.0.2.9 }   # in braces
  -
    id: "4711"
    address: 192.0.2.8
  - id: 0815
    address: 192.0.2.7`;

describe('an entry of a YAML inventory', () => {
  test.each([
    ['acme', 'id: acme # by hand\nname: Acme Dental\n# why\nnotes: |\n  one\n\n  two\ntags: [gold,\n  voip]   # tags'],
    ['bolt', "{ id: bolt, name: 'Bolt', address: 192.0.2.9 }"],
    ['4711', 'id: "4711"\naddress: 192.0.2.8'],
    ['0815', 'id: 0815\naddress: 192.0.2.7'],
  ])('is found by itself: %s', (id, text) => {
    expect(findYamlEntry(TEXT, id)?.text).toBe(text);
  });

  test.each(['nobody', 'north', '', '815 '])('is not there for %j', (id) => {
    expect(findYamlEntry(TEXT, id)).toBeNull();
  });

  test.each(['', 'clients: 1', 'clients: [1, [2], null]', '- id: acme', 'clients:\n  - id: [acme', '\u0000'])(
    'is not there in %j, and nothing is thrown',
    (text) => expect(findYamlEntry(text, 'acme')).toBeNull(),
  );

  test('written back as it is leaves the text as it was', () => {
    for (const id of ['acme', 'bolt', '4711', '0815']) {
      const entry = findYamlEntry(TEXT, id)!;
      expect(replaceYamlEntry(TEXT, entry, entry.text)).toBe(TEXT);
    }
  });

  test('gets the line ends of the file', () => {
    const text = TEXT.replaceAll('\n', '\r\n');
    const entry = findYamlEntry(text, '4711')!;
    const edited = replaceYamlEntry(text, entry, 'id: "4711"\naddress: 192.0.2.80\nnotes: new');
    expect(edited.replaceAll('\r\n', '')).not.toContain('\n');
    expect(edited).toContain('    address: 192.0.2.80\r\n    notes: new\r\n  - id: 0815');
  });
});

/** A client as YAML lines, the first without its dash. */
const entry = fc.record({
  name: fc.string({ unit: 'grapheme', maxLength: 12 }),
  tags: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 3 }),
  comment: fc.stringMatching(/^[ -~]{0,12}$/),
  form: fc.constantFrom('block', 'flow', 'literal'),
});
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

function render(id: string, { name, tags, comment, form }: Entry): string[] {
  const [quoted, list] = [JSON.stringify(name), JSON.stringify(tags)];
  if (form === 'flow') return [`{ id: ${id}, name: ${quoted}, tags: ${list} }`];
  const notes = form === 'literal' ? ['notes: |', `  first`, '', '    more'] : [];
  return [`id: ${id} # ${comment}`, `name: ${quoted}`, `# ${comment}`, ...notes, `tags: ${list} # ${comment}`];
}

test('any entry can be replaced by any other: all around it stays byte for byte, and it parses to what was written', () => {
  const places = fc.record({
    entries: fc.array(entry, { minLength: 1, maxLength: 5 }),
    at: fc.nat(),
    other: entry,
    indent: fc.integer({ min: 0, max: 6 }),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    gap: fc.constantFrom('', '# between', '    '),
    ending: fc.boolean(),
  });
  fc.assert(
    fc.property(places, ({ entries, at, other, indent, lineEnd, gap, ending }) => {
      const pad = ' '.repeat(indent);
      const lines = entries.flatMap((one, index) => {
        const [first = '', ...rest] = render(`c${index}`, one);
        const inner = rest.map((line) => (line === '' ? '' : `${pad}  ${line}`));
        return [`${pad}- ${first}`, ...inner, ...(gap === '' ? [] : [gap])];
      });
      const text = ['version: 1', 'clients:', ...lines, ...(ending ? [''] : [])].join(lineEnd);
      const id = `c${at % entries.length}`;
      const found = findYamlEntry(text, id)!;
      const edited = replaceYamlEntry(text, found, render(id, other).join('\n'));
      expect(edited.startsWith(text.slice(0, found.start))).toBe(true);
      expect(edited.endsWith(text.slice(found.end))).toBe(true);
      const [before, after] = [text, edited].map((one) => (parse(one) as { clients: { id: string }[] }).clients);
      const wanted = parse(render(id, other).join('\n')) as unknown;
      expect(after).toEqual(before!.map((one) => (one.id === id ? wanted : one)));
    }),
  );
});
