import type { Evidence, HttpEvidence } from '../../model/report.js';
import type { Conversation, Talk } from '../../net/sockets/conversation.js';
import { isHttpComplete, parseHttpResponse, renderHttpGet, staysOpen } from '../../protocols/http/http.js';
import { USER_AGENT } from '../../version.js';
import type { Probe } from './probe.js';
import { describeBanner } from './tcp-banner.js';

const MAX_BYTES = 16_384;

/** Asks for `/` and, where that looks like WebPro, for `/Login.htm`, whose text tells the version. */
export const browse: Talk = async (conversation) => {
  const root = await get(conversation, '/');
  if (!root.http) return describeBanner(root.bytes);
  const evidence: Evidence = { http: root.http };
  if (!looksLikeWebPro(root.http)) return evidence;
  const next = staysOpen(root.bytes) ? conversation : await conversation.reopen();
  const login = next && (await get(next, '/Login.htm')).http;
  return login ? { ...evidence, login } : evidence;
};

async function get(conversation: Conversation, path: string): Promise<{ bytes: Buffer; http?: HttpEvidence }> {
  const { address: host, port } = conversation.remote;
  conversation.send(renderHttpGet({ path, host, port, userAgent: USER_AGENT }));
  const { bytes } = await conversation.read({
    waitMs: conversation.answerMs,
    maxBytes: MAX_BYTES,
    isComplete: isHttpComplete,
  });
  const http = parseHttpResponse(bytes);
  return http ? { bytes, http } : { bytes };
}

function looksLikeWebPro({ server, title, body }: HttpEvidence): boolean {
  return /^Henry\//.test(server ?? '') || title === 'WebPro' || body.includes('Login.htm');
}

/** HTTP on the connection that the connect opened. */
export const httpGet: Probe = {
  id: 'http-get',
  title: 'HTTP GET / (and /Login.htm if it looks like WebPro)',
  transport: 'tcp',
  services: ['webpro'],
  run: (engine, host, port) => engine.tcp(host, port, browse),
};
