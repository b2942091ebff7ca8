/**
 * Writes host and port for a URI or a Host field (RFC 3986 §3.2): IPv6 in brackets and without its zone id
 * (RFC 6874 §4), the port left out where it is `defaultPort`. Control characters, blanks and what would end
 * the host part are taken out.
 */
export function renderAuthority(host: string, port: number, defaultPort?: number): string {
  const name = host.replace(/%.*$/s, '').replace(/[^\w.:-]/g, '');
  const part = name.includes(':') ? `[${name}]` : name;
  return port === defaultPort ? part : `${part}:${port}`;
}
