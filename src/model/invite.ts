import * as z from 'zod';
import { reportSchema } from './report.js';
import { ID_PATTERN, nullableText, text } from './text.js';
import { type INVITE_STATES, MOST_EXPECTED, resolvedProfileSchema } from './vantage-api.js';

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
});
export type Invite = z.infer<typeof inviteSchema>;

/** What is said about an invite by those who make it. */
export type NewInvite = Pick<Invite, 'client' | 'profile' | 'source' | 'addresses' | 'createdBy'>;

/** What became of an invite until now. */
export function stateOfInvite({ use, report, expiresAt }: Invite, now: Date): (typeof INVITE_STATES)[number] {
  if (report) return 'reported';
  if (use) return 'used';
  return new Date(expiresAt) > now ? 'open' : 'expired';
}
