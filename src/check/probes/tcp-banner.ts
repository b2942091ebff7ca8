import type { Evidence } from '../../model/report.js';
import type { Talk } from '../../net/sockets/conversation.js';
import type { Probe } from './probe.js';

const MAX_BANNER = 1_024;

/** Listens for bytes that a service sends unasked; says nothing itself. */
export const readBanner: Talk = async (conversation): Promise<Evidence> => {
  const { bytes } = await conversation.read({ waitMs: conversation.quietMs, maxBytes: MAX_BANNER });
  return describeBanner(bytes);
};

/** Bytes in no protocol that the probe knows, as evidence; none for none. */
export function describeBanner(bytes: Buffer): Evidence {
  return bytes.length > 0 ? { banner: bytes.toString('latin1', 0, MAX_BANNER) } : {};
}

/** For services without a known protocol, PCPro among them. */
export const tcpBanner: Probe = {
  id: 'tcp-banner',
  title: 'TCP connect, silent read',
  transport: 'tcp',
  services: ['pcpro', 'cti', 'smdr'],
  run: (engine, host, port) => engine.tcp(host, port, readBanner),
};
