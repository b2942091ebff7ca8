import { addressScope } from './address.js';

/** Says what is wrong with the URL of a server of ours that a token is sent to; undefined if nothing is. */
export function refuseServerUrl({ protocol, hostname, username, password, search, hash }: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'it must begin with https://';
  if (username + password + search + hash !== '') return 'it must be only an address, without user, ? or #';
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'http:' && host !== 'localhost' && addressScope(host) !== 'loopback')
    return 'http:// would show the token to everyone on the way: it must be https://';
  return undefined;
}
