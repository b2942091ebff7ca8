import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { setPolicy } from '../kit/policy.js';
import type { PageContext } from '../serve-context.js';
import { addBadge } from './badge.js';
import { addChanges } from './changes.js';
import { addChecks } from './checks.js';
import { addClientReports } from './client-reports.js';
import { addClients } from './clients.js';
import { describeApi } from './describe.js';
import { addInventory } from './inventory.js';
import { addMetrics } from './metrics.js';
import { addProbe } from './probe.js';
import { addSweeps } from './sweeps.js';
import { addWaivers } from './waivers.js';
import { addWorkers } from './workers.js';

/** All resources, in the order of the document. */
const RESOURCES: readonly ((api: ServerApp, context: PageContext) => void)[] = [
  addClients,
  addClientReports,
  addChanges,
  addChecks,
  addWaivers,
  addInventory,
  addSweeps,
  addWorkers,
  addMetrics,
  addProbe,
  addBadge,
];

/** Adds what programs ask. */
export async function addApi(app: ServerApp, context: PageContext): Promise<void> {
  await app.register(async (api: ServerApp) => {
    await describeApi(api);
    // What browsers send without asking first is a form: programs have no need of them.
    api.removeContentTypeParser('application/x-www-form-urlencoded');
    api.addHook('onRequest', (request, reply, done) => {
      setPolicy(reply);
      const isForeign = ['cross-site', 'same-site'].includes(String(request.headers['sec-fetch-site']));
      const isBrowser = request.viewer !== null && request.viewer.by !== 'token';
      done(isForeign && isBrowser ? new Refusal(403, 'origin', 'another site may not ask this') : undefined);
    });
    for (const add of RESOURCES) add(api, context);
    api.get('/api/v1/openapi.json', { schema: { hide: true }, config: { needs: null } }, () => api.swagger());
  });
}
