import type { Evidence, HttpEvidence } from '../../model/evidence.js';
import type { Conversation } from '../../net/sockets/conversation.js';
import { isHttpComplete, parseHttpResponse, renderHttpGet, staysOpen } from '../../protocols/http/http.js';
import { USER_AGENT } from '../../version.js';
import { describeBytes } from './describe-bytes.js';
import type { Answer } from './or-within-tls.js';
import type { Waiting } from './waiting.js';

const MAX_BYTES = 16_384;
/** What web servers say where they were asked in plain text on a port of theirs for TLS. */
const WANTS_TLS = /\b(?:https|ssl|tls)\b/i;

/**
 * Asks for `/` and, where that looks like WebPro, for `/Login.htm`, whose text tells the version.
 * @param waiting for how long, where not as long as for any answer
 */
export async function askWeb(conversation: Conversation, waiting?: Waiting): Promise<Answer> {
  const root = await get(conversation, '/', waiting);
  if (!root.http) return { bytes: root.bytes, evidence: describeBytes(root.bytes) };
  const evidence: Evidence = { http: root.http };
  const wantsTls = root.http.status === 400 && WANTS_TLS.test(root.http.body);
  if (!looksLikeWebPro(root.http)) return { bytes: root.bytes, evidence, wantsTls };
  const next = staysOpen(root.bytes) ? conversation : await conversation.reopen();
  const login = next && (await get(next, '/Login.htm')).http;
  return { bytes: root.bytes, evidence: login ? { ...evidence, login } : evidence };
}

async function get(
  conversation: Conversation,
  path: string,
  waiting?: Waiting,
): Promise<{ readonly bytes: Buffer; readonly http: HttpEvidence | undefined }> {
  const { address: host, port } = conversation.remote;
  conversation.send(renderHttpGet({ path, host, port, userAgent: USER_AGENT }));
  const begun = waiting ? (await conversation.readPatiently({ ...waiting, maxBytes: MAX_BYTES })).bytes : null;
  let bytes = begun ?? Buffer.alloc(0);
  if (begun?.length !== 0 && !isHttpComplete(bytes)) {
    const { bytes: rest } = await conversation.read({
      waitMs: conversation.answerMs,
      maxBytes: MAX_BYTES - bytes.length,
      isComplete: (more) => isHttpComplete(Buffer.concat([bytes, more])),
    });
    bytes = Buffer.concat([bytes, rest]);
  }
  return { bytes, http: parseHttpResponse(bytes) };
}

function looksLikeWebPro({ server, title, body }: HttpEvidence): boolean {
  return /^Henry\//.test(server ?? '') || title === 'WebPro' || body.includes('Login.htm');
}
