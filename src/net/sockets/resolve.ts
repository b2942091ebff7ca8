import { lookup } from 'node:dns/promises';
import type { Resolution } from '../../model/address.js';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist or has no address',
  ENODATA: 'the name has no address',
  EAI_AGAIN: 'the name server did not answer',
  ETIMEOUT: 'the name server did not answer',
};

/** Resolves a host name to all its A and AAAA addresses through the system's resolver, the hosts file included. */
export async function resolveName(name: string): Promise<Resolution> {
  try {
    const found = await lookup(name, { all: true, order: 'verbatim' });
    return { addresses: [...new Set(found.map(({ address }) => address))] };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { problem: PROBLEMS[code] ?? `the name could not be resolved (${code})` };
  }
}
