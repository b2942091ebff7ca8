import type { Probe } from './probe.js';

const DATAGRAM = Buffer.from('sallyport canary\r\n', 'latin1');

/** A UDP port on which nothing is to be expected. Two tries at most: ICMP errors are limited in rate. */
export const canaryUdp: Probe = {
  id: 'canary-udp',
  title: 'UDP datagram to a port that should be unused',
  transport: 'udp',
  services: [],
  run: (engine, host, port, watcher, { until } = {}) =>
    engine.watchUdp(host, port, watcher, {
      ask: () => ({ bytes: DATAGRAM }),
      read: () => undefined,
      reason: 'udp-response',
      tries: 2,
      ...(until === undefined ? {} : { until }),
    }),
};
