import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a form may be open. */
const VALID_MS = 2 * 3_600_000;

/**
 * What a form carries to show that it is ours, and for whom it was drawn: no other site gets one for the address of its
 * visitor. It also shows that someone's address has changed while the form was open.
 */
export class FormTokens {
  readonly #key = randomBytes(32);

  make(address: string, now: Date): string {
    const until = (now.getTime() + VALID_MS).toString(36);
    return `${until}.${this.#sign(until, address)}`;
  }

  /** Whether a form was drawn for an address, and not too long ago. */
  isValid(token: string, address: string, now: Date): boolean {
    const [, until = '', signature = ''] = /^([0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
    const own = Buffer.from(this.#sign(until, address));
    return (
      own.length === signature.length &&
      timingSafeEqual(own, Buffer.from(signature)) &&
      parseInt(until, 36) > now.getTime()
    );
  }

  #sign(until: string, address: string): string {
    return createHmac('sha256', this.#key).update(`${until} ${address}`).digest('base64url');
  }
}
