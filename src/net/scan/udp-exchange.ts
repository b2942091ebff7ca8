import type { Socket } from 'node:dgram';
import type { Reason } from '../../model/report.js';
import { type Appointment, cancel } from '../../async/agenda.js';
import type { Core } from './core.js';
import { type Host, REFUSAL_GAP_MS } from './host.js';
import { createErrorOutcome, NO_EVIDENCE, type Outcome, type Watcher } from './outcome.js';
import { BUSY, tryOffset } from './timing.js';
import type { UdpRequest } from './udp-request.js';
import { hearAlsoAt, sendFromPort } from './udp-from-port.js';
import { createUdpSocket, type ReceiveDatagram, type Sender } from '../sockets/udp-port.js';

/** The try (from 0) that leaves from the shared socket. */
const SHARED_TRY = 1;
/** When the try from a fixed port leaves, as a share of the patience. */
const FROM_PORT_AT = 0.66;

/** Asks a UDP endpoint until it answers, an ICMP error refuses it, or its silence is believed. */
export function exchangeUdp(core: Core, host: Host, port: number, request: UdpRequest, watcher: Watcher): void {
  host.underWay++;
  new UdpExchange(core, host, port, request, watcher).open();
}

/**
 * The first and the later tries leave from a connected socket, which hears of ICMP errors; the second one from the
 * shared unconnected one, which hears answers from elsewhere. An ICMP error other than "port unreachable" is soft
 * (RFC 1122 §4.1.3.3, RFC 5461): it may come from any router on the way, and pass. So tries go on as in silence.
 */
class UdpExchange {
  readonly #tries: number;
  readonly #there: Sender;
  /** Few, and written anew for each: what grows in place makes room for sixteen. */
  #cleanups: readonly (() => void)[] = [];
  #ear: ReceiveDatagram | null = null;
  #socket: Socket | null = null;
  #local: Sender | null = null;
  #launched = false;
  #sent = 0;
  #askedFromPort = false;
  #portTaken = false;
  /** What a router on the way said, if it did. */
  #softReason: Reason | null = null;
  #sentAt = 0;
  #firstSentAt = 0;
  #askedOnceMore = false;
  #busySince: number | null = null;
  #next: Appointment | null = null;
  #answer: Outcome | null = null;
  #answeredAt = 0;
  #settled = false;

  constructor(
    private readonly core: Core,
    private readonly host: Host,
    private readonly port: number,
    private readonly request: UdpRequest,
    private readonly watcher: Watcher,
  ) {
    this.#there = { address: host.address, port };
    this.#tries = request.tries ?? host.timing.tries;
    core.running.add(this);
  }

  /** Opens the connected socket and sends the first try from it. */
  open(): void {
    this.core.gate.open(this.host.pacer, () => {
      if (this.#settled) this.core.gate.release();
      else this.#connect();
    });
  }

  /** Ends at once with what is known. */
  cutOff(): void {
    this.#settle(this.#answer ?? createErrorOutcome('cut-off', this.#sent));
  }

  #connect(): void {
    const { address, family } = this.host;
    const socket = createUdpSocket(family);
    this.#socket = socket;
    socket.on('close', this.core.gate.release);
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    socket.on('message', (bytes) => this.#received(bytes, null, false));
    socket.connect(this.port, address, (error?: Error) => {
      if (error) return this.#failed(error);
      if (this.#settled) return;
      this.#launched = true;
      this.host.localAddress ??= socket.address().address;
      if (this.request.alsoAt !== undefined) hearAlsoAt(this.core, this.host, this.request.alsoAt, this.port);
      this.#firstSentAt = performance.now();
      this.host.firstSentAt ??= this.#firstSentAt;
      this.#sendConnected();
      this.#plan();
    });
  }

  /** Appoints the next try, or the end. */
  #plan(): void {
    if (this.#settled || this.#answer) return;
    const { patienceMs } = this.host.timing;
    const { until } = this.request;
    // Where we were busy, tries left late: none is left out for that, and the last is waited for all the same.
    const end = until ?? Math.max(this.#firstSentAt + patienceMs, this.#sentAt + (1 - FROM_PORT_AT) * patienceMs);
    const { lastFromPort } = this.request;
    const last = this.host.isOurs && this.port === lastFromPort ? undefined : lastFromPort;
    if (this.#sent < this.#tries && (until === undefined || performance.now() < until)) {
      const offset = (index: number): number => tryOffset(index, this.#tries, patienceMs);
      const gap = offset(this.#sent) - offset(this.#sent - 1);
      this.#appoint(this.#sentAt + gap, () => void this.#sendNext());
    } else if (last !== undefined && !this.#askedFromPort) {
      this.#appoint(this.#firstSentAt + FROM_PORT_AT * patienceMs, () => {
        this.#askedFromPort = true;
        this.#sendFromPort(last);
      });
    } else {
      this.#appoint(end, () => this.#end());
    }
  }

  #appoint(due: number, run: () => void): void {
    if (this.#settled) return;
    cancel(this.#next);
    this.#next = this.core.agenda.at(due, run);
  }

  #sendNext(): void {
    // Where ICMP errors are heard but limited in rate, whoever expects no answer from elsewhere can better use those.
    const shared = this.#sent === SHARED_TRY && (this.request.correlate || this.host.refusals === 0);
    if (shared || !this.#socket) return void this.#sendShared();
    this.core.gate.send(this.host.pacer, () => {
      this.#sendConnected();
      this.#plan();
    });
  }

  #sendConnected(): void {
    if (this.#settled || !this.#socket) return;
    const socket = this.#socket;
    const bytes = this.#ask(() => (this.#local ??= socket.address()));
    this.#noteSent();
    socket.send(bytes, (error) => error && this.#failed(error));
  }

  async #sendShared(): Promise<void> {
    const { shared } = this.core;
    const socket = await shared.socket(this.host.family);
    this.core.gate.send(this.host.pacer, () => {
      if (this.#settled) return;
      const send = (bytes: Uint8Array) => socket?.send(bytes, this.port, this.host.address, () => {});
      if (socket) this.#sendFrom(shared.portOf(socket), false, send);
      else this.#sendConnected();
      this.#plan();
    });
  }

  #sendFromPort(port: number): void {
    const end = sendFromPort(this.core, this.host, port, this.#there, {
      ready: (send) => {
        this.#sendFrom(port, true, send);
        this.#plan();
      },
      received: (bytes) => this.#received(bytes, null, true),
      failed: (error) => this.#failed(error),
      scarce: () => this.#giveUpSocket(),
      taken: () => {
        this.#portTaken = true;
        this.#plan();
      },
    });
    this.#atEnd(end);
  }

  /** Sends from a port that others use too, and hears what comes to it from the endpoint. */
  #sendFrom(port: number, fixed: boolean, send: (bytes: Uint8Array) => void): void {
    if (this.core.gate.isCrowded && this.host.refusals === 0) this.#giveUpSocket();
    this.#atEnd(this.core.shared.listen(port, this.#there, this.#earOf(fixed)));
    const bytes = this.#ask(() => ({ address: this.host.localAddress ?? '0.0.0.0', port }), fixed);
    this.#noteSent();
    send(bytes);
  }

  /** Where sockets are scarce, the shared ones do: only an ICMP error that comes late is missed. */
  #giveUpSocket(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  #ask(local: () => Sender, fixed = false): Uint8Array {
    const { bytes, key } = this.request.ask(local, this.#there);
    const { correlate } = this.request;
    if (correlate && key !== undefined) this.#atEnd(this.core.shared.listenFor(correlate, key, this.#earOf(fixed)));
    return bytes;
  }

  #atEnd(cleanup: () => void): void {
    this.#cleanups = [...this.#cleanups, cleanup];
  }

  /** What hears for it at sockets in common: one for all tries but that from a fixed port. */
  #earOf(fixed: boolean): ReceiveDatagram {
    if (fixed) return (bytes, from) => this.#received(bytes, from, true);
    return (this.#ear ??= (bytes, from) => this.#received(bytes, from, false));
  }

  #noteSent(): void {
    this.#sent++;
    this.#sentAt = performance.now();
  }

  #received(bytes: Buffer, from: Sender | null, fixed: boolean): void {
    if (this.#settled) return;
    const understood = this.request.read(bytes);
    const elsewhere = from && (from.address !== this.host.address || from.port !== this.port);
    if (elsewhere && !understood) return;
    const evidence: Outcome['evidence'] = understood ?? { banner: bytes.toString('latin1', 0, 256) };
    if (elsewhere) evidence.from = `${from.address}:${from.port}`;
    if (fixed) evidence.fromPort5060 = true;
    const { collect, reason } = this.request;
    if (!this.#answer) {
      const rttMs = this.#noteAnswer(false);
      this.#answeredAt = performance.now();
      const tries = this.#sent;
      this.#answer = { state: 'open', reason: understood ? reason : 'udp-response', rttMs, tries, evidence };
      for (let more = collect?.askMore?.(evidence) ?? 0; more > 0; more--) void this.#sendShared();
    } else if (collect && understood) {
      this.#answer = { ...this.#answer, reason, evidence: collect.join(this.#answer.evidence, evidence) };
    } else {
      return;
    }
    const moreMs = collect?.ms(this.#answer.evidence) ?? 0;
    if (moreMs > 0) this.#appoint(this.#answeredAt + moreMs, () => this.#settle(this.#answer!));
    else this.#settle(this.#answer);
  }

  /** Notes an answer; a refusal that comes late was more likely swallowed before, by a limit of ICMP errors, than lost. */
  #noteAnswer(refused: boolean): number {
    const elapsed = performance.now() - this.#sentAt;
    const late = this.host.isLate(performance.now() - this.#firstSentAt);
    if (refused) this.host.refused('udp', late);
    this.host.heard(this.#sent > 1 ? null : elapsed, late && !refused ? this.#sent - 1 : 0);
    return elapsed;
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#settled || this.#answer) return;
    const meaning = this.host.judgeError(error.code, 'udp', !this.#launched);
    if (meaning.kind === 'busy') return this.#retryLater(meaning.reason, error);
    if (meaning.kind === 'ours') return this.#settle(createErrorOutcome(meaning.reason, this.#sent, error.message));
    if (meaning.reason === 'no-response') return;
    if (meaning.state === 'filtered') return void (this.#softReason = meaning.reason);
    const rttMs = this.#noteAnswer(meaning.state === 'closed');
    this.#settle({ state: meaning.state, reason: meaning.reason, rttMs, tries: this.#sent, evidence: NO_EVIDENCE });
  }

  #retryLater(reason: 'fd-limit' | 'no-ports', error: Error): void {
    const now = performance.now();
    this.#busySince ??= now;
    if (this.#launched) return;
    this.#giveUpSocket();
    this.core.gate.shrink();
    if (now - this.#busySince > BUSY.limitMs) {
      return this.#settle(createErrorOutcome(reason, this.#sent, error.message));
    }
    this.core.agenda.in(BUSY.retryMs, () => this.open());
  }

  /** Silence so far. Where the host's ICMP errors are rate-limited, this endpoint's may only have had no turn yet. */
  #end(): void {
    const mayBeRefusal = !this.#askedOnceMore && this.#softReason === null && this.host.refusals > 0;
    const turn = mayBeRefusal ? this.host.takeRefusalTurn(performance.now()) : null;
    if (turn === null) {
      const evidence = this.#portTaken ? { portTaken: true } : NO_EVIDENCE;
      const state = this.#softReason === null ? 'open|filtered' : 'filtered';
      const reason = this.#softReason ?? 'no-response';
      return this.#settle({ state, reason, rttMs: null, tries: this.#sent, evidence });
    }
    this.#askedOnceMore = true;
    this.#appoint(turn, () => {
      this.core.gate.send(this.host.pacer, () => {
        this.#sendConnected();
        this.#appoint(performance.now() + REFUSAL_GAP_MS, () => this.#end());
      });
    });
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    cancel(this.#next);
    this.core.running.delete(this);
    for (const cleanup of this.#cleanups) cleanup();
    this.#socket?.close();
    this.host.underWay--;
    this.watcher.saw(outcome);
  }
}
