import { createSocket, type Socket, type SocketOptions } from 'node:dgram';

/** Addresses are literals already: asking the resolver would cost a thread's time for each datagram. */
const OPTIONS: Readonly<Record<4 | 6, SocketOptions>> = {
  4: { type: 'udp4', lookup: (address, _options, done) => done(null, address, 4) },
  6: { type: 'udp6', ipv6Only: true, lookup: (address, _options, done) => done(null, address, 6) },
};

/** Creates a UDP socket of one family, for address literals only. */
export function createUdpSocket(family: 4 | 6): Socket {
  return createSocket(OPTIONS[family]);
}
