import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { limitTime } from '../async/time-limit.js';
import { lookKeySchema, workerSignSchema, type WorkOrder, type WorkResult, workResultSchema } from '../model/work.js';
import { resultsRequestSchema, returnRequestSchema, takeRequestSchema, vantageOf } from '../model/work-api.js';
import { readIdentity } from '../server/access.js';
import type { ServerApp } from '../server/create-server.js';
import { whenDone } from '../server/event-stream.js';
import { Refusal } from '../server/refusal.js';
import { Slots } from './slots.js';
import type { WorkContext } from './work-context.js';

const NOT_READABLE = 'what the worker sent cannot be read: it is of another version';

const params = z.object({ id: z.uuid() });

/**
 * Adds the routes by which workers take orders and give what they saw. All that a worker says counts for the vantage
 * of its token alone, whatever else it says.
 */
export function addWorkRoutes(api: ServerApp, context: WorkContext): void {
  const { source, limits, ending, onTrouble } = context;
  const takes = new Slots(limits.tokenTakes, limits.connections);

  api.post('/orders', { schema: { body: takeRequestSchema } }, async (request, reply) => {
    const { worker } = request.body;
    const vantage = requireVantage(request, request.body.vantage);
    void whenDone(reply).then(takes.take(readIdentity(request).token));
    const order = await waitForOrder(vantage, worker, reply);
    if (!order) return reply.code(204).send();
    // Who is gone by now does not have it: another is to take it, and soon.
    let isSent = false;
    if (!request.raw.socket.destroyed) reply.raw.once('finish', () => (isSent = true));
    void whenDone(reply)
      .then(() => (isSent ? undefined : source.giveBack(vantage, order.id, worker, 'the worker went away')))
      .catch(onTrouble);
    return reply.send(order);
  });

  const delivery = { schema: { params, body: resultsRequestSchema }, config: { hasLargeBody: true } };
  api.post('/orders/:id/results', delivery, async (request, reply) => {
    const { results, last } = request.body;
    const vantage = requireVantage(request, request.body.vantage);
    await source.deliver(vantage, request.params.id, results.flatMap(readResult), last);
    return reply.code(204).send();
  });

  api.post('/orders/:id/return', { schema: { params, body: returnRequestSchema } }, async (request, reply) => {
    const { worker, why } = request.body;
    const vantage = requireVantage(request, request.body.vantage);
    await source.giveBack(vantage, request.params.id, worker, why);
    return reply.code(204).send();
  });

  api.post('/signs', { schema: { body: workerSignSchema } }, async (request, reply) => {
    requireVantage(request, request.body.vantage);
    await source.beat(request.body);
    return reply.code(204).send();
  });

  api.delete('/signs/:id', { schema: { params } }, async (request, reply) => {
    await source.leave(requireVantage(request, null), request.params.id);
    return reply.code(204).send();
  });

  /** Waits for an order for some seconds; for as long as the worker does at most, or the server. */
  async function waitForOrder(vantage: string, worker: string, reply: FastifyReply): Promise<WorkOrder | null> {
    const limit = limitTime(ending, limits.takeMs);
    void whenDone(reply).then(() => limit.end());
    try {
      while (!limit.signal.aborted) {
        const order = await source.take(vantage, worker);
        if (order) return order;
        await wait(limits.pollMs, undefined, { signal: limit.signal }).catch(() => {});
      }
      return null;
    } finally {
      limit.release();
    }
  }
}

/** @throws Refusal for a token of another vantage than the one that is said */
function requireVantage(request: FastifyRequest, said: string | null): string {
  const { token } = readIdentity(request);
  const vantage = vantageOf(token);
  if (vantage === null)
    throw new Refusal(403, 'role', `the token ${token} is of no vantage: its name is not that of one`);
  if (said !== null && said !== vantage)
    throw new Refusal(403, 'role', `the token ${token} is of the vantage ${vantage}, not of ${said}`);
  return vantage;
}

/** Reads a result. One whose look is known although the rest cannot be read says that; of any other nothing is left. */
function readResult(given: unknown): WorkResult[] {
  const result = parse(workResultSchema, given);
  if (result) return isStorable(result) ? [result] : [];
  const key = parse(lookKeySchema, (given as { key?: unknown } | null)?.key);
  const unread = key && { key, survey: null, trouble: NOT_READABLE };
  return unread && isStorable(unread) ? [unread] : [];
}

/** Compares with a schema; a value that is nested too deep for that counts as a wrong one. */
function parse<T>(schema: z.ZodType<T>, value: unknown): T | null {
  try {
    return schema.safeParse(value).data ?? null;
  } catch {
    return null;
  }
}

/** A database takes no key with U+0000 or half a character in it, and no look that we ordered has one. */
function isStorable({ key }: WorkResult): boolean {
  const text = key.batch + key.client + key.slot;
  return !text.includes('\0') && !/\p{Cs}/u.test(text);
}
