import type { Evidence } from '../../model/report.js';
import type { ReadEnd, Talk } from '../../net/sockets/conversation.js';
import type { Probe } from './probe.js';

const BLANK_LINE = Buffer.from('\r\n', 'latin1');
const BLANK_LINES = 2;
const MAX_BYTES = 1_024;

const readPrompt: Talk = async (conversation): Promise<Evidence> => {
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
  for (let line = 0; line < BLANK_LINES && banner === ''; line++) {
    conversation.send(BLANK_LINE);
    const end = await readUntil(/User ID:/i, answerMs / BLANK_LINES);
    // The prompt is the same however many segments bring it.
    const goesOn = banner !== '' && (end === 'complete' || end === 'timeout');
    if (goesOn) await readUntil(/Password:/i, Math.max(quietMs, answerMs / 4));
    else if (end !== 'timeout') break;
  }
  return banner ? { banner } : {};
};

/** Asks for the DIM terminal's prompt with a blank line or two, and nothing else. */
export const dimPrompt: Probe = {
  id: 'dim-prompt',
  title: 'TCP connect, blank line, read',
  transport: 'tcp',
  services: ['dim'],
  run: (engine, host, port) => engine.tcp(host, port, readPrompt),
};
