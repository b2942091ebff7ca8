import type { Probe } from './probe.js';
import { readBanner } from './tcp-banner.js';

/** A TCP port on which nothing is to be expected: what answers there tells of the gateway, not of a service. */
export const canaryTcp: Probe = {
  id: 'canary-tcp',
  title: 'TCP connect to a port that should be unused',
  transport: 'tcp',
  services: [],
  run: (engine, host, port) => engine.tcp(host, port, readBanner),
};
