import type { Probe } from './probe.js';

/** Asks again whether an endpoint that is known to be open still is. */
export const tcpConnect: Probe = {
  id: 'tcp-connect',
  title: 'TCP connect, nothing else',
  transport: 'tcp',
  services: [],
  run: (engine, host, port, watcher) => engine.watchTcp(host, port, watcher),
};
