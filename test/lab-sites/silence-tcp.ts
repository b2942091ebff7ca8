import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TcpListener } from '../../src/lab/listen-tcp.js';

/** How long an attempt to connect must hang before its port counts as silent; a loopback handshake takes under 1 ms. */
const HANG_MS = 150;
const MAX_FILLERS = 64;

/** Keeps silenced ports silent until it is stopped. */
export interface Silence {
  /** Lets go of the ports: from then on they refuse connections. */
  stop(): Promise<void>;
}

/**
 * Makes listening ports silent, as a packet filter does that drops: without root, on Linux.
 *
 * The listening sockets are handed to a child that never accepts (it waits for the end of its input, so it goes
 * when we go, even by SIGKILL), our copies are closed, and the queue of connections to be accepted is filled.
 * Linux then drops every SYN (tcp_conn_request, `sk_acceptq_is_full`). Connections that are open go silent too:
 * data to them is still acknowledged, but nothing answers. Rejects where a port does not become silent.
 */
export async function silenceTcp(listeners: readonly TcpListener[]): Promise<Silence> {
  const handles = listeners.flatMap(({ server, connections }) => [server, ...connections]);
  const descriptors = handles.map(descriptorOf).filter((descriptor) => descriptor >= 0);
  const holder = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore', ...descriptors] });
  const spawned = once(holder, 'spawn');
  if (holder.pid === undefined) await spawned;
  // spawn() has forked when it returns: from here on the sockets live on in the child.
  holder.stdin?.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  for (const { server, connections } of listeners) {
    if (server.listening) server.close();
    for (const socket of connections) socket.destroy();
  }
  await spawned;
  const stop = async () => {
    holder.stdin?.end();
    await gone;
  };
  try {
    await Promise.all(listeners.map(fillQueue));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Node has no public way to the descriptor of a socket; -1 where it is closed already or the system has none. */
function descriptorOf(owner: object): number {
  return (owner as { _handle?: { fd?: number } | null })._handle?.fd ?? -1;
}

async function fillQueue({ address, port }: TcpListener): Promise<void> {
  for (let fillers = 0; fillers < MAX_FILLERS; fillers++) {
    if (await hangs(address, port)) return;
  }
  throw new Error(`${address}:${port} cannot be silenced: it completes every handshake`);
}

/** Tries to connect. What connects is reset again, but keeps its place in the queue until it is accepted: never. */
function hangs(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let settled = false;
    // setImmediate: on a busy machine the timer is due before Node has looked whether the handshake is done.
    const timer = setTimeout(() => setImmediate(() => settle(() => resolve(true))), HANG_MS);
    const settle = (done: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
      done();
    };
    socket.once('connect', () => settle(() => resolve(false)));
    socket.once('error', (error) => settle(() => reject(error)));
  });
}
