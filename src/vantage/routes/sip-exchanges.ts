import { sipExchangeRequestSchema } from '../../model/vantage-api.js';
import { limitTime } from '../../async/time-limit.js';
import { describeStream, NEEDS_TOKEN, noQuerySchema } from '../describe-api.js';
import type { StreamEvent } from '../event-stream.js';
import { openStream } from '../open-stream.js';
import { Refusal } from '../refusal.js';
import type { VantageApp } from '../vantage-app.js';
import type { VantageContext } from '../vantage-context.js';

/** Time beyond that of an exchange in which it ends, s. */
const END_SECONDS = 5;

/** POST /v1/sip-exchanges: for some seconds the SIP ports answer the caller. */
export function addSipExchangesRoute(app: VantageApp, context: VantageContext): void {
  const { sip } = context.exchanges;
  const { sipSeconds } = context.limits;
  const schema = {
    summary: 'Opens the SIP ports to the address that you come from, and tells what arrives there',
    security: NEEDS_TOKEN,
    querystring: noQuerySchema,
    body: sipExchangeRequestSchema,
    response: describeStream('`started` with the UDP and the TCP port, then `message`: a SipMessage'),
  };
  app.post('/v1/sip-exchanges', { schema }, async (request, reply) => {
    if (!sip) throw new Refusal(404, 'not-found', 'this vantage has no SIP ports');
    const { nonce, key } = request.body;
    const work = async function* ({ address }: { address: string }, stop: AbortSignal): AsyncGenerator<StreamEvent> {
      const limit = limitTime(stop, sipSeconds * 1_000);
      try {
        const messages = sip.exchange({ address, key: Buffer.from(key, 'base64url'), signal: limit.signal });
        for await (const data of messages) yield { event: 'message', data };
      } finally {
        limit.release();
      }
    };
    const ports = [sip.udp, sip.tcp];
    await openStream(context, request, reply, { kind: 'sip', nonce, seconds: sipSeconds + END_SECONDS, ports, work });
  });
}
