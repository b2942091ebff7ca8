import { identifyMute } from '../talks/identify.js';
import type { Probe } from './probe.js';

/**
 * A TCP port on which nothing is to be expected: what answers there tells of the gateway, not of a service. It is asked
 * what services are asked, so that the answers can be compared.
 */
export const canaryTcp: Probe = {
  id: 'canary-tcp',
  title: 'TCP connect to a port that should be unused, then the same as tcp-banner',
  transport: 'tcp',
  services: [],
  run: (engine, host, port, watcher) => engine.watchTcp(host, port, watcher, identifyMute),
};
