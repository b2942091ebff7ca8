import { randomBytes } from 'node:crypto';
import { EXIT } from './exit-codes.js';
import { refuseRepeats } from './refuse-repeats.js';
import { InputError } from '../files/text/input-error.js';
import { isDay } from '../files/text/instant.js';
import { addToken, hashToken, isTokenName, NAME_RULE, revokeToken } from '../files/vantage/token-file.js';
import { forTerminal } from '../words/escape.js';

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
