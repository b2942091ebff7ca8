import type { Evidence } from '../../model/evidence.js';
import type { Conversation } from '../../net/sockets/conversation.js';
import { askSip } from './ask-sip.js';
import { askWeb } from './ask-web.js';
import { describeBytes } from './describe-bytes.js';
import { listen } from './listen.js';
import { orWithinTls } from './or-within-tls.js';
import { planWaits, type Waiting } from './waiting.js';

/**
 * Finds out what a server is of which nothing is known: listens for what comes unasked, then asks for a web page, and
 * last whether TLS is spoken. Asks nothing where the other side ends the connection by itself.
 * @param waiting for how long the page is waited for, if it is not likely; else as long as for any answer
 */
export async function identify(conversation: Conversation, waiting?: Waiting): Promise<Evidence> {
  const { bytes, end } = await listen(conversation);
  if (bytes.length > 0 || end !== 'timeout') return describeBytes(bytes);
  return askPage(conversation, waiting);
}

/** The same where nothing would identify the service that belongs there, and a page is not to be expected. */
export function identifyMute(conversation: Conversation): Promise<Evidence> {
  return identify(conversation, planWaits(conversation).question);
}

/** Asks for a web page and, where nothing is answered, whether TLS is spoken, and the same within it. */
export async function askPage(conversation: Conversation, waiting?: Waiting): Promise<Evidence> {
  return orWithinTls(conversation, await askWeb(conversation, waiting), [askWeb, askSip]);
}
