import type { Talk } from '../../net/sockets/conversation.js';
import { browse } from './http-get.js';
import type { Probe } from './probe.js';
import { readBanner } from './tcp-banner.js';

const identify: Talk = async (conversation) => {
  const greeting = await readBanner(conversation);
  return greeting.banner ? greeting : browse(conversation);
};

/** For TCP ports that no service is known on: listens first, then asks for a web page. */
export const tcpIdentify: Probe = {
  id: 'tcp-identify',
  title: 'TCP connect, silent read, then HTTP GET /',
  transport: 'tcp',
  services: [],
  run: (engine, host, port) => engine.tcp(host, port, identify),
};
