import { isLocal } from '../../server/caller.js';
import type { ServerApp } from '../../server/create-server.js';
import { requireLocalName } from '../access/same-origin.js';
import { requireRole } from '../access/viewer.js';
import type { PageContext } from '../serve-context.js';
import { asText, BUSY, describeRoute } from './describe.js';

/** GET /metrics, in the text format of Prometheus: for this machine, and for who may read. */
export function addMetrics(api: ServerApp, { metrics }: PageContext): void {
  const schema = describeRoute('Metrics of the installation', {
    200: asText('The text format of Prometheus', 'text/plain'),
    ...BUSY,
  });
  api.get('/metrics', { schema, config: { needs: null } }, async (request, reply) => {
    if (isLocal(request)) requireLocalName(request);
    else requireRole(request, 'viewer');
    return reply.type(metrics.contentType).send(await metrics.render());
  });
}
