import { randomBytes, timingSafeEqual } from 'node:crypto';
import { parseCode } from '../../files/invites/invite-code.js';
import type { InviteFolder } from '../../files/invites/invite-folder.js';
import { hashToken } from '../../files/server/token-file.js';
import { type Invite, INVITE_ID, type InviteUse } from '../../model/invite.js';
import { Refusal } from '../../server/refusal.js';
import type { Guesses } from './guesses.js';

const SECRET_BYTES = 24;

/** `ID-SECRET`: what the user of an invite can come back with. */
const PASS = /^([0-9a-f]{20})-([A-Za-z0-9_-]{32})$/;

/** How long the token of a job is valid: time for a first run, and for those after what was fixed. */
const JOB_MS = 4 * 3_600_000;

/** How long a report can be read by its link. */
const LINK_MS = 7 * 86_400_000;

const VALID_MS: Readonly<Record<InviteUse, number>> = { check: LINK_MS, preinstall: JOB_MS };

/** Who uses an invite, for what, from where. */
export interface InviteUser {
  readonly kind: InviteUse;
  readonly address: string;
  readonly now: Date;
}

/** The invites of a vantage: codes are looked up here alone, so that all tries are counted together. */
export class Invites {
  constructor(
    readonly folder: InviteFolder,
    private readonly guesses: Guesses,
  ) {}

  /**
   * Finds the invite of a code as someone typed it. What is wrong with a code is not said: that it was used or has
   * expired would tell a stranger that it was one.
   * @throws Refusal if there is none that can be used now, or if too many wrong ones were tried
   */
  async find(typed: string, { address, now }: Pick<InviteUser, 'address' | 'now'>): Promise<Invite> {
    const code = parseCode(typed);
    if (code === null)
      throw new Refusal(422, 'code', 'a code has 8 letters and digits, such as K7QM-2XPA: check what was typed');
    const takeBack = this.guesses.begin(address, now);
    const invite = await this.folder.find(code, now);
    if (!invite) throw new Refusal(403, 'code', NOT_VALID);
    takeBack();
    return invite;
  }

  /**
   * Uses an invite up.
   * @returns the invite, and what its user can come back with
   * @throws Refusal if someone else used it in this moment
   */
  async use(invite: Invite, { kind, address, now }: InviteUser): Promise<{ invite: Invite; pass: string }> {
    const pass = `${invite.id}-${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const used = await this.folder.use(invite, {
      ...{ kind, address, at: now.toISOString() },
      secretHash: hashToken(pass).toString('hex'),
      until: new Date(now.getTime() + VALID_MS[kind]).toISOString(),
    });
    if (!used) throw new Refusal(403, 'code', NOT_VALID);
    return { invite: used, pass };
  }

  /** The invite that someone used and comes back to; null if there is none, or not any more. */
  async findUsed(kind: InviteUse, pass: string, now: Date): Promise<Invite | null> {
    const [, id = ''] = PASS.exec(pass) ?? [];
    const invite = INVITE_ID.test(id) ? await this.folder.read(id) : null;
    const { use } = invite ?? {};
    if (!use || use.kind !== kind || new Date(use.until) <= now) return null;
    return timingSafeEqual(Buffer.from(use.secretHash, 'hex'), hashToken(pass)) ? invite : null;
  }
}

const NOT_VALID = 'this code is not valid: it may be mistyped, used or expired; ask for a new one';
