import { addressScope } from '../../model/address.js';
import type { Reason } from '../../model/report.js';
import { limitTime, onAbort } from '../../async/time-limit.js';
import { judgeErrno } from './errno.js';
import { bindUdp, type Sender } from './udp-port.js';

/** Answers that are kept of one sender, and senders that are kept at all: one that floods us silences no other. */
const MAX_ANSWERS = 64;
const MAX_SENDERS = 256;
/** Bytes that are kept of one answer. */
const MAX_BYTES = 2_048;
/** Hops of a multicast datagram (UPnP Device Architecture 2.0 §1.3.2). */
const TTL = 2;

/** A datagram and when to send it, in ms from the beginning. */
export interface TimedDatagram {
  readonly bytes: Buffer;
  readonly atMs: number;
  /** Where not to the address of the search. */
  readonly to?: string | undefined;
}

/** Whom to ask, and how. */
export interface UdpSearch {
  /** The IPv4 address of ours to send from. For a multicast address it chooses the interface. */
  readonly localAddress: string;
  /** An IPv4 literal, unicast or multicast. */
  readonly address: string;
  readonly port: number;
  readonly datagrams: readonly TimedDatagram[];
  /** How long answers are taken, in ms from the beginning. */
  readonly collectMs: number;
  /** Ends the search at once; what came so far is returned. */
  readonly signal: AbortSignal;
}

export interface UdpAnswer {
  readonly bytes: Buffer;
  readonly from: Sender;
}

/** What came back, in the order of its coming. */
export interface UdpSearchResult {
  readonly answers: readonly UdpAnswer[];
  /** More came than is kept. */
  readonly overflow: boolean;
  /** Datagrams that the system took from us. */
  readonly sent: number;
  /** Our own trouble: why not all was sent or heard. Null says that nothing stood in the way here. */
  readonly problem: string | null;
}

/**
 * Sends datagrams from a socket of its own and takes what anyone answers: devices may answer from another port or
 * address than the one asked. Never rejects.
 */
export async function searchUdp(search: UdpSearch): Promise<UdpSearchResult> {
  const { localAddress, address, port, datagrams, collectMs } = search;
  const kept = new AnswerStore();
  let sent = 0;
  let problem: string | null = null;
  const fail = (error: NodeJS.ErrnoException): null => {
    problem ??= describeTrouble(error);
    return null;
  };
  const limit = limitTime(search.signal, collectMs);
  const { signal } = limit;
  const socket = signal.aborted ? null : await bindUdp({ family: 4, address: localAddress, port: 0 }).catch(fail);
  if (socket) {
    socket.on('message', (bytes, from) => kept.add(bytes, from));
    socket.on('error', (error) => limit.end(fail(error)));
    const send = ({ bytes, to = address }: TimedDatagram): void => {
      socket.send(bytes, port, to, (error) => (error ? fail(error) : sent++));
    };
    const timers: NodeJS.Timeout[] = [];
    try {
      if (addressScope(address) === 'multicast') {
        socket.setMulticastInterface(localAddress);
        socket.setMulticastTTL(TTL);
        socket.setMulticastLoopback(false);
      }
      for (const datagram of datagrams) timers.push(setTimeout(() => send(datagram), datagram.atMs));
      await new Promise<void>((resolve) => onAbort(signal, resolve));
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    }
    for (const timer of timers) clearTimeout(timer);
    socket.close();
  }
  limit.release();
  return { ...kept.result(), sent, problem };
}

/** Keeps each answer once, and so many. */
class AnswerStore {
  readonly #bySender = new Map<string, Set<string>>();
  readonly #answers: UdpAnswer[] = [];
  #overflow = false;

  add(bytes: Buffer, { address, port }: Sender): void {
    let known = this.#bySender.get(address);
    if (!known && this.#bySender.size < MAX_SENDERS) this.#bySender.set(address, (known = new Set()));
    // Copied: a slice would keep the whole buffer that the datagram came in.
    const kept = Buffer.from(bytes.subarray(0, MAX_BYTES));
    const text = kept.toString('latin1');
    if (known?.has(text)) return;
    if (!known || known.size >= MAX_ANSWERS) {
      this.#overflow = true;
      return;
    }
    known.add(text);
    this.#answers.push({ bytes: kept, from: { address, port } });
  }

  result(): Pick<UdpSearchResult, 'answers' | 'overflow'> {
    return { answers: this.#answers, overflow: this.#overflow };
  }
}

const TROUBLES: Partial<Record<Reason, string>> = {
  'no-route': 'this machine has no route there',
  'no-permission': 'this machine does not let us send there; its firewall, if it has one, may be why',
  'fd-limit': 'the system has no buffers or descriptors left',
  'no-ports': 'the system gave us no address or port to send from',
};

/** Whatever keeps us from sending on an unconnected socket is of this machine: no one can have refused yet. */
function describeTrouble(error: NodeJS.ErrnoException): string {
  const code = error.code ?? error.message.slice(0, 100);
  return `${TROUBLES[judgeErrno(error.code, 'udp', true).reason] ?? 'the system refused to send'} (${code})`;
}
