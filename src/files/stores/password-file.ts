import { stat } from 'node:fs/promises';
import { InputError } from '../text/input-error.js';
import { readText } from '../text/read-text.js';

const MAX_BYTES = 1024 * 1024;
const OTHERS = 0o077;

/** What a line of the file has to name, besides the password. */
export interface PasswordFor {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/**
 * Finds a password in a file of lines `host:port:database:user:password`, as PostgreSQL's own programs have them: `*`
 * fits everything, `\:` and `\\` stand for themselves, and `localhost` fits a socket. Null where no line fits, and where
 * a file that no one named is not there.
 * @throws InputError where the file cannot be read, or others can read it
 */
export async function findInPasswordFile(file: string, wanted: PasswordFor, isNamed: boolean): Promise<string | null> {
  const found = await stat(file).catch(() => null);
  if (!found && !isNamed) return null;
  if (found && process.platform !== 'win32' && (found.mode & OTHERS) !== 0)
    throw new InputError('holds passwords, and others may read it: chmod 600', { file });
  const { port, user, database } = wanted;
  const host = wanted.host.startsWith('/') ? 'localhost' : wanted.host;
  const names = [host, String(port), database, user];
  for (const line of (await readText(file, MAX_BYTES)).split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    if (fields.length === 5 && names.every((name, index) => fields[index] === '*' || fields[index] === name))
      return fields[4]!;
  }
  return null;
}

/** The last of the five may hold any character. */
function splitFields(line: string): string[] {
  const fields = [''];
  for (const [part] of line.matchAll(/\\.|./gsu)) {
    if (part === ':' && fields.length < 5) fields.push('');
    else fields[fields.length - 1] += part.length > 1 && part.startsWith('\\') ? part.slice(1) : part;
  }
  return fields;
}
