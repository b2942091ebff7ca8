import type { ServerApp } from '../../server/create-server.js';
import type { PageContext } from '../serve-context.js';

/** Adds what programs ask. */
export async function addApi(_app: ServerApp, _context: PageContext): Promise<void> {
  await Promise.resolve();
}
