import { randomBytes } from 'node:crypto';
import { addToken, revokeToken } from '../inputs/edit-token-file.js';
import { InputError } from '../inputs/input-error.js';
import { isDay } from '../inputs/instant.js';
import { hashToken, isTokenName, NAME_RULE } from '../inputs/token-file.js';
import { forTerminal } from '../reporters/escape.js';
import { EXIT } from './exit-codes.js';
import { refuseRepeats } from './refuse-repeats.js';

const TOKEN_BYTES = 32;

interface Names {
  readonly name: string;
  readonly tokenFile: string;
}

/** Makes a token and prints it, the only time that it can be seen. */
export async function makeToken(args: Names & { readonly until: string | undefined }, now: Date): Promise<number> {
  refuseRepeats(args);
  const { name, tokenFile, until = null } = args;
  if (!isTokenName(name)) throw new InputError(`bad name "${name}": ${NAME_RULE}`);
  if (until !== null && !isDay(until))
    throw new InputError(`--until: "${until}" is no day: give one such as 2027-06-30`);
  if (until !== null && until < now.toISOString().slice(0, until.length))
    throw new InputError(`--until: ${until} is past`);
  const token = `spt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  await addToken(tokenFile, { name, hash: hashToken(token), until });
  process.stdout.write(`${token}\n`);
  tell(`the token of ${name} is shown this once; a server that runs takes it after SIGHUP`);
  return EXIT.compliant;
}

/** Takes a token back. */
export async function takeTokenBack(args: Names): Promise<number> {
  refuseRepeats(args);
  await revokeToken(args.tokenFile, args.name);
  tell(`the token of ${args.name} is revoked; a server that runs refuses it after SIGHUP`);
  return EXIT.compliant;
}

function tell(note: string): void {
  process.stderr.write(`sallyport: ${forTerminal(note)}\n`);
}
