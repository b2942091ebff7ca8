import { MAX_WORK_BODY } from '../../model/work-api.js';
import type { WorkResult } from '../../model/work.js';

/** A part of about this size is through soon on a slow line, too, bytes. */
const PART_BYTES = 512 << 10;
/** Left of the largest body for what stands around a result, bytes. */
const AROUND_BYTES = 4_096;

const TOO_LARGE = 'more was seen at this address than can be given to the coordinator over HTTPS';

/** Results as JSON arrays, each small enough for a request; one, which is empty, if there are none. */
export function splitResults(results: readonly WorkResult[]): string[] {
  const parts: string[][] = [[]];
  let size = 0;
  for (const result of results) {
    const text = writeResult(result);
    const bytes = Buffer.byteLength(text);
    if (size > 0 && size + bytes > PART_BYTES) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)!.push(text);
    size += bytes;
  }
  return parts.map((part) => `[${part.join(',')}]`);
}

/** One that no request can hold would come back for ever: it counts as a look that could not be made. */
function writeResult(result: WorkResult): string {
  const text = JSON.stringify(result);
  if (Buffer.byteLength(text) <= MAX_WORK_BODY - AROUND_BYTES) return text;
  return JSON.stringify({ key: result.key, survey: null, trouble: TOO_LARGE } satisfies WorkResult);
}
