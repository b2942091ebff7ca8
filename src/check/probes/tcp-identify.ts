import { identify } from '../talks/identify.js';
import type { Probe } from './probe.js';

/** For TCP ports that no service is known on: listens first, then asks for a web page. */
export const tcpIdentify: Probe = {
  id: 'tcp-identify',
  title: 'TCP connect, silent read, then HTTP GET / and what http-get does',
  transport: 'tcp',
  services: [],
  run: (engine, host, port, watcher, manner) => engine.watchTcp(host, port, watcher, identify, manner),
};
