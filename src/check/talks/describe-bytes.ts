import type { Evidence } from '../../model/evidence.js';
import { parseHttpResponse } from '../../protocols/http/http.js';
import { findSipResponse } from '../../protocols/sip/sip.js';

const MAX_BANNER = 1_024;

/**
 * What a server said, as evidence, whichever protocol it was asked in: HTTP or SIP by their first line, and all else as
 * a banner; none for no bytes. So a web server stays one on the port of another service.
 */
export function describeBytes(bytes: Buffer): Evidence {
  if (bytes.length === 0) return {};
  const http = parseHttpResponse(bytes);
  if (http) return { http };
  const sip = findSipResponse(bytes)?.evidence;
  return sip ? { sip } : { banner: bytes.toString('latin1', 0, MAX_BANNER) };
}
