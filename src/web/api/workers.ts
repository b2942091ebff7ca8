import * as z from 'zod';
import { describeWork } from '../../model/work-status.js';
import { workerSignSchema } from '../../model/work.js';
import type { ServerApp } from '../../server/create-server.js';
import type { PageContext } from '../serve-context.js';
import { BUSY, describeRoute } from './describe.js';

const count = z.int().nonnegative();

const life = {
  alive: z.boolean().describe('it has given a sign of life within 45 s'),
  beatAt: z.iso.datetime().describe('when it gave the last one'),
};

const workSchema = z.object({
  coordinators: z.array(
    z.object({
      id: z.uuid(),
      host: z.string(),
      pid: count,
      version: z.string(),
      state: z
        .enum(['active', 'standby'])
        .describe('it runs the schedules; or it takes over when the one that does is gone'),
      inventory: z.string().describe('whose schedules'),
      vantages: z.array(z.string()).describe('where it has clients looked at from'),
      since: z.iso.datetime().describe('when it came to its state'),
      ...life,
    }),
  ),
  workers: z.array(z.object({ ...workerSignSchema.shape, ...life })),
  queues: z
    .array(z.object({ vantage: z.string(), waiting: count, active: count, givenUp: count }))
    .describe('orders of looks, by vantage'),
  unmanned: z
    .array(z.object({ vantage: z.string(), why: z.string() }))
    .describe('vantages that no worker looks from at the moment, and why'),
  blind: z
    .array(
      z.object({
        vantage: z.string(),
        silent: count.describe('clients that showed life to it before and are silent to it now'),
        known: count.describe('clients of which that is known'),
        since: z.iso.datetime().describe('when it was first taken for blind'),
      }),
    )
    .describe('vantages to which many clients have fallen silent while other vantages see them'),
  unled: z.array(z.string()).describe('inventories whose schedules no coordinator runs at the moment'),
  unasked: z.array(z.string()).describe('vantages that workers look from, and that no coordinator has'),
});

/** GET /api/v1/workers: coordinators and workers, and the orders that wait for them. */
export function addWorkers(api: ServerApp, { readWork }: PageContext): void {
  const schema = describeRoute(
    'Coordinators and workers, and the orders that wait for them; none where the store is a file',
    {
      200: workSchema,
      ...BUSY,
    },
  );
  api.get('/api/v1/workers', { schema }, async (): Promise<z.infer<typeof workSchema>> =>
    describeWork(await readWork()),
  );
}
