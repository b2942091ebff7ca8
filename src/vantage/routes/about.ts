import * as z from 'zod';
import { addressScope } from '../../model/address.js';
import { type Whoami, whoamiSchema } from '../../model/vantage-api.js';
import { isLocal } from '../../server/caller.js';
import { readIdentity } from '../../server/access.js';
import type { ServerApp } from '../../server/create-server.js';
import { describeAnswer } from '../describe-api.js';
import { Refusal } from '../../server/refusal.js';
import type { VantageContext } from '../vantage-context.js';
import { VERSION } from '../../version.js';

/** GET /metrics, in the text format of Prometheus; for callers on this machine only. */
export function addMetricsRoute(app: ServerApp, { metrics }: VantageContext): void {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request)) throw new Refusal(403, 'address', 'metrics are for this machine only');
    return reply.type(metrics.contentType).send(await metrics.render());
  });
}

/** GET /healthz: whether the server answers; needs no token and tells nothing else. */
export function addHealthRoute(app: ServerApp): void {
  const schema = { summary: 'Whether the vantage answers', response: { 200: z.object({ status: z.literal('ok') }) } };
  app.get('/healthz', { schema }, () => ({ status: 'ok' as const }));
}

/** GET /v1/openapi.json: describes the API; needs no token, since it is the same everywhere. */
export function addOpenapiRoute(app: ServerApp): void {
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** GET /v1/whoami: where the caller comes from, and what the vantage has to offer. */
export function addWhoamiRoute(app: ServerApp, { exchanges: { sip, stun } }: VantageContext): void {
  const schema = describeAnswer('Shows which address you come from', whoamiSchema);
  app.get('/v1/whoami', { schema }, (request): Whoami => {
    const { address } = readIdentity(request);
    return {
      version: VERSION,
      address,
      scope: addressScope(address) ?? 'reserved',
      sip: sip && { udp: sip.udp, tcp: sip.tcp },
      stun: stun && [...stun.ports],
    };
  });
}
