import { randomBytes } from 'node:crypto';
import { mapConcurrently } from '../../async/map-concurrently.js';
import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Evidence } from '../../model/evidence.js';
import type { ProofEvent } from '../../model/vantage-api.js';
import type { Talk } from '../../net/sockets/conversation.js';
import { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import type { Outcome } from '../../net/scan/outcome.js';
import type { Timing } from '../../net/scan/timing.js';
import { isReceipt, isWholeLine, MAX_PROOF_BYTES, type ProofMessage, renderProof } from '../../protocols/proof.js';

/** Endpoints under way at once. */
const CONCURRENCY = 64;
/** Between the first messages to two endpoints, ms: routers shut out who comes faster. */
const GAP_MS = 120;
/** Datagrams to one endpoint before its silence is believed: one that is lost must not pass for one that is blocked. */
const UDP_TRIES = 4;

/** Whom to send proofs, and how. */
export interface SendProofsOptions {
  /** A literal: the address that the caller comes from, and no other. */
  readonly address: string;
  /** The caller's 32 bytes. */
  readonly key: Buffer;
  /** Each one once, in the order in which they are asked. */
  readonly endpoints: readonly EndpointId[];
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

/**
 * Sends a proof to every endpoint, one after the other at a moderate pace, and yields what was seen of each as soon as it is known. Ends at
 * once after an abort: what was under way is yielded as cut off, the rest is not.
 */
export async function* sendProofs(options: SendProofsOptions): AsyncGenerator<ProofEvent> {
  const { address, key, endpoints, timing, signal } = options;
  const engine = new Engine({ ...timing, tries: Math.max(timing.tries, UDP_TRIES) }, signal);
  const host = engine.host(address);
  try {
    yield* mapConcurrently(pace(engine, endpoints), CONCURRENCY, signal, async (endpoint) => {
      const nonce = randomBytes(16).toString('base64url');
      const { state, reason, tries, evidence } = await sendProof(engine, host, key, { endpoint, nonce });
      return { endpoint, state, reason, tries, receipt: evidence['receipt'] === true };
    });
  } finally {
    await engine.close();
  }
}

function sendProof(engine: Engine, host: Host, key: Buffer, proof: ProofMessage): Promise<Outcome> {
  const { transport, port } = parseEndpointId(proof.endpoint)!;
  const bytes = renderProof(key, proof);
  const read = (answer: Buffer): Evidence | undefined =>
    isReceipt(key, proof, answer) ? { receipt: true } : undefined;
  if (transport === 'udp') return engine.udp(host, port, { ask: () => ({ bytes }), read, reason: 'udp-response' });
  const talk: Talk = async (conversation) => {
    conversation.send(bytes);
    const limits = { waitMs: conversation.answerMs, maxBytes: MAX_PROOF_BYTES, isComplete: isWholeLine };
    return read((await conversation.read(limits)).bytes) ?? {};
  };
  return engine.tcp(host, port, talk);
}

/** The same items in their order, apart in time. */
async function* pace<T>(engine: Engine, items: readonly T[]): AsyncGenerator<T> {
  for (const [index, item] of items.entries()) {
    if (index > 0) await engine.sleep(GAP_MS);
    yield item;
  }
}
