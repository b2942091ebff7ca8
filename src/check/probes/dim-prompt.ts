import type { Evidence } from '../../model/evidence.js';
import type { Conversation, ReadEnd, Talk } from '../../net/sockets/conversation.js';
import { stripTelnet } from '../../protocols/telnet.js';
import { isTlsAnswer } from '../../protocols/tls.js';
import { describeBytes } from '../talks/describe-bytes.js';
import { askPage } from '../talks/identify.js';
import { planWaits } from '../talks/waiting.js';
import type { Probe } from './probe.js';

const BLANK_LINE = Buffer.from('\r\n', 'latin1');
const BLANK_LINES = 2;
const MAX_BYTES = 1_024;

/** Where no prompt comes, it is no terminal as far as is known: a page is asked for, on a connection of its own. */
const ask: Talk = async (conversation): Promise<Evidence> => {
  const { banner, end } = await readPrompt(conversation);
  const bytes = Buffer.from(banner, 'latin1');
  if (end === 'reset' || (bytes.length > 0 && !isTlsAnswer(bytes))) return describeBytes(bytes);
  const next = await conversation.reopen();
  return next ? askPage(next, planWaits(next).question) : {};
};

async function readPrompt(conversation: Conversation): Promise<{ readonly banner: string; readonly end: ReadEnd }> {
  let banner = '';
  const readUntil = async (awaited: RegExp, waitMs: number): Promise<ReadEnd> => {
    const { bytes, end } = await conversation.read({
      waitMs,
      maxBytes: MAX_BYTES - banner.length,
      isComplete: (all) => awaited.test(banner + all.toString('latin1')),
    });
    banner += bytes.toString('latin1');
    return end;
  };
  const { answerMs, quietMs } = conversation;
  let end: ReadEnd = 'timeout';
  // What Telnet negotiates is no prompt, and no answer to a line.
  for (let line = 0; line < BLANK_LINES && stripTelnet(banner).trim() === ''; line++) {
    conversation.send(BLANK_LINE);
    end = await readUntil(/User ID:/i, answerMs / BLANK_LINES);
    // The prompt is the same however many segments bring it.
    const goesOn = banner !== '' && (end === 'complete' || end === 'timeout');
    if (goesOn) await readUntil(/Password:/i, Math.max(quietMs, answerMs / 4));
    else if (end !== 'timeout') break;
  }
  return { banner, end };
}

/** Asks for the DIM terminal's prompt with a blank line or two; what shows none is asked what else it may be. */
export const dimPrompt: Probe = {
  id: 'dim-prompt',
  title: 'TCP connect, blank line, read; then HTTP GET / and TLS if nothing comes',
  transport: 'tcp',
  services: ['dim'],
  run: (engine, host, port, watcher) => engine.watchTcp(host, port, watcher, ask),
};
