/** A place that a router names: by HTTP, of which host only port and path are ever used to ask the router itself. */
export interface HttpPlace {
  readonly scheme: 'http' | 'https';
  /** As it is named; empty if only a path is. */
  readonly host: string;
  readonly port: number;
  /** Path and query, from the first slash. */
  readonly path: string;
}

const MAX_URL = 1_024;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const ABSOLUTE = /^(?:([a-z][a-z0-9+.-]*):)?\/\/([^/?#]*)(.*)$/is;
/** An address with or without a port, in front of a path. */
const ADDRESS = /^((?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[^\]/?#]*\])(?::[0-9]{1,5})?)((?:[/?#].*)?)$/s;
/** A name with a port, or one with a dot in front of a path. */
const NAME = /^([\w-]+(?:\.[\w-]+)*:[0-9]{1,5}|[\w-]+(?:\.[\w-]+)+(?=[/?]))((?:[/?#].*)?)$/s;

/**
 * Reads a URL as routers write it: quoted, with white space, without a scheme, or with a host that is not theirs. A
 * relative one rests on `base`. Null for other schemes, ports that no one has, and what names no place. Total.
 */
export function parseHttpPlace(text: string, base?: HttpPlace): HttpPlace | null {
  const bare = text.slice(0, MAX_URL).replace(/^[\s"'<“‘]+|[\s"'>”’]+$/g, '');
  if (bare === '') return null;
  const absolute = ABSOLUTE.exec(bare);
  if (absolute) {
    const scheme = (absolute[1] ?? base?.scheme ?? 'http').toLowerCase();
    return scheme === 'http' || scheme === 'https' ? atHost(scheme, absolute[2] ?? '', absolute[3] ?? '') : null;
  }
  const bareHost = ADDRESS.exec(bare) ?? (base ? null : NAME.exec(bare));
  if (bareHost) return atHost('http', bareHost[1] ?? '', bareHost[2] ?? '');
  if (SCHEME.test(bare) || (!base && !bare.startsWith('/'))) return null;
  const { scheme, host, port, path } = base ?? { scheme: 'http', host: '', port: 80, path: '/' };
  const resolved = resolvePath(bare, path);
  return resolved === null ? null : { scheme, host, port, path: resolved };
}

function atHost(scheme: 'http' | 'https', authority: string, rest: string): HttpPlace | null {
  const match = /^(.*?)(?::([0-9]{0,5}))?$/s.exec(authority.slice(authority.lastIndexOf('@') + 1));
  const host = match?.[1] ?? '';
  const port = match?.[2] ? Number(match[2]) : scheme === 'https' ? 443 : 80;
  const path = resolvePath(rest.startsWith('/') ? rest : `/${rest}`, '/');
  return host !== '' && port >= 1 && port <= 65_535 && path !== null ? { scheme, host, port, path } : null;
}

/** Tries, as the constructor refuses some. Slashes in front are the path's, and begin no host. */
function resolvePath(text: string, base: string): string | null {
  try {
    const { pathname, search } = text.startsWith('/') ? new URL(`http://h${text}`) : new URL(text, `http://h${base}`);
    return `${pathname}${search}`;
  } catch {
    return null;
  }
}

/** As a URL, to name it. */
export function renderHttpPlace({ scheme, host, port, path }: HttpPlace): string {
  return `${scheme}://${host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}${path}`;
}
