import { InputError } from './input-error.js';

/**
 * Parses HOST:PORT; an IPv6 host stands in brackets.
 * @throws InputError
 */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new InputError(`"${text}" is not HOST:PORT, such as 192.0.2.1:443 or [2001:db8::1]:443`);
  }
  return { host, port };
}
