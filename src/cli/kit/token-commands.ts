import { randomBytes } from 'node:crypto';
import { addToken, hashToken, isTokenName, NAME_RULE, revokeToken } from '../../files/server/token-file.js';
import { readLastDay } from '../../files/text/day.js';
import { InputError } from '../../files/text/input-error.js';
import { ACCESS_ROLES, type AccessRole } from '../../model/access-role.js';
import { type Command, defineCommand } from './command.js';
import { EXIT, tell } from './ending.js';
import type { Option, Options } from './option.js';

const TOKEN_BYTES = 32;

const TOKEN_FILE = {
  'token-file': { required: true, value: 'FILE', describe: 'File of the tokens' },
} as const satisfies Options;

/** What a server's tokens are for. */
interface TokenUse {
  /** What the name of a token says, where it is not just whose it is. */
  readonly whose?: string;
  /** What is wrong with a name, besides what always is; null if nothing. */
  readonly refuseName?: (name: string) => string | null;
  /** The role of a token for which none is given, and what to call that; no words: roles mean nothing there. */
  readonly role: AccessRole | null;
  readonly words: string | null;
  /** What the owner of a token does with it, by its role; none is as good as a viewer's. */
  readonly may: Readonly<Record<AccessRole, string>>;
  /** How it is used. */
  readonly use: string;
}

/** The commands `token` and `revoke` of a server. */
export function createTokenCommands(server: TokenUse) {
  const words = { name: { required: true, describe: server.whose ?? 'Whose token it is' } } as const satisfies Options;
  const role = {
    choices: ACCESS_ROLES,
    ...(server.words !== null && { otherwise: server.words }),
    describe: 'What it allows, each what those before it allow',
  } as const satisfies Option;
  return {
    token: defineCommand({
      title: 'Make a token: its hash goes into the file, the token itself to standard output',
      words,
      options: {
        ...TOKEN_FILE,
        ...(server.words !== null && { role }),
        until: { value: 'DAY', describe: 'Last day on which it is valid (YYYY-MM-DD, UTC)' },
      },
      run: ({ name, 'token-file': file, role: given, until }) => {
        const chosen = ACCESS_ROLES.find((one) => one === given) ?? server.role;
        return makeToken(file, { name, role: chosen, until }, server);
      },
    }),
    revoke: defineCommand({
      title: 'Revoke a token',
      words,
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
  { may, use, refuseName = () => null }: TokenUse,
): Promise<number> {
  const { name, role } = token;
  if (!isTokenName(name)) throw new InputError(`bad name "${name}": ${NAME_RULE}`);
  const problem = refuseName(name);
  if (problem !== null) throw new InputError(`bad name "${name}": ${problem}`);
  const until = token.until === undefined ? null : readLastDay('--until', token.until, new Date());
  const secret = `spt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  await addToken(file, { name, hash: hashToken(secret), until, role });
  process.stdout.write(`${secret}\n`);
  const as = role === null ? '' : `, of role ${role},`;
  tell(`the token of ${name}${as} is shown only now; a running server accepts it after SIGHUP`);
  tell(`whoever has it ${may[role ?? 'viewer']}: ${use}`);
  return EXIT.compliant;
}
