import { stripTelnet } from '../../protocols/telnet.js';
import { type Fingerprint, quoteSent } from './fingerprint.js';

const FULL_PROMPT = /User ID:[ \t\r\n]{0,8}Password:/i;
const SHORT_PROMPT = /(?:^|[\r\n])[ \t]{0,8}User ID:/i;

/** NEC's maintenance terminal, by the prompt that it shows after blank lines. */
export const necDim: Fingerprint = {
  id: 'nec-dim',
  title: 'NEC DIM maintenance terminal',
  identify({ evidence }) {
    const banner = stripTelnet(evidence.banner ?? '');
    const full = FULL_PROMPT.test(banner);
    if (!full && !SHORT_PROMPT.test(banner)) return null;
    return {
      kind: 'nec-dim',
      label: full ? 'NEC DIM terminal' : 'login prompt like that of an NEC DIM terminal',
      model: null,
      version: null,
      confidence: full ? 'likely' : 'possible',
      basis: [`prompt ${quoteSent(banner, 128)}`],
    };
  },
};
