import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_LINE, readTargetFile, readTargets } from '../../../src/files/targets/target-file.js';
import { openTargetList } from '../../../src/files/targets/target-list.js';
import { InputError } from '../../../src/files/text/input-error.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'targets-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Each target with its line and column, and each mistake as it is told. */
async function collect(file: string, stdin?: AsyncIterable<Uint8Array | string>): Promise<string[]> {
  const found: string[] = [];
  for await (const item of stdin ? readTargets(stdin, 'stdin') : readTargetFile(file)) {
    const told = item instanceof InputError ? item.message : `${item.text} ${item.place.line}:${item.place.column}`;
    found.push(told);
  }
  return found;
}

const read = (text: string) => collect('-', chunks(text));

async function* chunks(text: string | Uint8Array, size = 3): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

const TEXT =
  '\uFEFF192.0.2.1, pbx.example.net # the office\r\n\r\n# nothing\r\n\tbücher.example\t2001:db8::1,\r\n192.0.2.9';
const FOUND = ['192.0.2.1 1:1', 'pbx.example.net 1:12', 'bücher.example 4:2', '2001:db8::1 4:17', '192.0.2.9 5:1'];

describe('readTargets', () => {
  test('reads a file with comments, commas, CRLF and byte order mark', async () => {
    const file = join(folder, 'sites.txt');
    await writeFile(file, TEXT);
    expect(await collect(file)).toEqual(FOUND);
  });

  test.each([1, 2, 3, 1000])('reads stdin in chunks of %d bytes', async (size) => {
    expect(await collect('-', chunks(TEXT, size))).toEqual(FOUND);
  });

  test('gives a target before the stream goes on', async () => {
    async function* stdin() {
      yield Buffer.from('192.0.2.1\n192.0');
      await new Promise(() => undefined);
    }
    const targets = readTargets(stdin(), 'stdin');
    expect((await targets.next()).value).toMatchObject({ place: { file: 'stdin', line: 1, column: 1 } });
  });

  test('an error tells file, line and column', async () => {
    const file = join(folder, 'bad.txt');
    await writeFile(file, '192.0.2.1\n192.0.2.2 10.0.0.300\n');
    expect(await collect(file)).toEqual([
      '192.0.2.1 1:1',
      '192.0.2.2 2:1',
      expect.stringContaining(`${file}:2:11: "10.0.0.300" is not an address`),
    ]);
    expect(await read('192.0.2.1\n*')).toEqual(['192.0.2.1 1:1', expect.stringMatching(/^stdin:2:1: /)]);
    await expect(collect(join(folder, 'none.txt'))).rejects.toThrow(/none\.txt: no such file$/);
    await expect(collect(folder)).rejects.toThrow(/: is a directory$/);
    await expect(collect('a\0b')).rejects.toThrow(InputError);
  });

  test('all mistakes come, each in its place', async () => {
    expect(await read('10.0.0.300\n192.0.2.1\n192.0.2.7/24\n10.0.0.301')).toEqual([
      expect.stringMatching(/^stdin:1:1: /),
      '192.0.2.1 2:1',
      expect.stringMatching(/^stdin:3:1: "192\.0\.2\.7\/24" can be read in two ways/),
      expect.stringMatching(/^stdin:4:1: /),
    ]);
  });

  test.each([';comment', 'Müller;', ', Schmidt', '"x",,'])('%j names no target', async (line) => {
    expect(await read(`${line}\n`)).toEqual([expect.stringContaining('beside other words or cells is neither')]);
  });

  test('a word beside an address is a mistake, told once a line; alone it is a name', async () => {
    expect(await read('127.0.0.11, Müller\nrouter\n127.0.0.12;Bäckerei Müller\n127.0.0.13 # Müller\n')).toEqual([
      '127.0.0.11 1:1',
      'stdin:1:13: "Müller" beside other words or cells is neither an address nor a full host name: begin a comment with "#", ' +
        'or the list with a header such as "address,name"',
      'router 2:1',
      '127.0.0.12 3:1',
      expect.stringMatching(/^stdin:3:12: "Bäckerei" beside/),
      '127.0.0.13 4:1',
    ]);
  });

  test('what was pasted along with targets is taken off', async () => {
    expect(await read('“203.0.113.7”, http://203.0.113.8/ 203.0.113.9:8000\n')).toEqual([
      '203.0.113.7 1:1',
      '203.0.113.8 1:16',
      '203.0.113.9 1:36',
    ]);
  });

  test.each([
    ['commas', 'name,address\nMüller,203.0.113.7\n"Huber, Söhne",203.0.113.8\n'],
    [
      'semicolons and a byte order mark',
      '\ufeffName;IP;Ort\r\nMüller;203.0.113.7;Wien\r\nHuber, Söhne;203.0.113.8;\r\n',
    ],
    ['a comment and blank lines before', '# ours\n\nname, Address\nMüller, 203.0.113.7\n"Huber, Söhne", 203.0.113.8'],
  ])('CSV with a header: %s', async (_, text) => {
    expect((await read(text)).map((found) => found.replace(/ \d+:\d+$/, ''))).toEqual([
      '203.0.113.7, Müller',
      '203.0.113.8, Huber, Söhne',
    ]);
  });

  test('mistakes in CSV are told in their places, and a cell may hold several targets', async () => {
    expect(await read('name;address\nA;203.0.113.7, pbx.example.net\nB;\nC;203.0.113.300\nD;192.0.2.7/24\n')).toEqual([
      '203.0.113.7, A 2:3',
      'pbx.example.net, A 2:3',
      'stdin:3:3: the address is missing',
      expect.stringMatching(/^stdin:4:3: "203\.0\.113\.300"/),
      expect.stringMatching(/^stdin:5:3: .*two ways/),
    ]);
  });

  test('a line without end does not fill the memory', async () => {
    let sent = 0;
    async function* endless() {
      for (;;) yield await Promise.resolve(Buffer.alloc(4096, (sent++, 'x')));
    }
    await expect(collect('-', endless())).rejects.toThrow(/^stdin:1: line is longer/);
    expect(sent).toBeLessThanOrEqual(MAX_LINE / 4096 + 1);
  });

  test('gives targets or an InputError for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 9 }), async (bytes, size) => {
        await collect('-', chunks(bytes, size)).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
      }),
    );
  });
});

describe('openTargetList', () => {
  const open = async (given: string[], files: Record<string, string>, stdin?: AsyncIterable<Uint8Array>) => {
    const notes: string[] = [];
    const paths = Object.entries(files).map(([name, text]) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    });
    const all = stdin ? [...paths, '-'] : paths;
    const list = await openTargetList({ given, files: all, allowSpecial: false, onNote: (n) => notes.push(n), stdin });
    const texts: string[] = [];
    for await (const { text } of list.specs) texts.push(text);
    return { count: list.count, texts, notes: notes.map((note) => note.replaceAll(`${folder}/`, '')) };
  };

  test('gives all targets, counts them, and tells once how they were understood', async () => {
    expect(await open(['8.8.8.8,'], { 'a.txt': '8.8.4.0/30\n“9.9.9.9”\n' }, chunks('1.1.1.1\n1.0.0.1:53\n'))).toEqual({
      count: 8,
      texts: ['8.8.8.8', '8.8.4.0/30', '9.9.9.9', '1.1.1.1', '1.0.0.1'],
      notes: [
        '"8.8.8.8," is read as 8.8.8.8',
        'a.txt:2:1: "“9.9.9.9”" is read as 9.9.9.9',
        expect.stringMatching(/^stdin:2:1: "1\.0\.0\.1:53" is read as 1\.0\.0\.1; port 53 is checked only if/),
      ],
    });
  });

  test('tells all mistakes of arguments, files and standard input at once', async () => {
    const opened = open(['8.8.8.300', '10.0.0.1'], { 'b.txt': 'a/b\n8.8.8.8\nc/d\n' }, chunks('192.168.1.1\n'));
    await expect(opened).rejects.toThrow(InputError);
    const told = await opened.catch((error: Error) => error.message.replaceAll(`${folder}/`, '').split('\n'));
    expect(told).toEqual([
      expect.stringMatching(/^"8\.8\.8\.300"/),
      expect.stringMatching(/^10\.0\.0\.1 is a private/),
      expect.stringMatching(/^b\.txt:1:1: /),
      expect.stringMatching(/^b\.txt:3:1: /),
      expect.stringMatching(/^stdin:1:1: 192\.168\.1\.1 is a private/),
    ]);
  });

  test('keeps no more than 100 mistakes, and counts the others', async () => {
    const told = await open([], { 'c.txt': '!\n'.repeat(250) }).catch((error: Error) => error.message.split('\n'));
    expect(told).toHaveLength(101);
    expect((told as string[])[100]).toBe('… and 150 more');
  });

  test('takes what comes from open standard input as it comes', async () => {
    let more = () => {};
    async function* stdin() {
      yield Buffer.from('8.8.8.8\n');
      await new Promise<void>((resolve) => (more = resolve));
      yield Buffer.from('“8.8.8.9”\n8.8.8.300\n8.8.8.10\n');
    }
    const notes: string[] = [];
    const list = await openTargetList({
      given: [],
      files: ['-'],
      allowSpecial: false,
      onNote: (n) => notes.push(n),
      stdin: stdin(),
    });
    expect(list.count).toBeNull();
    const specs = (list.specs as AsyncIterable<{ text: string }>)[Symbol.asyncIterator]();
    expect((await specs.next()).value).toMatchObject({ text: '8.8.8.8' });
    more();
    expect((await specs.next()).value).toMatchObject({ text: '8.8.8.9' });
    expect(notes).toEqual([expect.stringContaining('stdin:2:1: ')]);
    await expect(specs.next()).rejects.toThrow(/^stdin:3:1: /);
  });
});
