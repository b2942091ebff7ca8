import { identifyMute } from '../talks/identify.js';
import type { Probe } from './probe.js';

/**
 * For services without a known protocol, PCPro among them. They are mute for all that is known, so that only what is not
 * theirs answers; and no time is lost on them where nothing else of the target is waited for.
 */
export const tcpBanner: Probe = {
  id: 'tcp-banner',
  title: 'TCP connect, silent read, then HTTP GET / and TLS if nothing comes',
  transport: 'tcp',
  services: ['pcpro', 'cti', 'smdr'],
  run: (engine, host, port, watcher) => engine.watchTcp(host, port, watcher, identifyMute),
};
