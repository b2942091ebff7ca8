import { InputError } from './input-error.js';

/** Makes one error of several: its message has one line for each. A single error is given back as it is. */
export function combineErrors(errors: readonly InputError[]): InputError {
  return errors.length === 1 ? errors[0]! : new InputError(errors.map((error) => error.message).join('\n'));
}

/** Throws all errors as one, if there are any. */
export function throwErrors(errors: readonly InputError[]): void {
  if (errors.length > 0) throw combineErrors(errors);
}
