import { limitTime } from '../../async/time-limit.js';
import { natBindingsRequestSchema, proofsRequestSchema, sipExchangeRequestSchema } from '../../model/vantage-api.js';
import { TIMINGS } from '../../net/scan/timing.js';
import type { ServerApp } from '../../server/create-server.js';
import { describeStream } from '../describe-api.js';
import type { StreamEvent } from '../../server/event-stream.js';
import { openStream } from '../open-stream.js';
import { Refusal } from '../../server/refusal.js';
import type { VantageContext } from '../vantage-context.js';

/** POST /v1/proofs: sends something signed to endpoints of the caller's address, where a stand-in listens. */
export function addProofsRoute(app: ServerApp, context: VantageContext): void {
  const schema = describeStream(
    'Sends signed messages to endpoints of the address that you come from',
    proofsRequestSchema,
    '`started`, then `proof` for each endpoint: a Proof',
  );
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

/** Time beyond that of an exchange in which it ends, s. */
const END_SECONDS = 5;

/** POST /v1/sip-exchanges: for some seconds the SIP ports answer the caller. */
export function addSipExchangesRoute(app: ServerApp, context: VantageContext): void {
  const { sip } = context.exchanges;
  const { sipSeconds } = context.limits;
  const schema = describeStream(
    'Opens the SIP ports to the address that you come from, and reports what arrives there',
    sipExchangeRequestSchema,
    '`started` with the UDP and the TCP port, then `message`: a SipMessage',
  );
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

/** Time beyond the seconds asked for, s. */
const MORE_SECONDS = 30;

/** POST /v1/nat-bindings: for some time the STUN ports answer the caller. */
export function addNatBindingsRoute(app: ServerApp, context: VantageContext): void {
  const { stun } = context.exchanges;
  const schema = describeStream(
    'Opens the STUN ports to the address that you come from',
    natBindingsRequestSchema,
    '`started` with the two UDP ports',
  );
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
