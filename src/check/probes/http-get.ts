import { askPage } from '../talks/identify.js';
import type { Probe } from './probe.js';

/** HTTP on the connection that the connect opened, and within TLS where that is all that is spoken. */
export const httpGet: Probe = {
  id: 'http-get',
  title: 'HTTP GET / (and /Login.htm if it looks like WebPro), within TLS if need be',
  transport: 'tcp',
  services: ['webpro'],
  run: (engine, host, port, watcher) => engine.watchTcp(host, port, watcher, askPage),
};
