import { isLocal } from '../caller.js';
import { Refusal } from '../refusal.js';
import type { VantageApp } from '../vantage-app.js';
import type { VantageContext } from '../vantage-context.js';

/** GET /metrics, in the text format of Prometheus; for callers on this machine alone. */
export function addMetricsRoute(app: VantageApp, { metrics }: VantageContext): void {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request)) throw new Refusal(403, 'address', 'metrics are for this machine alone');
    return reply.type(metrics.contentType).send(await metrics.render());
  });
}
