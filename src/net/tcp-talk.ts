import type { Socket } from 'node:net';
import type { Conversation, Talk } from './conversation.js';
import type { Core, Running } from './core.js';
import type { Host } from './host.js';
import type { Outcome } from './outcome.js';
import { resetSocket } from './reset-socket.js';
import { SocketReader } from './socket-reader.js';
import { connectTcp } from './tcp-connect.js';

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
  const sockets = [socket];
  let cut = false;
  const running: Running = {
    cutOff: () => {
      cut = true;
      for (const each of sockets) each.destroy();
    },
  };
  core.running.add(running);
  try {
    const reader = new SocketReader(socket, core.agenda);
    const reopen = (): Promise<Conversation | null> =>
      new Promise((resolve) => {
        connectTcp(core, host, port, ({ socket: next }) => {
          if (next) sockets.push(next);
          resolve(next && createConversation(next, new SocketReader(next, core.agenda), host, port, reopen));
        });
      });
    const evidence = await talk(createConversation(socket, reader, host, port, reopen));
    const said = Object.keys(evidence).length > 0;
    const ended = cut ? null : reader.ended;
    const reason = ended === 'reset' && !said ? 'reset-after-accept' : outcome.reason;
    return { ...outcome, reason, evidence: ended ? { ...evidence, ended } : evidence };
  } finally {
    core.running.delete(running);
    for (const each of sockets) resetSocket(each);
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
    answerMs: host.timing.patienceMs,
    quietMs: host.quietMs,
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    read: (limits) => reader.read(limits),
    reopen,
  };
}
