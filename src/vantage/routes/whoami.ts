import { addressScope } from '../../model/address.js';
import { type Whoami, whoamiSchema } from '../../model/vantage-api.js';
import { VERSION } from '../../version.js';
import { readIdentity } from '../caller.js';
import { NEEDS_TOKEN, noQuerySchema, REFUSALS } from '../describe-api.js';
import type { VantageApp } from '../vantage-app.js';
import type { VantageContext } from '../vantage-context.js';

/** GET /v1/whoami: where the caller comes from, and what the vantage has to offer. */
export function addWhoamiRoute(app: VantageApp, { exchanges: { sip, stun } }: VantageContext): void {
  const schema = {
    summary: 'Tells which address you come from',
    security: NEEDS_TOKEN,
    querystring: noQuerySchema,
    response: { 200: whoamiSchema, ...REFUSALS },
  };
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
