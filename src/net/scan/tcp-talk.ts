import type { Socket } from 'node:net';
import type { Core, Running } from './core.js';
import type { Host } from './host.js';
import type { Outcome } from './outcome.js';
import { connectTcp } from './tcp-connect.js';
import { type Conversation, SocketReader, type Talk } from '../sockets/conversation.js';
import { resetSocket } from '../sockets/tcp-socket.js';

/**
 * Connects to a TCP endpoint and, where it is open, talks its protocol on the same connection. Ends connections
 * with a reset, which leaves no TIME_WAIT behind.
 */
export function talkTcp(core: Core, host: Host, port: number, talk?: Talk): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    connectTcp(core, host, port, ({ outcome, socket }) => {
      if (socket && talk) return void converse(core, host, port, outcome, socket, talk).then(resolve, reject);
      if (socket) resetSocket(socket);
      resolve(outcome);
    });
  });
}

async function converse(
  core: Core,
  host: Host,
  port: number,
  outcome: Outcome,
  socket: Socket,
  talk: Talk,
): Promise<Outcome> {
  const reader = new SocketReader(socket, core.agenda);
  let open: Socket | null = socket;
  let cut = false;
  let endedFirst: SocketReader['ended'] = null;
  /** Ends the connection; answers how the other side had ended the first one before that. */
  const leave = (): SocketReader['ended'] => {
    if (open === socket) endedFirst = reader.ended;
    if (open) resetSocket(open);
    open = null;
    return endedFirst;
  };
  const running: Running = {
    cutOff: () => {
      cut = true;
      leave();
    },
  };
  const reopen = (): Promise<Conversation | null> =>
    new Promise((resolve) => {
      // A conversation holds one socket at a time: else conversations could wait for one another's.
      leave();
      if (cut) return resolve(null);
      connectTcp(core, host, port, ({ socket: next }) => {
        open = next;
        resolve(next && createConversation(next, new SocketReader(next, core.agenda), host, port, reopen));
      });
    });
  core.running.add(running);
  try {
    const evidence = await talk(createConversation(socket, reader, host, port, reopen));
    const ended = leave();
    const said = Object.keys(evidence).length > 0;
    const reason = ended === 'reset' && !said ? 'reset-after-accept' : outcome.reason;
    return { ...outcome, reason, evidence: ended ? { ...evidence, ended } : evidence };
  } finally {
    core.running.delete(running);
    leave();
  }
}

function createConversation(
  socket: Socket,
  reader: SocketReader,
  host: Host,
  port: number,
  reopen: Conversation['reopen'],
): Conversation {
  return {
    local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    remote: { address: host.address, port },
    answerMs: host.timing.answerMs,
    quietMs: host.quietMs,
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    read: (limits) => reader.read(limits),
    reopen,
  };
}
