import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { vantageNameSchema, type WorkResult, workResultSchema } from '../../model/work.js';

const spooledSchema = z.object({
  vantage: vantageNameSchema,
  order: z.uuid(),
  results: z.array(workResultSchema),
});

/** Results of an order that could not be delivered. */
export interface Spooled {
  readonly vantage: string;
  readonly order: string;
  readonly results: readonly WorkResult[];
}

/**
 * Keeps what was measured on disk as long as it cannot be delivered, so that it outlives the process. It holds no more
 * than the orders that were under way: a worker that cannot deliver takes none.
 */
export class Spool {
  /** @param directory is made where it is missing; one worker has it alone */
  constructor(private readonly directory: string) {}

  async put(spooled: Spooled): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = this.#fileOf(spooled.order);
    const unfinished = `${file}.${randomUUID()}.part`;
    await writeFile(unfinished, JSON.stringify(spooled), { mode: 0o600 });
    await rename(unfinished, file);
  }

  /** What was kept, also by a process before. A file that is not whole, or no one's, is left alone. */
  async list(): Promise<Spooled[]> {
    const names = await readdir(this.directory).catch(() => []);
    const found: Spooled[] = [];
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const text = await readFile(join(this.directory, name), 'utf8').catch(() => '');
      const result = spooledSchema.safeParse(parse(text));
      if (result.success) found.push(result.data);
    }
    return found;
  }

  async remove(order: string): Promise<void> {
    await rm(this.#fileOf(order), { force: true });
  }

  #fileOf(order: string): string {
    return join(this.directory, `${createHash('sha256').update(order).digest('hex').slice(0, 32)}.json`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
