import type { Evidence, HttpEvidence, SipEvidence, SsdpEvidence } from '../../../src/model/evidence.js';
import type { Observation } from '../../../src/model/report.js';

/** An observation with this evidence, on a port that tells nothing. */
export function observe(evidence: Evidence, endpoint: Observation['endpoint'] = 'tcp/34567'): Observation {
  return { endpoint, probe: 'test', state: 'open', reason: 'syn-ack', rttMs: 1, tries: 1, atMs: 1, evidence };
}

/** An HTTP answer. */
export function http(parts: Partial<HttpEvidence>): HttpEvidence {
  return {
    status: 200,
    server: null,
    title: null,
    location: null,
    authenticate: null,
    body: '',
    truncated: false,
    ...parts,
  };
}

/** A SIP answer. */
export function sip(parts: Partial<SipEvidence>): SipEvidence {
  const nothing = { server: null, userAgent: null, contentType: null, allow: null };
  return { status: 200, phrase: 'OK', body: '', ...nothing, ...parts };
}

/** An SSDP answer. */
export function ssdp(parts: Partial<SsdpEvidence>): SsdpEvidence {
  return { st: null, usn: null, server: null, location: null, ...parts };
}
