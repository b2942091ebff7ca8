import * as z from 'zod';
import { nullableText, text } from './text.js';

export const tlsEvidenceSchema = z.object({
  version: nullableText(16).describe('for example TLSv1.2; null where the handshake was not completed'),
  names: z.array(text(128)).max(8).describe('whom the certificate names; nothing of it is verified'),
  issuer: nullableText(128),
});
/** What a TLS server showed of itself. */
export type TlsEvidence = z.infer<typeof tlsEvidenceSchema>;
