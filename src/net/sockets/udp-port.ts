import type { Socket } from 'node:dgram';
import type { Sender } from '../scan/udp-shared.js';
import { createUdpSocket } from './udp-socket.js';

/** Takes a datagram that came in on a port. */
export type ReceiveDatagram = (bytes: Buffer, from: Sender) => void;

/** A bound UDP socket that hears everybody and sends to whom it is told. */
export class UdpPort {
  private constructor(
    private readonly socket: Socket,
    readonly address: string,
    readonly port: number,
  ) {}

  /** Binds a port of `address` (0: the system chooses). Rejects with the system's error (EADDRINUSE, EACCES …). */
  static open(address: string, port: number, receive: ReceiveDatagram): Promise<UdpPort> {
    return new Promise((resolve, reject) => {
      const socket = createUdpSocket(address.includes(':') ? 6 : 4);
      socket.once('error', (error) => {
        socket.close();
        reject(error);
      });
      socket.bind({ address, port, exclusive: true }, () => {
        // A refusal that comes later belongs to one datagram: it says nothing of the port.
        socket.removeAllListeners('error').on('error', () => {});
        // Port 0 can be forged, and never be answered.
        socket.on('message', (bytes, from) => void (from.port > 0 && receive(bytes, from)));
        resolve(new UdpPort(socket, address, socket.address().port));
      });
    });
  }

  /** Sends one datagram. Rejects with the system's error (ENETUNREACH, EPERM …), and where the port is closed. */
  send(bytes: Buffer, to: Sender): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(bytes, to.port, to.address, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Lets go of the port. */
  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(resolve));
  }
}
