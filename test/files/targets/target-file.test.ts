import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_LINE, readTargetFile } from '../../../src/files/targets/target-list.js';
import { InputError } from '../../../src/files/text/input-error.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'targets-'))));
afterAll(() => rm(folder, { recursive: true }));

async function collect(file: string, stdin?: AsyncIterable<Uint8Array | string>): Promise<string[]> {
  const found: string[] = [];
  for await (const { spec, place } of readTargetFile(file, stdin)) {
    found.push(`${spec.text} ${place.line}:${place.column}`);
  }
  return found;
}

async function* chunks(text: string | Uint8Array, size = 3): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

const TEXT =
  '\uFEFF192.0.2.1, pbx.example.net # the office\r\n\r\n# nothing\r\n\tbücher.example\t2001:db8::1,\r\n192.0.2.9';
const FOUND = ['192.0.2.1 1:1', 'pbx.example.net 1:12', 'bücher.example 4:2', '2001:db8::1 4:17', '192.0.2.9 5:1'];

describe('readTargetFile', () => {
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
    const targets = readTargetFile('-', stdin());
    expect((await targets.next()).value).toMatchObject({ place: { file: 'stdin', line: 1, column: 1 } });
  });

  test('an error tells file, line and column', async () => {
    const file = join(folder, 'bad.txt');
    await writeFile(file, '192.0.2.1\n192.0.2.2 10.0.0.300\n');
    await expect(collect(file)).rejects.toThrow(`${file}:2:11: "10.0.0.300" is not an address`);
    await expect(collect('-', chunks('192.0.2.1\n*'))).rejects.toThrow(/^stdin:2:1: /);
    await expect(collect(join(folder, 'none.txt'))).rejects.toThrow(/none\.txt: no such file$/);
    await expect(collect(folder)).rejects.toThrow(/: is a directory$/);
    await expect(collect('a\0b')).rejects.toThrow(InputError);
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
