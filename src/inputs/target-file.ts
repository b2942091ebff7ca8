import { createReadStream } from 'node:fs';
import { describeFileError } from './read-text.js';
import { InputError, type InputPlace } from './input-error.js';
import { readLines } from './read-lines.js';
import { parseTargetSpec, type TargetSpec } from './targets.js';

/** A target and where in the file it stands. */
export interface PlacedSpec {
  readonly spec: TargetSpec;
  readonly place: InputPlace;
}

/**
 * Reads targets from a file, or from `stdin` where the file is `-`: separated by white space or commas, `#` starts a
 * comment. Targets come as soon as their line is read; nothing accumulates.
 *
 * @throws InputError at file:line:column
 */
export async function* readTargetFile(
  file: string,
  stdin: AsyncIterable<Uint8Array | string> = process.stdin,
): AsyncGenerator<PlacedSpec> {
  const shown = file === '-' ? 'stdin' : file;
  let line = 0;
  try {
    const stream: AsyncIterable<Uint8Array | string> = file === '-' ? stdin : createReadStream(file);
    for await (const text of readLines(stream, shown)) {
      line++;
      const [content = ''] = text.split('#', 1);
      for (const match of content.matchAll(/[^\s,]+/g)) {
        const place = { file: shown, line, column: match.index + 1 };
        yield { spec: parseTargetSpec(match[0], place), place };
      }
    }
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(describeFileError(error), { file: shown });
  }
}
