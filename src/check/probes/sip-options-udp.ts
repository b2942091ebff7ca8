import {
  createSipIds,
  isFinalSip,
  parseSipResponse,
  readSipCallId,
  renderSipOptions,
} from '../../protocols/sip/sip.js';
import type { UdpRequest } from '../../net/scan/udp-request.js';
import { USER_AGENT } from '../../version.js';
import type { Probe } from './probe.js';

/** The default SIP port (RFC 3261 §19.1.2), from which the last try is sent. */
const SIP_PORT = 5_060;
/** How long the final response may take after a provisional one, a keep-alive or anything else, ms. */
const FINAL_MS = 1_500;

/** What is the same for all that are asked. */
const REQUEST: UdpRequest = {
  ask: (local, target) => {
    const ids = createSipIds();
    const bytes = renderSipOptions({ transport: 'UDP', target, local: local(), userAgent: USER_AGENT, ids, cseq: 1 });
    return { bytes, key: ids.callId };
  },
  read: (bytes) => {
    const answer = parseSipResponse(bytes);
    return answer && { sip: answer.evidence };
  },
  reason: 'sip-response',
  correlate: readSipCallId,
  lastFromPort: SIP_PORT,
  collect: {
    ms: ({ sip }) => (sip && isFinalSip(sip) ? 0 : FINAL_MS),
    join: (_all, next) => next,
  },
};

/**
 * SIP OPTIONS over UDP; any well-formed SIP answer proves that the endpoint can be reached (RFC 3261 §11.2).
 * Each try is a transaction of its own.
 */
export const sipOptionsUdp: Probe = {
  id: 'sip-options-udp',
  title: 'SIP OPTIONS over UDP',
  transport: 'udp',
  services: ['sip-trunk', 'sip-3rd-party', 'nec-ip-phone'],
  run: (engine, host, port, watcher) => engine.watchUdp(host, port, watcher, REQUEST),
};
