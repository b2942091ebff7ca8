import type { LabServer } from '../lab-server.js';

export interface DatagramStormOptions {
  /** Datagrams for each one that comes in; default 500. */
  readonly count?: number;
  /** Bytes of each; default 200. */
  readonly length?: number;
  /** Datagrams in all, over the life of the server; default 20,000. */
  readonly max?: number;
}

/** Answers one datagram with a storm of meaningless ones. */
export function datagramStorm({ count = 500, length = 200, max = 20_000 }: DatagramStormOptions = {}): LabServer {
  const payload = Buffer.alloc(length, 'storm ');
  let left = max;
  return {
    udp({ reply }) {
      for (let i = 0; i < count && left > 0; i++, left--) reply(payload);
    },
  };
}
