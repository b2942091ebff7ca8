import type { Evidence } from '../../model/report.js';
import type { Talk } from '../../net/sockets/conversation.js';
import type { Probe } from './probe.js';

const BLANK_LINE = Buffer.from('\r\n', 'latin1');
const BLANK_LINES = 2;
const MAX_BYTES = 1_024;

const readPrompt: Talk = async (conversation): Promise<Evidence> => {
  let banner = '';
  for (let line = 0; line < BLANK_LINES; line++) {
    conversation.send(BLANK_LINE);
    const { bytes, end } = await conversation.read({
      waitMs: conversation.answerMs / BLANK_LINES,
      maxBytes: MAX_BYTES - banner.length,
      isComplete: (all) => all.includes('User ID:'),
    });
    banner += bytes.toString('latin1');
    if (end !== 'timeout' || banner.length > 0) break;
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
