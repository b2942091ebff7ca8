import { randomBytes } from 'node:crypto';
import { addToken, hashToken, isTokenName, NAME_RULE, revokeToken } from '../../files/server/token-file.js';
import { readLastDay } from '../../files/text/day.js';
import { InputError } from '../../files/text/input-error.js';
import { ACCESS_ROLES, type AccessRole } from '../../model/access-role.js';
import { type Command, defineCommand } from './command.js';
import { EXIT, tell } from './ending.js';
import type { Options } from './option.js';

const TOKEN_BYTES = 32;

const NAME = {
  name: { required: true, describe: 'Whose token it is' },
} as const satisfies Options;
const TOKEN_FILE = {
  'token-file': { required: true, value: 'FILE', describe: 'File of the tokens' },
} as const satisfies Options;

/** What a server's tokens are for. */
interface TokenUse {
  /** The role of a token for which none is given, and what to call that. */
  readonly role: AccessRole | null;
  readonly words: string;
  /** What the owner of a token does with it, by its role; none is as good as a viewer's. */
  readonly may: Readonly<Record<AccessRole, string>>;
  /** How it is used. */
  readonly use: string;
}

/** The commands `token` and `revoke` of a server. */
export function createTokenCommands(server: TokenUse) {
  return {
    token: defineCommand({
      title: 'Make a token: its hash goes into the file, the token itself to standard output',
      words: NAME,
      options: {
        ...TOKEN_FILE,
        role: {
          choices: ACCESS_ROLES,
          otherwise: server.words,
          describe: 'What it allows, each what those before it allow',
        },
        until: { value: 'DAY', describe: 'Last day on which it is valid (YYYY-MM-DD, UTC)' },
      },
      run: ({ name, 'token-file': file, role = server.role, until }) => makeToken(file, { name, role, until }, server),
    }),
    revoke: defineCommand({
      title: 'Revoke a token',
      words: NAME,
      options: TOKEN_FILE,
      async run({ name, 'token-file': file }) {
        await revokeToken(file, name);
        tell(`the token of ${name} is revoked; a running server refuses it after SIGHUP`);
        return EXIT.compliant;
      },
    }),
  } satisfies Record<string, Command>;
}

/** Makes a token and prints it, the only time that it can be seen. */
async function makeToken(
  file: string,
  token: { readonly name: string; readonly role: AccessRole | null; readonly until: string | undefined },
  { may, use }: TokenUse,
): Promise<number> {
  const { name, role } = token;
  if (!isTokenName(name)) throw new InputError(`bad name "${name}": ${NAME_RULE}`);
  const until = token.until === undefined ? null : readLastDay('--until', token.until, new Date());
  const secret = `spt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  await addToken(file, { name, hash: hashToken(secret), until, role });
  process.stdout.write(`${secret}\n`);
  const as = role === null ? '' : `, of role ${role},`;
  tell(`the token of ${name}${as} is shown only now; a running server accepts it after SIGHUP`);
  tell(`whoever has it ${may[role ?? 'viewer']}: ${use}`);
  return EXIT.compliant;
}
