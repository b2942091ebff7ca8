import * as z from 'zod';
import { reportSchema } from './report.js';
import { ID_PATTERN, nullableText, text } from './text.js';
import { INVITE_STATES, MOST_EXPECTED, resolvedProfileSchema } from './vantage-api.js';

/*
 * An invite lets one person at one site have that site checked, once, without a token: it is bound to a client, a
 * profile and a source, and known by a code that can be spoken over the phone.
 */

/** What an invite was used for: a check on the page, or the job of `preinstall --code`. */
export const INVITE_USES = ['check', 'preinstall'] as const;
export type InviteUse = (typeof INVITE_USES)[number];

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256');

/** The id of an invite: what its file is named after. */
export const INVITE_ID = /^[0-9a-f]{20}$/;

const useSchema = z.object({
  kind: z.enum(INVITE_USES),
  at: z.iso.datetime(),
  address: text(64).describe('where the caller came from'),
  secretHash: hashSchema.describe('SHA-256 of what its user can come back with: the link of a report, or a token'),
  until: z.iso.datetime().describe('until when that is valid'),
});
export type InviteUsage = z.infer<typeof useSchema>;

export const INVITE_SCHEMA = 'sallyport/invite@1';

/** An invite as it is kept. The code itself stands nowhere. */
export const inviteSchema = z.object({
  schema: z.literal(INVITE_SCHEMA),
  id: z.string().regex(INVITE_ID),
  codeHash: hashSchema.describe('of the code, with scrypt'),
  client: text(64),
  profile: resolvedProfileSchema,
  source: z.string().regex(ID_PATTERN),
  addresses: z.array(text(64)).max(MOST_EXPECTED).describe('what the client is known to have; empty if not known'),
  createdAt: z.iso.datetime(),
  createdBy: nullableText(64).describe('name of the token that it was made with; null: made on this machine'),
  expiresAt: z.iso.datetime(),
  use: useSchema.nullable().describe('null before it is used'),
  report: reportSchema.nullable().describe('what the check came to'),
  kept: z.boolean().optional().describe('the report was stored wherever else it belongs'),
});
export type Invite = z.infer<typeof inviteSchema>;

export type InviteState = (typeof INVITE_STATES)[number];

/** What a vantage tells of an invite to whoever made it, beside the report. */
export const inviteStatusSchema = z.object({
  id: text(20),
  client: text(64),
  state: z.enum(INVITE_STATES).describe('used: a check is under way, was cut off, or preinstall has the job'),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  use: z.object({ kind: z.enum(INVITE_USES), at: z.iso.datetime(), address: text(64) }).nullable(),
});

/** The same with the report, as we read it. */
export const inviteAnswerSchema = inviteStatusSchema.extend({ report: reportSchema.nullable() });
export type InviteAnswer = z.infer<typeof inviteAnswerSchema>;

/** The same as the page that made it tells it. forgotten: the vantage does not know it any more. */
export type MadeCodeState = InviteState | 'forgotten';

/** A code that was made on a client's page, as the store remembers it. */
export interface MadeCode {
  /** The id of the invite. */
  readonly invite: string;
  readonly clientId: string;
  /** Who made it. */
  readonly by: string;
  readonly state: MadeCodeState;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** What is said about an invite by those who make it. */
export type NewInvite = Pick<Invite, 'client' | 'profile' | 'source' | 'addresses' | 'createdBy'>;

/** What became of an invite until now. */
export function stateOfInvite({ use, report, expiresAt }: Invite, now: Date): InviteState {
  if (report) return 'reported';
  if (use) return 'used';
  return new Date(expiresAt) > now ? 'open' : 'expired';
}
