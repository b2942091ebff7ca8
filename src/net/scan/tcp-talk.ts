import type { Socket } from 'node:net';
import { cancel } from '../../async/agenda.js';
import type { TlsEvidence } from '../../model/tls-evidence.js';
import {
  type Conversation,
  type PatientLimits,
  type ReadResult,
  SocketReader,
  type Talk,
} from '../sockets/conversation.js';
import { finishSocket, resetSocket } from '../sockets/tcp-socket.js';
import { describeTlsServer, NOTHING_SHOWN, startTls } from '../sockets/tls-socket.js';
import type { Core, Running } from './core.js';
import type { Host } from './host.js';
import type { Outcome, Watcher } from './outcome.js';
import { type Connecting, connectTcp, type TcpOptions } from './tcp-connect.js';

/** How long the other side may take to end a connection that we have ended, ms. */
const FINISH_MS = 500;
/** How often it is asked whether waiting still costs nothing, ms. */
const SLICE_MS = 100;

/**
 * Connects to a TCP endpoint and, where it is open, talks its protocol on the same connection. A conversation ends with
 * a FIN; a connection on which neither side said anything with a reset, which leaves no TIME_WAIT behind.
 */
export function talkTcp(
  core: Core,
  host: Host,
  port: number,
  watcher: Watcher,
  talk?: Talk,
  options?: TcpOptions,
): void {
  host.underWay++;
  connectTcp(core, host, port, new Talking(core, host, port, watcher, talk), options);
}

/** The connection of a conversation. */
interface Line {
  readonly socket: Socket;
  /** Null while it goes over to TLS, when there is nothing to read for us. */
  readonly reader: SocketReader | null;
  /** Whether we said anything. */
  said: boolean;
}

/** One conversation, on one connection after another: it holds one socket at a time, so that none waits for another's. */
class Talking implements Connecting, Running {
  #line: Line | null = null;
  #first: Line | null = null;
  #endedFirst: SocketReader['ended'] = null;
  #cut = false;
  readonly #askedAt = performance.now();

  constructor(
    private readonly core: Core,
    private readonly host: Host,
    private readonly port: number,
    private readonly watcher: Watcher,
    private readonly talk: Talk | undefined,
  ) {}

  connected(outcome: Outcome, socket: Socket | null): void {
    const { talk, watcher } = this;
    if (socket && talk) {
      void this.#run(outcome, socket, talk).then(
        (said) => watcher.saw(said),
        (error: unknown) => watcher.crashed(error),
      );
      return;
    }
    if (socket) resetSocket(socket);
    this.host.underWay--;
    watcher.saw(outcome);
  }

  async #run(outcome: Outcome, socket: Socket, talk: Talk): Promise<Outcome> {
    this.core.running.add(this);
    try {
      const conversation = this.#take(socket, false);
      this.#first = this.#line;
      const evidence = await talk(conversation);
      this.#leave();
      const ended = this.#endedFirst;
      const said = Object.keys(evidence).length > 0;
      const reason = ended === 'reset' && !said ? 'reset-after-accept' : outcome.reason;
      return { ...outcome, reason, evidence: ended ? { ...evidence, ended } : evidence };
    } finally {
      this.core.running.delete(this);
      this.#leave();
      this.host.underWay--;
    }
  }

  cutOff(): void {
    this.#cut = true;
    this.#leave();
  }

  #take(socket: Socket, isSecure: boolean): Conversation {
    const reader = new SocketReader(socket, this.core.agenda);
    const line: Line = { socket, reader, said: isSecure };
    this.#line = line;
    const { timing, quietMs } = this.host;
    return {
      local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
      remote: { address: this.host.address, port: this.port },
      answerMs: timing.answerMs,
      quietMs,
      isSecure,
      send: (bytes) => {
        line.said = true;
        if (socket.writable) socket.write(bytes);
      },
      read: (limits) => reader.read(limits),
      readPatiently: (limits) => this.#readPatiently(reader, limits),
      reopen: async () => (isSecure ? ((await this.#secure())?.conversation ?? null) : this.#reopen()),
      secure: () => this.#secure(),
    };
  }

  async #reopen(): Promise<Conversation | null> {
    const socket = await this.#connect();
    return socket && this.#take(socket, false);
  }

  async #secure(): Promise<{ tls: TlsEvidence; conversation: Conversation | null } | null> {
    const socket = await this.#connect();
    if (!socket) return null;
    this.#line = { socket, reader: null, said: true };
    const secured = await startTls(socket, this.core.agenda, this.host.timing.answerMs);
    if (secured && !this.#cut) return { tls: describeTlsServer(secured), conversation: this.#take(secured, true) };
    this.#leave();
    return { tls: NOTHING_SHOWN, conversation: null };
  }

  #connect(): Promise<Socket | null> {
    this.#leave();
    return new Promise((resolve) => {
      if (this.#cut) return resolve(null);
      connectTcp(this.core, this.host, this.port, { connected: (_outcome, socket) => resolve(socket) });
    });
  }

  async #readPatiently(reader: SocketReader, { leastMs, share, maxBytes }: PatientLimits): Promise<ReadResult> {
    const { host, core } = this;
    const leastUntil = performance.now() + leastMs;
    const mostUntil = this.#askedAt + share * host.timing.patienceMs;
    host.underWay--;
    try {
      for (;;) {
        const now = performance.now();
        const isAlone = host.underWay === 0 && !host.unhurried;
        const costs = isAlone || core.gate.isCrowded || now >= mostUntil;
        const waitMs = Math.max(leastUntil - now, costs ? 0 : Math.min(SLICE_MS, mostUntil - now));
        if (waitMs <= 0) return { bytes: Buffer.alloc(0), end: 'timeout' };
        const result = await reader.read({ waitMs, maxBytes, isComplete: () => true });
        if (result.end !== 'timeout') return result;
      }
    } finally {
      host.underWay++;
    }
  }

  /** Ends the connection, if there is one. */
  #leave(): void {
    const line = this.#line;
    if (!line) return;
    this.#line = null;
    if (line === this.#first) this.#endedFirst = line.reader?.ended ?? null;
    if (line.said || line.reader?.heard) this.#finish(line.socket);
    else resetSocket(line.socket);
  }

  /** Nobody waits for the end: it comes soon, and at once where the engine ends or sockets are scarce. */
  #finish(socket: Socket): void {
    const { agenda, gate, running } = this.core;
    if (socket.destroyed) return;
    finishSocket(socket);
    if (this.#cut || gate.isFull) return void socket.destroy();
    const end = (): void => void socket.destroy();
    const finishing: Running = { cutOff: end };
    const deadline = agenda.in(FINISH_MS, end);
    running.add(finishing);
    socket.once('close', () => {
      cancel(deadline);
      running.delete(finishing);
    });
  }
}
