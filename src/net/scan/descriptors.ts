import { readFileSync, readdirSync } from 'node:fs';

const RESERVED = 64;
const UNKNOWN_LIMIT = 1_024;

/**
 * How many sockets this process may hold: its descriptor limit less what is open already and a reserve for files
 * and the system. Node raises the soft limit to the hard one by itself. Where the limit cannot be read, 1,024 is
 * assumed; the engine learns a lower one from EMFILE.
 */
export function availableSockets(): number {
  return Math.max(8, readLimit() - countOpen() - RESERVED);
}

function readLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === 'unlimited' ? 1_048_576 : Number(soft ?? UNKNOWN_LIMIT);
  } catch {
    return UNKNOWN_LIMIT;
  }
}

function countOpen(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 32;
  }
}
