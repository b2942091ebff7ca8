import * as z from 'zod';
import { endpointSchema, transportSchema } from './endpoint.js';
import { ACCESSES, OUTSIDER, type Profile } from './profile.js';
import { ADDRESS_SCOPES, REASONS, STATES } from './report.js';
import { SERVICE_KINDS } from './service.js';
import { ID_PATTERN, nullableText, text } from './text.js';

/*
 * A resolved profile as someone sends it. Keys stand in the order in which profiles are resolved, since the digest of
 * a profile is made of its text.
 */

const id = z.string().regex(ID_PATTERN, 'must be a lower-case name');

const title = z.string().min(1).max(128);

const access = z.enum(ACCESSES);

const endpoints = z.array(endpointSchema).max(256);

const source = z.strictObject({
  title,
  cidrs: z.array(z.string().regex(/^[0-9a-fA-F:.]{2,45}(?:\/\d{1,3})?$/, 'must be an address or a network')).max(1_024),
});

const service = z.strictObject({
  id,
  title,
  kind: z.enum(SERVICE_KINDS),
  endpoints,
  programs: z.array(text(32)).max(16),
  probed: z.boolean(),
  defaultEndpoints: endpoints,
  access: z.record(id, access).refine((given) => Object.hasOwn(given, OUTSIDER), `must say what ${OUTSIDER} may`),
});

/** A profile with all that it extends, bounded. */
export const resolvedProfileSchema: z.ZodType<Profile> = z.strictObject({
  name: id,
  title,
  description: text(4_096),
  file: nullableText(4_096).describe('not used'),
  sources: z.record(id, source).refine((given) => Object.keys(given).length <= 32, 'must be at most 32'),
  services: z
    .array(service)
    .min(1)
    .max(64)
    .refine((list) => new Set(list.map((one) => one.id)).size === list.length, 'must not repeat an id'),
  unlisted: access,
  alive: endpointSchema.optional(),
});

/*
 * What a vantage server and those who ask it say to each other. Requests are JSON with a bearer token; long answers are
 * server-sent events. Everything is about the address that the caller comes from: no request names an address.
 */

/** Endpoints in one request for proofs, at most. */
export const MAX_PROOFS = 512;

/** Bytes of one SIP message that is carried to the other side, at most. */
export const MAX_SIP_BYTES = 4_096;

/** Longest NAT binding that is tried, in seconds. */
export const MAX_BINDING_SECONDS = 300;

const base64url = (bytes: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`), `must be ${bytes} bytes as base64url`);

/** 16 random bytes, never used twice: the server refuses a request that it has seen. */
const nonceSchema = base64url(16);

/** 32 random bytes of the caller, with which both sides sign what they send outside of the API (HMAC-SHA-256). */
const keySchema = base64url(32);

const portSchema = z.int().min(1).max(65_535);

/** Answer to GET /v1/whoami. */
export const whoamiSchema = z.object({
  version: text(64),
  address: text(64).describe('the address that the caller comes from'),
  scope: z.enum(ADDRESS_SCOPES),
  sip: z.object({ udp: portSchema, tcp: portSchema }).nullable().describe('ports for SIP exchanges'),
  stun: z.tuple([portSchema, portSchema]).nullable().describe('UDP ports that show NAT bindings'),
});

export type Whoami = z.infer<typeof whoamiSchema>;

/** Body of POST /v1/checks: asks for a check of the caller's address. Its events: `report`, the report. */
export const checksRequestSchema = z.strictObject({
  nonce: nonceSchema,
  profile: z
    .union([z.string().regex(ID_PATTERN, 'must be the name of a profile'), resolvedProfileSchema])
    .describe('name of a profile that comes with the vantage, or a resolved one'),
  timing: z.enum(['polite', 'normal', 'fast']).optional().describe('normal if not given'),
  source: z
    .string()
    .regex(ID_PATTERN, 'must be the name of a source')
    .optional()
    .describe("which of the profile's sources the vantage is; an outsider if not given"),
});

export type ChecksRequest = z.infer<typeof checksRequestSchema>;

/** Body of POST /v1/proofs: asks for a signed datagram or connection to each endpoint of the caller's address. */
export const proofsRequestSchema = z.strictObject({
  nonce: nonceSchema,
  key: keySchema,
  endpoints: z
    .array(endpointSchema)
    .min(1)
    .max(MAX_PROOFS)
    .refine((list) => new Set(list).size === list.length, 'must not repeat an endpoint'),
});

export type ProofsRequest = z.infer<typeof proofsRequestSchema>;

/** Event `proof`: what the vantage saw while it sent one. */
export const proofEventSchema = z.object({
  endpoint: endpointSchema,
  state: z.enum(STATES),
  reason: z.enum(REASONS),
  tries: z.int().nonnegative(),
  receipt: z.boolean().describe('the stand-in answered'),
});

export type ProofEvent = z.infer<typeof proofEventSchema>;

/** Body of POST /v1/sip-exchanges: for some seconds the vantage's SIP ports answer what is signed with `key`. */
export const sipExchangeRequestSchema = z.strictObject({ nonce: nonceSchema, key: keySchema });

export type SipExchangeRequest = z.infer<typeof sipExchangeRequestSchema>;

/** Event `message` of a SIP exchange: what arrived at the vantage, or what it sent, byte by byte. */
export const sipMessageEventSchema = z.object({
  direction: z.enum(['arrived', 'sent']),
  transport: transportSchema,
  peer: z.object({ address: text(64), port: portSchema }),
  bytes: z.base64().max(Math.ceil(MAX_SIP_BYTES / 3) * 4),
});

export type SipMessageEvent = z.infer<typeof sipMessageEventSchema>;

/** Body of POST /v1/nat-bindings: for `seconds` and a little more the vantage's STUN ports answer what is signed. */
export const natBindingsRequestSchema = z.strictObject({
  nonce: nonceSchema,
  key: keySchema,
  seconds: z.int().min(1).max(MAX_BINDING_SECONDS),
});

export type NatBindingsRequest = z.infer<typeof natBindingsRequestSchema>;

/** Event `started`: the first of every stream. */
export const startedEventSchema = z.object({
  address: text(64).describe('the address that the caller comes from, which everything is about'),
  ports: z.array(portSchema).max(4).describe('SIP: UDP and TCP; NAT bindings: two UDP ports; else none'),
});

export type StartedEvent = z.infer<typeof startedEventSchema>;

/** Event `failed`: the last of a stream that could not be ended well. */
export const failedEventSchema = z.object({ message: text(512) });

/** How long an invite is valid, in seconds. */
export const MIN_INVITE_SECONDS = 60;
export const MAX_INVITE_SECONDS = 7 * 86_400;

/** Addresses of a client that an invite may name, at most. */
export const MOST_EXPECTED = 16;

/** Body of POST /v1/invites: makes a code with which someone at a client's site has that site checked, once. */
export const inviteRequestSchema = z.strictObject({
  nonce: nonceSchema,
  client: text(64).describe("the client's id"),
  profile: checksRequestSchema.shape.profile,
  source: checksRequestSchema.shape.source,
  seconds: z
    .int()
    .min(MIN_INVITE_SECONDS)
    .max(MAX_INVITE_SECONDS)
    .optional()
    .describe('how long it is valid; a day if not given'),
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(MOST_EXPECTED)
    .optional()
    .describe('addresses that the client is known to have: whoever comes from another one is told'),
});

/** What a code is asked for with. */
export type InviteRequest = z.infer<typeof inviteRequestSchema>;

/** Answer to POST /v1/invites. */
export const madeInviteSchema = z.object({
  id: text(20),
  code: text(16).describe('to be told to the one at the site; it is shown only now'),
  expiresAt: z.iso.datetime(),
});

/** A code that was made. */
export type MadeInviteCode = z.infer<typeof madeInviteSchema>;

/** What became of an invite. */
export const INVITE_STATES = ['open', 'expired', 'used', 'reported'] as const;

/** Body of POST /v1/jobs: a code for what `preinstall` needs. */
export const jobRequestSchema = z.strictObject({ code: text(64) });

/** Answer to POST /v1/jobs. */
export const jobSchema = z.object({
  client: text(64),
  profile: resolvedProfileSchema,
  source: id,
  token: text(256).describe('a token of this vantage'),
  until: z.iso.datetime().describe('until when the token is valid'),
});
export type Job = z.infer<typeof jobSchema>;
