import { randomBytes } from 'node:crypto';
import type { NatSurvey } from '../../model/site.js';
import { MAX_BINDING_SECONDS } from '../../model/vantage-api.js';
import { StunSocket } from './stun-socket.js';
import { type ExchangeClient, VantageExchange } from './vantage-exchange.js';

/** Silences that are tried, s, as far as they are not longer than the longest that is asked for. */
const SILENCES = [10, 20, 30, 45, 60, 90, 120, 180, 240];

/** How long an indication may be late, ms: its copies come within a second. */
const GRACE_MS = 2_500;

/** How much longer than its silences the whole may take, ms. */
const MARGIN_MS = 30_000;

const MAX_PROBLEM = 512;

/** What is looked at. */
export interface SurveyNatOptions {
  readonly client: ExchangeClient;
  /** The address of this machine from which is asked. */
  readonly localAddress: string;
  /** Longest silence to try, 1–300 s; null: none is tried. */
  readonly bindingSeconds: number | null;
  readonly signal: AbortSignal;
  /** Silences to try instead of the usual ones, s. */
  readonly silences?: readonly number[];
}

/** What all the steps share. */
interface Scene {
  readonly exchange: VantageExchange;
  readonly localAddress: string;
  readonly key: Buffer;
}

/**
 * Tells how what is between us and the vantage maps UDP and, where asked, how long it keeps a binding that is silent:
 * one socket for each silence, all at once, from ephemeral ports. What could not be told is `problem`.
 * Throws {@link VantageError} where the vantage did not begin.
 */
export async function surveyNat(options: SurveyNatOptions): Promise<NatSurvey> {
  const { client, localAddress, bindingSeconds, signal } = options;
  const seconds = Math.min(bindingSeconds ?? 1, MAX_BINDING_SECONDS);
  const key = randomBytes(32);
  const exchange = await VantageExchange.open({
    ...{ client, path: '/v1/nat-bindings', body: { key: key.toString('base64url'), seconds }, signal },
    longestMs: seconds * 1_000 + MARGIN_MS,
  });
  const problems: (string | null)[] = [];
  const scene = { exchange, localAddress, key };
  try {
    const mapped = await lookAtMapping(scene).catch(tell(problems, []));
    const mapping = judgeMapping(localAddress, mapped);
    problems.push(tellSilentPorts(exchange, mapped));
    const silences = (options.silences ?? SILENCES).filter((silence) => silence < seconds);
    const tried =
      bindingSeconds !== null && mapped.length > 0
        ? await Promise.all([...silences, seconds].map((each) => keepSilent(scene, each).catch(tell(problems, null))))
        : [];
    const { binding, problem } = judgeSilences(tried.flatMap((each) => each?.silence ?? []));
    problems.push(problem);
    if (tried.some((each) => each?.silence === null)) problems.push('Not every silence was tried to its end.');
    if (exchange.signal.aborted) await exchange.ended.catch((error: Error) => problems.push(error.message));
    return {
      mapping,
      portPreserved: mapped.length > 0 ? mapped.every(({ localPort, port }) => localPort === port) : null,
      mapped: [...mapped, ...tried.flatMap((each) => each?.mapped ?? [])].slice(0, 16),
      binding,
      problem: joinProblems(problems),
    };
  } finally {
    exchange.close();
  }
}

/** From where one socket is seen by both ports. */
async function lookAtMapping({ exchange, localAddress, key }: Scene): Promise<Mapped[]> {
  const socket = await StunSocket.open(localAddress, key);
  try {
    const { localPort } = socket;
    const seen = await Promise.all(
      exchange.started.ports.map(async (vantagePort) => {
        const { mapped } = await socket.ask({ address: exchange.vantage, port: vantagePort }, exchange.signal);
        return mapped ? [{ localPort, vantagePort, ...mapped }] : [];
      }),
    );
    return seen.flat();
  } finally {
    await socket.close();
  }
}

/** Has one socket be silent for so long. `silence` is null if that was not tried to its end. */
async function keepSilent(
  { exchange, localAddress, key }: Scene,
  seconds: number,
): Promise<{ readonly mapped: Mapped | null; readonly silence: Silence | null }> {
  const socket = await StunSocket.open(localAddress, key);
  try {
    const vantagePort = exchange.started.ports[0]!;
    const to = { address: exchange.vantage, port: vantagePort };
    const { mapped, came } = await socket.ask(to, exchange.signal, { seconds, graceMs: GRACE_MS });
    if (!mapped) return { mapped: null, silence: null };
    const concluded = came || !exchange.signal.aborted;
    return {
      mapped: { localPort: socket.localPort, vantagePort, ...mapped },
      silence: concluded ? { seconds, came } : null,
    };
  } finally {
    await socket.close();
  }
}

function tellSilentPorts({ started }: VantageExchange, mapped: readonly Mapped[]): string | null {
  if (mapped.length === 0) {
    return `The vantage's UDP ports ${started.ports.join(' and ')} did not answer: something on the way blocks them, or UDP leaves by another address.`;
  }
  if (mapped.length === 2) return null;
  const silent = started.ports.filter((port) => !mapped.some(({ vantagePort }) => vantagePort === port));
  return `The vantage's UDP port ${silent.join(', ')} did not answer.`;
}

/** Takes our own trouble for a problem, with a value in its place. */
function tell<T>(problems: (string | null)[], instead: T): (error: Error) => T {
  return (error) => {
    problems.push(`A UDP socket of our own failed: ${error.message}`);
    return instead;
  };
}

function joinProblems(problems: readonly (string | null)[]): string | null {
  const told = [...new Set(problems.filter((problem) => problem !== null))];
  return told.length > 0 ? told.join(' ').slice(0, MAX_PROBLEM) : null;
}

/** From where a socket was seen by one of the vantage's ports. */
export type Mapped = NatSurvey['mapped'][number];

/** What became of one socket that was silent for so long. */
export interface Silence {
  readonly seconds: number;
  /** Whether a datagram came in after that. */
  readonly came: boolean;
}

/**
 * The mapping behaviour (RFC 4787 §4.1) of what one socket was mapped to for two ports of one vantage. With one address
 * of the vantage only the ports can be told apart: "endpoint-independent" may still depend on the address.
 */
export function judgeMapping(localAddress: string, mapped: readonly Mapped[]): NatSurvey['mapping'] {
  const places = new Set(mapped.map(({ address, port }) => `${address} ${port}`));
  if (places.size > 1) return 'endpoint-dependent';
  if (mapped.some(({ address, port, localPort }) => address === localAddress && port === localPort)) return 'none';
  return mapped.length === 2 ? 'endpoint-independent' : 'unknown';
}

/**
 * How long a binding is held. A silence after which nothing came counts only where no longer one was survived: else
 * something other than the binding's age was to blame, and `problem` says so. Null if no silence came to its end.
 */
export function judgeSilences(silences: readonly Silence[]): {
  readonly binding: NatSurvey['binding'];
  readonly problem: string | null;
} {
  if (silences.length === 0) return { binding: null, problem: null };
  const held = silences.filter(({ came }) => came).map(({ seconds }) => seconds);
  const lost = silences.filter(({ came }) => !came).map(({ seconds }) => seconds);
  const heldSeconds = held.length > 0 ? Math.max(...held) : null;
  const beyond = lost.filter((seconds) => heldSeconds === null || seconds > heldSeconds);
  const odd = lost.filter((seconds) => !beyond.includes(seconds)).sort((a, b) => a - b);
  return {
    binding: {
      heldSeconds,
      lostSeconds: beyond.length > 0 ? Math.min(...beyond) : null,
      triedSeconds: Math.max(...silences.map(({ seconds }) => seconds)),
    },
    problem:
      odd.length > 0
        ? `Nothing came in after a silence of ${odd.join(', ')} s, though ${heldSeconds} s were survived: ` +
          'bindings end for a reason other than their age, or datagrams were lost.'
        : null,
  };
}
