import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** Text that must not be shown: printed, logged, thrown or made JSON, it is `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The text itself: only for what is sent to the channel. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** Shorter words are too common to be told from ordinary ones. */
const TELLING_WORD = /[\w-]{6,}/g;

/** Takes secrets, and long words of them such as the path of an address, out of text that a server answered. */
export function hideSecrets(text: string, secrets: readonly Secret[]): string {
  const parts = secrets.flatMap((secret) => [secret.reveal(), ...(secret.reveal().match(TELLING_WORD) ?? [])]);
  return parts
    .sort((a, b) => b.length - a.length)
    .reduce((shown, part) => (part === '' ? shown : shown.replaceAll(part, HIDDEN)), text);
}

/** Where a secret comes from: one of these. */
export interface SecretSource {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
  /** Where the configuration may hold the text itself, because it need not be secret. */
  readonly text?: string | undefined;
}

/** A setting whose text is yet to be fetched. */
export class SecretReference {
  constructor(readonly source: SecretSource) {}
}
