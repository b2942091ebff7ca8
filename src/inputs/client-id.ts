import { InputError } from './input-error.js';
import { quote } from './quote.js';

/** An id of a client or a group. */
export const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const CLIENT_ID_FORM = 'letters, digits, ".", "_" and "-", a letter or digit first, at most 64';

/**
 * Refuses what can be no client's id; whether there is such a client is not its affair.
 * @throws InputError
 */
export function checkClientId(text: string): void {
  if (!CLIENT_ID.test(text)) throw new InputError(`${quote(text)} is no id of a client: expected ${CLIENT_ID_FORM}`);
}
