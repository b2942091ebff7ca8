import { proofsRequestSchema } from '../../model/vantage-api.js';
import { TIMINGS } from '../../net/scan/timing.js';
import { describeStream, NEEDS_TOKEN, noQuerySchema } from '../describe-api.js';
import type { StreamEvent } from '../event-stream.js';
import { openStream } from '../open-stream.js';
import type { VantageApp } from '../vantage-app.js';
import type { VantageContext } from '../vantage-context.js';

/** POST /v1/proofs: sends something signed to endpoints of the caller's address, where a stand-in listens. */
export function addProofsRoute(app: VantageApp, context: VantageContext): void {
  const schema = {
    summary: 'Sends something signed to endpoints of the address that you come from',
    security: NEEDS_TOKEN,
    querystring: noQuerySchema,
    body: proofsRequestSchema,
    response: describeStream('`started`, then `proof` for each endpoint: a Proof'),
  };
  app.post('/v1/proofs', { schema }, async (request, reply) => {
    const { nonce, key, endpoints } = request.body;
    const work = async function* ({ address }: { address: string }, signal: AbortSignal): AsyncGenerator<StreamEvent> {
      const secret = Buffer.from(key, 'base64url');
      const proofs = context.exchanges.sendProofs({ address, key: secret, endpoints, timing: TIMINGS.normal, signal });
      for await (const data of proofs) yield { event: 'proof', data };
    };
    await openStream(context, request, reply, { kind: 'proofs', nonce, seconds: context.limits.proofSeconds, work });
  });
}
