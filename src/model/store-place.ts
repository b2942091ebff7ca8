/** Where a store is: the path of a file, or a database of a server. */
export type StorePlace = string | ServerPlace;

/** A store in a database of a PostgreSQL server. */
export interface ServerPlace {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** The schema that holds the tables; it is made where it is missing. */
  readonly schema: string;
  /** Called when the server asks for it, and so only then is a file read; null where there is none. */
  readonly findPassword: () => Promise<string | null>;
  /** Read for each connection; null: nothing is encrypted. */
  readonly readTls: (() => Promise<TlsSettings>) | null;
}

/** The server's certificate is always verified, with its name. What is null is the system's, or none. */
export interface TlsSettings {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** The schema that holds a store, unless another is named. */
export const DEFAULT_SCHEMA = 'sallyport';

/** PostgreSQL's own. */
export const DEFAULT_PORT = 5432;

/** The address of a store on a server for people, as it can be given, without a password. */
export function showServer({ host, port, user, database, schema }: ServerPlace): string {
  const isSocket = host.startsWith('/');
  const other = port === DEFAULT_PORT ? '' : String(port);
  const parameters = [
    ...(isSocket
      ? [
          `host=${encodeURIComponent(host).replaceAll('%2F', '/')}`,
          ...(other === '' ? [] : [`port=${other}`]),
          `user=${encodeURIComponent(user)}`,
        ]
      : []),
    ...(schema === DEFAULT_SCHEMA ? [] : [`schema=${schema}`]),
  ];
  const name = host.includes(':') ? `[${host}]` : host;
  const server = isSocket ? '' : `${encodeURIComponent(user)}@${name}${other && `:${other}`}`;
  return `postgres://${server}/${encodeURIComponent(database)}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
}

/**
 * What a database is called on pages: its name, and where it is. Null for the path of a file.
 * @param shown as {@link showServer} shows it
 */
export function nameDatabase(shown: string): string | null {
  if (!shown.startsWith('postgres://')) return null;
  const { hostname, port, pathname, searchParams } = new URL(shown);
  const other = port === '' ? (searchParams.get('port') ?? '') : port;
  const schema = searchParams.get('schema');
  return [
    `${decodeURIComponent(pathname.slice(1))} on ${hostname === '' ? 'this machine' : hostname}`,
    ...(other === '' ? [] : [`port ${other}`]),
    ...(schema === null ? [] : [`schema ${schema}`]),
  ].join(', ');
}
