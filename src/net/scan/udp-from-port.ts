import type { Socket } from 'node:dgram';
import type { Core } from './core.js';
import type { Host } from './host.js';
import { createUdpSocket, type Sender, type UdpBinding } from '../sockets/udp-port.js';

/** Whoever has the port may only be trying whether it is free. */
const RETRY_MS = 100;
const RETRIES = 2;

/** What becomes of a local port that was asked for. */
export interface FromPortEvents {
  /** A packet may leave from there, now. */
  readonly ready: (send: (bytes: Uint8Array) => void) => void;
  /** A datagram came to a socket of its own; what comes to one in common is routed by it. */
  readonly received: (bytes: Buffer) => void;
  /** An ICMP error, or an error of sending. */
  readonly failed: (error: NodeJS.ErrnoException) => void;
  /** All sockets are taken: one must be given up for the one that is to be opened. */
  readonly scarce: () => void;
  /** Another process has the port, and does not share it. */
  readonly taken: () => void;
}

/**
 * Sends to an endpoint of the host from a local port whose number matters. All of this process use one socket there.
 * Where another process has the port and shares it, a socket beside that one is connected to the endpoint: the system
 * gives it what comes from there, and the other all the rest. Returns how to end it.
 */
export function sendFromPort(core: Core, host: Host, port: number, to: Sender, events: FromPortEvents): () => void {
  let own: Socket | null = null;
  let ended = false;
  const open = (retries: number): void => {
    if (core.gate.isFull) events.scarce();
    core.gate.open(host.pacer, () => {
      if (ended) return core.gate.release();
      const socket = (own = createUdpSocket(host.family, true).on('close', core.gate.release));
      let connected = false;
      const fail = (error: NodeJS.ErrnoException): void => {
        if (ended) return;
        if (connected) return events.failed(error);
        own = null;
        socket.close();
        if (retries === 0) return events.taken();
        core.agenda.in(RETRY_MS, () => void (ended || open(retries - 1)));
      };
      socket.on('error', fail).on('message', (bytes) => events.received(bytes));
      const { address } = bindingOf(host, port);
      socket.bind({ port, exclusive: true, ...(address !== undefined && { address }) }, () => {
        socket.connect(to.port, to.address, (error?: Error) => {
          if (error) return fail(error);
          if (ended) return;
          connected = true;
          events.ready((bytes) => socket.send(bytes, (problem) => problem && fail(problem)));
        });
      });
    });
  };
  void core.shared.fixedPort(bindingOf(host, port)).then((fixed) => {
    if (ended) return;
    if (fixed) {
      const send = (bytes: Uint8Array) => void fixed.send(bytes, to).catch(() => {});
      core.gate.send(host.pacer, () => void (ended || events.ready(send)));
    } else if (process.platform === 'win32') {
      // Where Windows shares a port, no one can say who hears what.
      events.taken();
    } else {
      open(RETRIES);
    }
  });
  return () => {
    ended = true;
    own?.close();
    own = null;
  };
}

/**
 * Hears what the host answers to a local port other than the one it was asked from, if that can be had; exchanges then
 * know it by its key. An endpoint of our own on that very port would be taken for our own ear.
 */
export function hearAlsoAt(core: Core, host: Host, local: number, asked: number): void {
  if (host.isOurs && local === asked) return;
  void core.shared.fixedPort({ ...bindingOf(host, local), besideOthers: true });
}

/** Of the address that we ask it from alone: what comes to others of this machine is none of our business. */
function bindingOf({ family, localAddress }: Host, port: number): UdpBinding {
  return { family, port, ...(localAddress !== null && { address: localAddress }) };
}
