import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { throwErrors } from './combine-errors.js';
import { InputError, type InputPlace } from './input-error.js';
import { isDay } from './instant.js';
import { quote } from './quote.js';
import { describeFileError, readText } from './read-text.js';

/** Largest file of tokens, some thousand of them. */
export const MAX_TOKEN_FILE = 256 * 1_024;
/** Longest token, in characters. */
export const MAX_TOKEN = 256;

const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o004;

/** A line of the vantage server's file of tokens. The token itself stands nowhere. */
export interface TokenEntry {
  readonly name: string;
  /** SHA-256 of the token. */
  readonly hash: Buffer;
  /** Last day on which it holds, UTC; null where it holds until it is revoked. */
  readonly until: string | null;
}

/** The tokens that a vantage server takes. */
export interface TokenFile {
  readonly entries: readonly TokenEntry[];
  /** What is allowed, but nothing to be glad of. */
  readonly notes: readonly string[];
}

/**
 * Loads a vantage server's file of tokens: `NAME sha256:HEX`, optionally `until:YYYY-MM-DD`, a line each; `#` starts a
 * comment.
 * @throws InputError with a line for each problem; also where others than the owner may write the file
 */
export async function loadTokenFile(file: string): Promise<TokenFile> {
  const entries = parseTokens(await readText(file, MAX_TOKEN_FILE), file);
  const notes = await checkMode(file);
  if (entries.length === 0) notes.push(`${file}: holds no token: nobody gets in`);
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
    const [name, hash, until, extra] = words;
    if (!name) continue;
    if (!isTokenName(name[0])) refuse(1 + name.index, `bad name ${quote(name[0])}: ${NAME_RULE}`);
    else if (entries.has(name[0])) refuse(1 + name.index, `name ${quote(name[0])} is there already`);
    const hex = /^sha256:([0-9a-f]{64})$/i.exec(hash?.[0] ?? '')?.[1];
    const day = until && /^until:(.*)$/.exec(until[0])?.[1];
    if (hex === undefined) refuse(1 + (hash?.index ?? name.index), `expected NAME sha256: and 64 hexadecimal digits`);
    else if (until && !(day && isDay(day))) refuse(1 + until.index, 'expected until: and a day such as 2027-06-30');
    else if (extra) refuse(1 + extra.index, `unexpected ${quote(extra[0])}`);
    else entries.set(name[0], { name: name[0], hash: Buffer.from(hex, 'hex'), until: day ?? null });
  }
  throwErrors(errors);
  return [...entries.values()];
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
 * @throws InputError where there is none, more than one line, or what can be no token
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
    throw new InputError('others than its owner may write it: whoever does gets in; chmod 600 it', { file });
  return (mode & OTHERS_READ) === 0 ? [] : [`${file}: every user of this machine can read it; chmod 600 it`];
}
