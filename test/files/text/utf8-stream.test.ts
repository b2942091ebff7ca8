import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../../src/files/text/input-error.js';
import { readUtf8 } from '../../../src/files/text/utf8-stream.js';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
}

async function read(bytes: Uint8Array, size = 1 << 16): Promise<{ text: string; notes: string[] }> {
  const notes: string[] = [];
  const found: Buffer[] = [];
  for await (const chunk of readUtf8(chunks(bytes, size), 'x.csv', (_, note) => notes.push(note))) found.push(chunk);
  return { text: Buffer.concat(found).toString(), notes };
}

const TEXT = 'id;name\r\n1;Müller “€” – naïve\r\n2;Zoë\r\n';
/** TEXT as Windows-1252 has it. */
const WINDOWS = Buffer.from(
  TEXT.replace('“', '\x93').replace('”', '\x94').replace('€', '\x80').replace('–', '\x96'),
  'latin1',
);
const SIZES = [1, 2, 3, 5, 7, 1 << 16];

describe('readUtf8', () => {
  test.each(SIZES)('reads each encoding in chunks of %d bytes, and notes which', async (size) => {
    expect(await read(Buffer.from(TEXT), size)).toEqual({ text: TEXT, notes: [] });
    expect(await read(Buffer.from(`\ufeff${TEXT}`), size)).toEqual({ text: `\ufeff${TEXT}`, notes: [] });
    for (const start of ['\ufeff', '']) {
      const wide = Buffer.from(start + TEXT, 'utf16le');
      expect(await read(wide, size)).toEqual({ text: TEXT, notes: ['is not UTF-8: read as UTF-16LE'] });
      expect(await read(wide.swap16(), size)).toEqual({ text: TEXT, notes: ['is not UTF-8: read as UTF-16BE'] });
    }
    const { text, notes } = await read(WINDOWS, size);
    expect(text).toBe(TEXT);
    expect(notes).toEqual([expect.stringMatching(/^is not UTF-8: read as Windows-1252; check that "M?ü/)]);
  });

  test.each(SIZES)('leaves out Ctrl-Z and zero bytes at the end only, in chunks of %d bytes', async (size) => {
    expect((await read(Buffer.from('abcd\r\n\x1a'), size)).text).toBe('abcd\r\n');
    expect((await read(Buffer.from('abcd\r\n\0\0\0\x1a\0'), size)).text).toBe('abcd\r\n');
    expect((await read(Buffer.from('ab\0\x1acd\0'), size)).text).toBe('ab\0\x1acd');
    expect((await read(Buffer.from('\0\0\0'), size)).text).toBe('');
  });

  test('a file that goes on in another encoding is refused at the line', async () => {
    const mixed = Buffer.concat([Buffer.from('a\nMüller\nb\n'), Buffer.from('M\xfcller\n', 'latin1')]);
    for (const size of SIZES) await expect(read(mixed, size)).rejects.toThrow(/^x\.csv:4: is not UTF-8 from here on; /);
    const odd = Buffer.concat([Buffer.from('\ufeffabc', 'utf16le'), Buffer.from('x')]);
    await expect(read(odd)).rejects.toThrow('x.csv: begins as UTF-16LE, but is not');
  });

  test('zero bytes without end do not fill the memory', async () => {
    async function* zeros(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 64; i++) yield await Promise.resolve(Buffer.alloc(1 << 16));
    }
    let most = 0;
    for await (const chunk of readUtf8(zeros(), 'x')) most = Math.max(most, chunk.length);
    expect(most).toBeGreaterThan(1 << 20);
    expect(most).toBeLessThanOrEqual((1 << 20) + (1 << 16));
  });

  test('UTF-8 stays as it is, in chunks of any size; any other bytes are read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const given = text.replaceAll('\0', '').replaceAll('\x1a', '');
        expect(await read(Buffer.from(`abcd${given}`), size)).toEqual({ text: `abcd${given}`, notes: [] });
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (bytes, size) => {
        const once = await read(bytes).catch((error: unknown) => error);
        if (once instanceof Error) expect(once).toBeInstanceOf(InputError);
        else expect((once as { text: string }).text.length).toBeLessThanOrEqual(bytes.length);
        await read(bytes, size).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
      }),
    );
  });
});
