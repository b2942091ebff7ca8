import * as z from 'zod';
import { VERDICTS } from './report.js';
import { nullableText, text } from './text.js';

/*
 * The contract of `sallyport/signature@1`: what is signed of a report that is handed over, and the signature.
 */

export const SIGNATURE_SCHEMA = 'sallyport/signature@1';

/** What can be signed: a file of JSON, with its signature in a file beside; a page or a PDF, with its signature in it. */
export const SIGNED_KINDS = ['json', 'html', 'pdf'] as const;
export type SignedKind = (typeof SIGNED_KINDS)[number];

/** More checks than these are only counted. */
export const MOST_CHECKS = 16;

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

const signedCheckSchema = z.strictObject({
  target: text(300).describe('the address or name, as the report shows it'),
  verdict: z.enum(VERDICTS),
  measuredAt: z.iso.datetime(),
});
/** What a signed report says of one address, or of one site. */
export type SignedCheck = z.infer<typeof signedCheckSchema>;

const registerHeadSchema = z.strictObject({
  length: z.int().positive().describe('how many entries the register of all clients of the store had'),
  head: digestSchema.describe('the hash of the last one'),
});
/** Where the register of all clients of a store ended. */
export type RegisterHead = z.infer<typeof registerHeadSchema>;

const chainHeadSchema = z.strictObject({
  client: text(128).describe('id of the client'),
  length: z.int().positive().describe('how many records the store had chained of the client, those deleted included'),
  head: digestSchema.describe('the hash of the last one'),
  register: registerHeadSchema.optional().describe('missing in what older versions signed'),
});
/** Where the chain of a client's records in the store ended. */
export type ChainHead = z.infer<typeof chainHeadSchema>;

const statementSchema = z.strictObject({
  kind: z.enum(SIGNED_KINDS),
  bytes: digestSchema.describe('SHA-256 of the file, for a page or PDF up to its signature'),
  report: digestSchema.describe('SHA-256 of the canonical JSON (RFC 8785) of the report'),
  client: z.strictObject({ id: text(128), name: text(256) }).nullable(),
  verdict: z.enum(VERDICTS),
  checks: z.array(signedCheckSchema).max(MOST_CHECKS),
  checksInAll: z.int().nonnegative(),
  chain: chainHeadSchema.nullable(),
  signedAt: z.iso.datetime().describe("by the signer's clock"),
  key: z.strictObject({
    id: text(39).describe('the first 128 bits of the SHA-256 of the public key'),
    public: text(64).describe('SubjectPublicKeyInfo in DER, as base64url'),
    owner: nullableText(128).describe('what the owner calls itself'),
  }),
});
/** What is signed. */
export type Statement = z.infer<typeof statementSchema>;

export const signatureSchema = z.strictObject({
  schema: z.literal(SIGNATURE_SCHEMA),
  statement: statementSchema,
  signature: text(86).describe(
    'Ed25519 over "sallyport/signature@1", a line feed and the canonical JSON of the statement; base64url',
  ),
});
/** A signature with what is signed; always written as canonical JSON. */
export type Signature = z.infer<typeof signatureSchema>;

/**
 * What is wrong with a document: its signature is not in its one form (`form`) or does not fit what it signs
 * (`signature`), there are several of them, it is of another kind of document, the document's bytes are not those that
 * were signed, or the report that it holds is not the one that was signed.
 */
export type Alteration = 'form' | 'signature' | 'several' | 'kind' | 'bytes' | 'report';

/** What a document is worth by its signature alone; whose key it is, is another question. */
export type Verification =
  | { readonly state: 'intact'; readonly statement: Statement }
  /** With the statement if that is as it was signed. */
  | { readonly state: 'altered'; readonly why: Alteration; readonly statement: Statement | null }
  | { readonly state: 'unsigned' };
