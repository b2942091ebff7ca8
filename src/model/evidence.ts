import * as z from 'zod';
import { nullableText, text } from './text.js';
import { tlsEvidenceSchema } from './tls-evidence.js';

/* What answers said, bounded in size: the part of `sallyport/report@1` that comes from targets. */

export const httpEvidenceSchema = z.object({
  status: z.int(),
  server: nullableText(256),
  title: nullableText(256),
  location: nullableText(512),
  authenticate: nullableText(256),
  body: text(2048).describe('the first characters of the body'),
  truncated: z.boolean(),
});
/** What an HTTP server answered. */
export type HttpEvidence = z.infer<typeof httpEvidenceSchema>;

export const sipEvidenceSchema = z.object({
  status: z.int(),
  phrase: text(256),
  server: nullableText(256),
  userAgent: nullableText(256),
  contentType: nullableText(256),
  allow: nullableText(256),
  body: text(512),
});
/** What a SIP server answered. */
export type SipEvidence = z.infer<typeof sipEvidenceSchema>;

export const ssdpEvidenceSchema = z.object({
  st: nullableText(256),
  usn: nullableText(256),
  server: nullableText(256),
  location: nullableText(512),
});
/** One SSDP search answer. */
export type SsdpEvidence = z.infer<typeof ssdpEvidenceSchema>;

export const natPmpEvidenceSchema = z.object({
  version: z.int(),
  opcode: z.int(),
  result: z.int(),
  epoch: z.int().nullable(),
  externalAddress: nullableText(15),
});
/** A NAT-PMP answer (RFC 6886 §3.2), or a PCP server's answer to it (RFC 6887 appendix A). */
export type NatPmpEvidence = z.infer<typeof natPmpEvidenceSchema>;

export const evidenceSchema = z
  .object({
    http: httpEvidenceSchema.optional().describe('answer to GET /'),
    login: httpEvidenceSchema.optional().describe('answer to GET /Login.htm'),
    sip: sipEvidenceSchema.optional(),
    ssdp: z.array(ssdpEvidenceSchema).max(16).optional(),
    natPmp: natPmpEvidenceSchema.optional(),
    tls: tlsEvidenceSchema.optional().describe('it speaks TLS; what it said within is under http, login or sip'),
    banner: text(1024).optional().describe('bytes sent unasked or after blank lines, as Latin-1'),
    from: text(64).optional().describe('address:port of the answer, if it was not the endpoint that was asked'),
    fromPort5060: z.boolean().optional().describe('answered only when asked from local port 5060'),
    portTaken: z.boolean().optional().describe('silent, and could not be asked from local port 5060, which is taken'),
    ended: z.enum(['reset', 'closed']).optional().describe('how the other side ended the connection'),
    detail: text(256).optional().describe('our own error, if the state is error'),
  })
  .catchall(z.json());
/** What was seen on an endpoint, bounded in size. A probe may add keys of its own. */
export type Evidence = z.infer<typeof evidenceSchema>;
