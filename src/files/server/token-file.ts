import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { InputError, type InputPlace, throwErrors } from '../text/input-error.js';
import { ACCESS_ROLES, type AccessRole } from '../../model/access-role.js';
import { isDay } from '../text/day.js';
import { describeFileError, readText } from '../text/read-text.js';
import { replaceFile } from '../text/replace-file.js';
import { quoteInput } from '../../words/input.js';

/** Largest file of tokens, some thousand of them. */
const MAX_TOKEN_FILE = 256 * 1_024;

/** Longest token, in characters. */
export const MAX_TOKEN = 256;

const OTHERS_WRITE = 0o022;

const OTHERS_READ = 0o004;

/** A line of a server's file of tokens. The token itself stands nowhere. */
export interface TokenEntry {
  readonly name: string;
  /** SHA-256 of the token. */
  readonly hash: Buffer;
  /** Last day on which it is valid, UTC; null if it holds until it is revoked. */
  readonly until: string | null;
  /** What it allows on pages and their API; null: nothing there, but to be checked by a vantage. */
  readonly role: AccessRole | null;
}

/** The tokens that a server takes. */
export interface TokenFile {
  readonly entries: readonly TokenEntry[];
  /** What is allowed, but not advisable. */
  readonly notes: readonly string[];
}

/**
 * Loads a server's file of tokens: `NAME sha256:HEX`, optionally `role:ROLE` and `until:YYYY-MM-DD`, a line each; `#`
 * starts a comment.
 * @throws InputError with a line for each problem; also where others than the owner may write the file
 */
export async function loadTokenFile(file: string): Promise<TokenFile> {
  const entries = parseTokens(await readText(file, MAX_TOKEN_FILE), file);
  const notes = await checkMode(file);
  if (entries.length === 0) notes.push(`${file}: contains no token, so no one is admitted`);
  return { entries, notes };
}

/**
 * Parses the lines of a file of tokens.
 * @throws InputError with a line for each problem
 */
export function parseTokens(text: string, file: string): TokenEntry[] {
  const errors: InputError[] = [];
  const entries = new Map<string, TokenEntry>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = [...line.split('#', 1)[0]!.matchAll(/\S+/g)];
    const at = (column: number): InputPlace => ({ file, line: index + 1, column });
    const refuse = (column: number, problem: string) => void errors.push(new InputError(problem, at(column)));
    const [name, hash, ...more] = words;
    if (!name) continue;
    if (!isTokenName(name[0])) refuse(1 + name.index, `bad name ${quoteInput(name[0])}: ${NAME_RULE}`);
    else if (entries.has(name[0])) refuse(1 + name.index, `name ${quoteInput(name[0])} is there already`);
    const hex = /^sha256:([0-9a-f]{64})$/i.exec(hash?.[0] ?? '')?.[1];
    if (hex === undefined) {
      refuse(1 + (hash?.index ?? name.index), `expected NAME sha256: and 64 hexadecimal digits`);
      continue;
    }
    const limits = readLimits(more, (word, problem) => refuse(1 + word.index, problem));
    if (limits) entries.set(name[0], { name: name[0], hash: Buffer.from(hex, 'hex'), ...limits });
  }
  throwErrors(errors);
  return [...entries.values()];
}

/** Reads what a line says besides name and hash; null if something is wrong, which `refuse` is told. */
function readLimits(
  words: readonly RegExpExecArray[],
  refuse: (word: RegExpExecArray, problem: string) => void,
): Pick<TokenEntry, 'until' | 'role'> | null {
  let [until, role]: [string | null, AccessRole | null] = [null, null];
  for (const word of words) {
    const [, key = '', value = ''] = /^(until|role):(.*)$/.exec(word[0]) ?? [];
    const known = ACCESS_ROLES.find((one) => one === value);
    if (key === 'until' && until === null && isDay(value)) until = value;
    else if (key === 'role' && role === null && known) role = known;
    else {
      const problems: Record<string, string> = {
        until: 'expected until: and a day such as 2027-06-30, once',
        role: `expected role: and one of ${ACCESS_ROLES.join(', ')}, once`,
      };
      refuse(word, problems[key] ?? `unexpected ${quoteInput(word[0])}`);
      return null;
    }
  }
  return { until, role };
}

/** What a name of a token may be, in words. */
export const NAME_RULE = 'letters, digits, dots, hyphens and underscores, at most 64, a letter or digit first';

/** Whether this can be the name of a token. */
export function isTokenName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

/** What stands in the file of tokens instead of the token. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Reads the one token of a caller from a file.
 * @throws InputError if there is none, more than one line, or something that cannot be a token
 */
export async function readTokenFile(file: string): Promise<string> {
  const lines = (await readText(file, 16 * 1_024)).trim().split(/\s*\n\s*/);
  const [token = ''] = lines;
  if (token === '') throw new InputError('is empty: expected a token', { file });
  if (lines.length > 1) throw new InputError('expected one line with a token', { file, line: 2, column: 1 });
  const place = { file, line: 1, column: 1 };
  if (token.length > MAX_TOKEN) throw new InputError(`a token has at most ${MAX_TOKEN} characters`, place);
  // Not shown: it may be a secret all the same.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new InputError('a token has neither spaces nor special characters', place);
  return token;
}

/** Modes mean nothing on Windows. */
async function checkMode(file: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const { mode } = await stat(file).catch((error: unknown) => {
    throw new InputError(describeFileError(error), { file });
  });
  if ((mode & OTHERS_WRITE) !== 0)
    throw new InputError('users other than its owner can write it, and so admit anyone: use chmod 600', { file });
  return (mode & OTHERS_READ) === 0 ? [] : [`${file}: every user of this machine can read it: use chmod 600`];
}

/**
 * Appends a token to a server's file of tokens, which is made if need be, for its owner only; lines that are
 * there stay as they are.
 * @throws InputError for a name that the file has, and where it cannot be read or written
 */
export async function addToken(file: string, { name, hash, until, role }: TokenEntry): Promise<void> {
  const limits = [...(role === null ? [] : [`role:${role}`]), ...(until === null ? [] : [`until:${until}`])];
  const line = [name, `sha256:${hash.toString('hex')}`, ...limits].join(' ');
  await editFile(file, true, (text, entries) => {
    if (entries.some((entry) => entry.name === name))
      throw new InputError(`has a token ${quoteInput(name)} already; revoke it first, or choose another name`, {
        file,
      });
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
  });
}

/**
 * Takes the line of a token out of a file of tokens.
 * @throws InputError for a name that the file does not have, and where it cannot be read or written
 */
export async function revokeToken(file: string, name: string): Promise<void> {
  await editFile(file, false, (text, entries) => {
    if (!entries.some((entry) => entry.name === name))
      throw new InputError(`has no token ${quoteInput(name)}`, { file });
    const stays = (line: string): boolean => parseTokens(line, file).every((entry) => entry.name !== name);
    return text
      .split(/(?<=\n)/)
      .filter(stays)
      .join('');
  });
}

type Edit = (text: string, entries: readonly TokenEntry[]) => string;

async function editFile(file: string, create: boolean, edit: Edit): Promise<void> {
  await replaceFile(file, create, async (target, isThere) => {
    const entries = isThere ? (await loadTokenFile(target)).entries : [];
    const text = edit(isThere ? await readText(target, MAX_TOKEN_FILE) : '', entries);
    if (Buffer.byteLength(text) > MAX_TOKEN_FILE) throw new InputError('is full: revoke tokens first', { file });
    return text;
  });
}
