import type { Talk } from '../../net/sockets/conversation.js';
import { askSip } from '../talks/ask-sip.js';
import { askWeb } from '../talks/ask-web.js';
import { orWithinTls } from '../talks/or-within-tls.js';
import type { Probe } from './probe.js';

const ask: Talk = async (conversation) => orWithinTls(conversation, await askSip(conversation), [askSip, askWeb]);

/** SIP OPTIONS over TCP. A handshake alone proves no SIP server: firewalls complete it by themselves. */
export const sipOptionsTcp: Probe = {
  id: 'sip-options-tcp',
  title: 'TCP connect, SIP OPTIONS, within TLS if need be',
  transport: 'tcp',
  services: ['sip-trunk', 'sip-3rd-party', 'nec-ip-phone'],
  run: (engine, host, port, watcher) => engine.watchTcp(host, port, watcher, ask),
};
