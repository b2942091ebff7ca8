import { DEFAULT_PORT, DEFAULT_SCHEMA, type ServerPlace, type TlsSettings } from '../../model/store-place.js';
import { suggest } from '../../words/input.js';
import { InputError } from '../text/input-error.js';
import { readText } from '../text/read-text.js';
import { findInPasswordFile } from './password-file.js';

/** Where an address of a store was given, which decides whether a password may be in it: others see arguments. */
export type GivenBy = 'argument' | 'environment';

/** What the environment and the machine add to an address. */
export interface ServerDefaults {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user of this machine. */
  readonly user: string;
  /** The file of passwords where none is named; it need not be there. */
  readonly passwordFile: string;
}

/** More than any certificate or key has. */
const MAX_PEM = 1024 * 1024;

const PARAMETERS = ['host', 'port', 'user', 'schema', 'passfile', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

const HOW_TO_GIVE_IT =
  'a password in an argument is seen by everyone on this machine: leave it out, and set PGPASSWORD, or name a file ' +
  'of passwords with PGPASSFILE or ?passfile=FILE';

/** Whether a text is the address of a store on a server, and not a path. */
export function isServerUrl(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text);
}

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE`, with the parameters of libpq's addresses that are of use here, and
 * `schema`. Nothing is connected to, and no file is read.
 * @throws InputError, which never holds a password
 */
export function parseServerUrl(text: string, givenBy: GivenBy, defaults: ServerDefaults): ServerPlace {
  const url = readUrl(text);
  const parameters = readParameters(url.searchParams);
  if (givenBy === 'argument' && url.password !== '') throw new InputError(HOW_TO_GIVE_IT);
  const { env } = defaults;
  const host = parameters('host') ?? (url.hostname === '' ? (env['PGHOST'] ?? 'localhost') : decode(url.hostname));
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const database = decode(url.pathname.replace(/^\//, ''));
  if (database === '') throw new InputError('the address of the store names no database: postgres://HOST/DATABASE');
  const port = readPort(url.port || parameters('port') || env['PGPORT']);
  const user = decode(url.username) || (parameters('user') ?? env['PGUSER'] ?? defaults.user);
  const schema = parameters('schema') ?? DEFAULT_SCHEMA;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new InputError('schema: expected a name of small letters, digits and _');
  const inUrl = url.password === '' ? undefined : decode(url.password);
  const named = parameters('passfile') ?? env['PGPASSFILE'];
  return {
    ...{ host: bare, port, user, database, schema },
    findPassword: async () =>
      inUrl ??
      (env['PGPASSWORD'] ||
        findInPasswordFile(named ?? defaults.passwordFile, { host: bare, port, user, database }, named !== undefined)),
    readTls: chooseTls(bare, parameters),
  };
}

function readUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new InputError('the address of the store cannot be read: expected postgres://USER@HOST:PORT/DATABASE');
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InputError('the address of the store has a % that is no escape: write it as %25');
  }
}

type Parameters = (name: string) => string | undefined;

function readParameters(given: URLSearchParams): Parameters {
  const known = new Map<string, string>();
  for (const [name, value] of given) {
    if (name === 'password') throw new InputError(HOW_TO_GIVE_IT);
    if (!PARAMETERS.includes(name))
      throw new InputError(`the address of the store has an unknown parameter, "${name}"${suggest(name, PARAMETERS)}`);
    known.set(name, value);
  }
  return (name) => known.get(name);
}

function readPort(text: string | undefined): number {
  const port = text === undefined ? DEFAULT_PORT : Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InputError('port: expected 1 to 65535');
  return port;
}

/** What goes over a network is encrypted, and the server's certificate verified with its name. */
function chooseTls(host: string, parameters: Parameters): (() => Promise<TlsSettings>) | null {
  const isNear = host.startsWith('/') || host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  const mode = parameters('sslmode') ?? (isNear ? 'disable' : 'verify-full');
  if (mode === 'disable' && isNear) return null;
  if (mode !== 'verify-full') {
    const why =
      mode === 'disable'
        ? 'would send the history of your clients over a network unencrypted'
        : `does not prove that "${host}" is the server that it says it is`;
    throw new InputError(
      `sslmode=${mode} ${why}: leave it out (it is then verify-full), with sslrootcert=FILE for an issuer of your own` +
        (isNear ? ', or use sslmode=disable on this machine' : ''),
    );
  }
  const [ca, cert, key] = [parameters('sslrootcert'), parameters('sslcert'), parameters('sslkey')];
  const read = async (file: string | undefined) => (file === undefined ? null : await readText(file, MAX_PEM));
  return async () => ({
    ca: await read(ca === 'system' ? undefined : ca),
    cert: await read(cert),
    key: await read(key),
  });
}
