import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { jobSchema } from '../../model/vantage-api.js';
import { readText } from '../text/read-text.js';

const MAX_BYTES = 1 << 20;

const keptJobSchema = z.object({
  url: z.url(),
  ca: z.string().nullable(),
  job: jobSchema,
});

/** A job that was taken by a code, and where: the code is used up, and the job goes on for some hours. */
export type KeptJob = z.infer<typeof keptJobSchema>;

/** Reads a job that was kept; null if there is none that is valid now. An old one is removed. */
export async function readKeptJob(file: string, now: Date): Promise<KeptJob | null> {
  const text = await readText(file, MAX_BYTES).catch(() => null);
  if (text === null) return null;
  const kept = keptJobSchema.safeParse(parseJson(text));
  if (kept.success && new Date(kept.data.job.until) > now) return kept.data;
  await rm(file, { force: true });
  return null;
}

/** Keeps a job, for the owner only: there is a token in it. */
export async function keepJob(file: string, job: KeptJob): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const beside = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(job)}\n`);
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
