import { jobRequestSchema, jobSchema } from '../../model/vantage-api.js';
import { isProtected } from '../../server/caller.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { describeAnswer } from '../describe-api.js';
import type { Rates } from '../limits.js';
import type { VantageContext } from '../vantage-context.js';
import { requireInvites } from './invites.js';

/** What comes before the secret in the token of a job. */
export const JOB_TOKEN = 'spj_';

/** POST /v1/jobs: for the code of an invite, the profile of its job and a token for its time. Needs no token. */
export function addJobsRoute(app: ServerApp, context: VantageContext, rates: Rates): void {
  const { security: _, ...answer } = describeAnswer('Takes the job of an invite, by its code', jobSchema);
  app.post('/v1/jobs', { schema: { ...answer, body: jobRequestSchema } }, async (request) => {
    const { callerAddress: address } = request;
    if (!isProtected(request, context.proxies) || address === null)
      throw new Refusal(403, 'proxy', 'plain HTTP is only for the proxies of this vantage: use its public URL');
    await rates.addressOrders(request);
    const invites = requireInvites(context);
    const caller = { address, now: context.now() };
    const found = await invites.find(request.body.code, caller);
    const { invite, pass } = await invites.use(found, { ...caller, kind: 'preinstall' });
    const { client, profile, source, use } = invite;
    return { client, profile, source, token: `${JOB_TOKEN}${pass}`, until: use!.until };
  });
}
