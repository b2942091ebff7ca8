import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readHiddenLine, type TerminalInput } from '../../src/cli/kit/secret.js';
import { InputError } from '../../src/files/text/input-error.js';

/** A terminal that notes what happens to it. */
class FakeTerminal extends EventEmitter implements TerminalInput {
  isRaw = false;
  isFlowing = false;
  shown = '';
  readonly modes: boolean[] = [];

  setRawMode(on: boolean): void {
    this.isRaw = on;
    this.modes.push(on);
  }
  resume(): void {
    this.isFlowing = true;
  }
  pause(): void {
    this.isFlowing = false;
  }
  write(text: string): void {
    // What is asked is shown only once nothing that is typed can be.
    if (this.shown === '') expect(this.isRaw).toBe(true);
    this.shown += text;
  }
  /** Sends keys, in chunks; gives the chunks back. */
  type(...chunks: (string | Buffer)[]): Buffer[] {
    const sent = chunks.map((chunk) => Buffer.from(chunk));
    for (const chunk of sent) this.emit('data', chunk);
    return sent;
  }
}

async function ask(...keys: (string | Buffer)[]) {
  const terminal = new FakeTerminal();
  const answer = readHiddenLine('code: ', 16, terminal, terminal).then(
    (bytes) => bytes.toString('utf8'),
    (error: unknown) => error,
  );
  expect(terminal).toMatchObject({ isRaw: true, isFlowing: true, shown: 'code: ' });
  const sent = terminal.type(...keys);
  return { answer: await answer, terminal, sent };
}

/** That the terminal is as it was, and nothing but the prompt and a line's end was shown. */
function expectRestored({ terminal }: Awaited<ReturnType<typeof ask>>): void {
  expect(terminal.shown).toBe('code: \n');
  expect(terminal).toMatchObject({ isRaw: false, isFlowing: false, modes: [true, false] });
  expect(terminal.listenerCount('data') + terminal.listenerCount('end')).toBe(0);
}

describe('a line is read', () => {
  test.each([
    ['Enter', ['7304\r'], '7304'],
    ['a line feed', ['7304\n'], '7304'],
    ['Ctrl-D', ['7304\x04'], '7304'],
    ['one key after the other', ['7', '3', '0', '4', '\r'], '7304'],
    ['several lines that are pasted', ['7304\rmore\rstill more\r'], '7304'],
    ['Backspace', ['739\x7f04\x08\x084\r'], '734'],
    ['Backspace before anything', ['\x7f\x7f7304\r'], '7304'],
    ['Backspace after a character of several bytes', ['é€𝄞\x7f\x7f\x7f7304\r'], '7304'],
    ['Ctrl-U', ['wrong\x157304\r'], '7304'],
    ['a character that comes in parts', [Buffer.from([0xc3]), Buffer.from([0xa9]), '\r'], 'é'],
    ['an arrow, which is not dropped unseen', ['73\x1b[D04\r'], '73\x1b[D04'],
    ['nothing', ['\r'], ''],
    ['as much as fits', [`${'x'.repeat(16)}\r`], 'x'.repeat(16)],
    ['what fits once the rest is taken back', [`${'x'.repeat(18)}\x7f\x7f\r`], 'x'.repeat(16)],
    ['what comes after too much was taken back', [`${'x'.repeat(99)}\x157304\r`], '7304'],
  ] satisfies [string, (string | Buffer)[], string][])('with %s', async (_what, keys, line) => {
    const asked = await ask(...keys);
    expect(asked.answer).toBe(line);
    expectRestored(asked);
  });

  test('and what came from the terminal is overwritten', async () => {
    const { sent } = await ask('73', '04\rmore');
    expect(sent.map((chunk) => chunk.every((byte) => byte === 0))).toEqual([true, true]);
  });
});

describe('an error restores the terminal and tells nothing:', () => {
  test.each([
    ['Ctrl-C', 'hunter2\x03', 'interrupted'],
    ['too much', `${'hunter2'.repeat(9)}\r`, 'more than 16 bytes were given'],
  ])('%s', async (_what, keys, message) => {
    const asked = await ask(keys);
    expect(asked.answer).toBeInstanceOf(InputError);
    expect((asked.answer as Error).message).toBe(message);
    expectRestored(asked);
  });

  test('the end of the terminal', async () => {
    const terminal = new FakeTerminal();
    const answer = readHiddenLine('code: ', 16, terminal, terminal);
    terminal.type('hunter2');
    terminal.emit('end');
    await expect(answer).rejects.toThrow(/^the terminal was closed$/);
    expect(terminal.isRaw).toBe(false);
  });
});

test('nothing that is typed is shown, and all of it is read', async () => {
  const keys = fc.string({ unit: fc.constantFrom(...'ab1 é€"\\\t\x1b'), maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(keys, { maxLength: 4 }), async (parts) => {
      fc.pre(Buffer.byteLength(parts.join('')) <= 16);
      const asked = await ask(...parts, '\r');
      expect(asked.answer).toBe(parts.join(''));
      expectRestored(asked);
    }),
  );
});
