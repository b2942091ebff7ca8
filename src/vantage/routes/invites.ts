import * as z from 'zod';
import { checkClientId } from '../../files/clients/inventory-schema.js';
import { InputError } from '../../files/text/input-error.js';
import { roleAllows } from '../../model/access-role.js';
import { inviteStatusSchema, stateOfInvite } from '../../model/invite.js';
import { inviteRequestSchema, madeInviteSchema } from '../../model/vantage-api.js';
import { text } from '../../model/text.js';
import type { ServerApp } from '../../server/create-server.js';
import { findToken } from '../../server/find-token.js';
import { Refusal } from '../../server/refusal.js';
import { readIdentity } from '../../server/access.js';
import { describeAnswer, reportDataSchema } from '../describe-api.js';
import { takeNonce } from '../open-stream.js';
import { readProfile, readSource } from '../read-profile.js';
import type { VantageContext } from '../vantage-context.js';

const DAY_SECONDS = 86_400;

const inviteStateSchema = inviteStatusSchema.extend({ report: reportDataSchema.nullable() });

/** POST /v1/invites and GET /v1/invites/ID: for tokens whose role lets them act for others. */
export function addInviteRoutes(app: ServerApp, context: VantageContext): void {
  const { listTokens, now } = context;
  const findRole = (authorization: string | undefined) => findToken(listTokens(), authorization, now())?.role ?? null;

  const made = describeAnswer('Makes a code for a check by someone at the site of a client', madeInviteSchema);
  app.post('/v1/invites', { schema: { ...made, body: inviteRequestSchema } }, async (request) => {
    const { token } = readIdentity(request);
    const role = findRole(request.headers.authorization);
    if (!role || !roleAllows(role, 'operator'))
      throw new Refusal(403, 'role', 'this token may not invite others: it needs the role operator');
    const { folder } = requireInvites(context);
    const { nonce, client, seconds = DAY_SECONDS, addresses = [] } = request.body;
    const profile = await readProfile(request.body.profile);
    const source = readSource(profile, request.body.source);
    refuseBadInput(() => checkClientId(client));
    takeNonce(context, token, nonce);
    const wanted = { client, profile: { ...profile, file: null }, source, addresses, createdBy: token };
    const { invite, code } = await folder.make(wanted, seconds, now());
    return { id: invite.id, code, expiresAt: invite.expiresAt };
  });

  const state = describeAnswer('What became of an invite of yours, with its report', inviteStateSchema);
  const params = z.strictObject({ id: text(64) });
  app.get('/v1/invites/:id', { schema: { ...state, params } }, async (request) => {
    const { token } = readIdentity(request);
    const invite = await requireInvites(context).folder.read(request.params.id);
    const isAdmin = findRole(request.headers.authorization) === 'admin';
    if (!invite || (invite.createdBy !== token && !isAdmin))
      throw new Refusal(404, 'not-found', 'there is no such invite of yours');
    const { id, client, createdAt, expiresAt, use, report } = invite;
    return {
      ...{ id, client, state: stateOfInvite(invite, now()), createdAt, expiresAt, report },
      use: use && { kind: use.kind, at: use.at, address: use.address },
    };
  });
}

/**
 * The invites of a vantage that has some.
 * @throws Refusal if it has none
 */
export function requireInvites({ invites }: Pick<VantageContext, 'invites'>) {
  if (!invites) throw new Refusal(404, 'not-found', 'this vantage has no invites');
  return invites;
}

function refuseBadInput(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof InputError ? new Refusal(400, 'malformed', error.message) : error;
  }
}
