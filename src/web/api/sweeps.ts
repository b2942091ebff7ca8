import * as z from 'zod';
import { VERDICTS } from '../../model/report.js';
import type { ServerApp } from '../../server/create-server.js';
import type { PageContext } from '../serve-context.js';
import { BUSY, describeRoute, limitOf } from './describe.js';

const count = z.int().nonnegative();

const sweepSchema = z.object({
  id: z.int(),
  inventory: z.string(),
  filter: z.record(z.string(), z.unknown()).describe('which of its clients'),
  state: z.enum(['running', 'finished', 'interrupted']),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  beatAt: z.iso.datetime().describe('when the process that runs it last said to be alive'),
  clients: count,
  remaining: count.describe('clients that are still to be checked'),
  verdicts: z
    .record(z.enum(VERDICTS), count)
    .describe('results by what the check saw; how clients stand now is under /api/v1/clients'),
  clientsWithResults: count.describe('fewer than clients less remaining where some could not be checked'),
  changes: count,
  invite: z
    .string()
    .nullable()
    .describe('by which someone at the site of one client had it checked; null: a sweep of the inventory'),
});

/** GET /api/v1/sweeps: the newest sweeps, and what they came to. */
export function addSweeps(api: ServerApp, { counts }: PageContext): void {
  const schema = {
    ...describeRoute('The newest sweeps, and what they came to', {
      200: z.object({ sweeps: z.array(sweepSchema) }),
      ...BUSY,
    }),
    querystring: z.strictObject({ limit: limitOf(100, 20) }),
  };
  api.get('/api/v1/sweeps', { schema }, async (request) => {
    const sweeps = await counts.listSweeps(request.query.limit);
    return { sweeps: sweeps.map(({ owner: _, ...sweep }): z.infer<typeof sweepSchema> => sweep) };
  });
}
