import { InputError } from '../files/text/input-error.js';

/**
 * Refuses an option that was given more than once and is no list: yargs would make one of it.
 * @throws InputError
 */
export function refuseRepeats(args: object, lists: readonly string[] = []): void {
  for (const [name, value] of Object.entries(args))
    if (Array.isArray(value) && name !== '_' && !lists.includes(name))
      throw new InputError(`--${name}: given more than once`);
}
