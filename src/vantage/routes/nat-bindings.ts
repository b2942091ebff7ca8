import { natBindingsRequestSchema } from '../../model/vantage-api.js';
import { describeStream, NEEDS_TOKEN, noQuerySchema } from '../describe-api.js';
import type { StreamEvent } from '../event-stream.js';
import { openStream } from '../open-stream.js';
import { Refusal } from '../refusal.js';
import type { VantageApp } from '../vantage-app.js';
import type { VantageContext } from '../vantage-context.js';

/** Time beyond the seconds asked for, s. */
const MORE_SECONDS = 30;

/** POST /v1/nat-bindings: for some time the STUN ports answer the caller. */
export function addNatBindingsRoute(app: VantageApp, context: VantageContext): void {
  const { stun } = context.exchanges;
  const schema = {
    summary: 'Opens the STUN ports to the address that you come from',
    security: NEEDS_TOKEN,
    querystring: noQuerySchema,
    body: natBindingsRequestSchema,
    response: describeStream('`started` with the two UDP ports'),
  };
  app.post('/v1/nat-bindings', { schema }, async (request, reply) => {
    if (!stun) throw new Refusal(404, 'not-found', 'this vantage has no STUN ports');
    const { nonce, key, seconds } = request.body;
    // The only event there is comes before the work is waited for.
    const work = async function* ({ address }: { address: string }, signal: AbortSignal): AsyncGenerator<StreamEvent> {
      await stun.serve({ address, key: Buffer.from(key, 'base64url'), seconds, signal });
      yield* [];
    };
    const ports = [...stun.ports];
    await openStream(context, request, reply, { kind: 'nat', nonce, seconds: seconds + MORE_SECONDS, ports, work });
  });
}
